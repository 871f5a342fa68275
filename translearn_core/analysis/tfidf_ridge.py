"""TF-IDF and ridge regression: numbers without pretrained weights."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import Ridge

from translearn_core.analysis.probing.cross_validation import assign_folds
from translearn_core.analysis.tfidf import FOLDS, MOST_TERMS, TfidfClassifier, by_row, tfidf_vectorizer
from translearn_core.config.text_cells import Cell, split_sides

PENALTIES = (10.0, 3.0, 1.0, 0.3, 0.1)
"""Candidates for the penalty of the squared weights, from strong to weak regularisation."""
MIDDLE = 1.0
"""Penalty of the baseline: rows have length 1."""


def fit_tfidf_ridge(
    texts: Sequence[Cell],
    values: NDArray[np.float64],
    strata: NDArray[np.int64],
    *,
    seed: int,
    penalties: Sequence[float] = PENALTIES,
    progress: Callable[[int, int], None] | None = None,
) -> TfidfClassifier:
    """Fit ridge regression, its penalty chosen by cross-validated squared error if there are several.

    Parameters
    ----------
    texts : sequence of str, or of pairs of str
    values : float array, shape (texts,)
    strata : int array, shape (texts,)
        Strata of the folds.
    seed : int
        Seed of the folds.
    penalties : sequence of float
        Candidates from strong to weak; the search stops where the error no longer falls.
    progress : callable
        Called with the fits done and their largest number; may raise to stop.

    Returns
    -------
    TfidfClassifier
        Its logits, shape (texts, 1), are the predicted numbers; `c` is the inverse of the penalty. Without
        words the mean is predicted.
    """
    vectorizer, sides = tfidf_vectorizer(max_features=MOST_TERMS), split_sides(texts)
    if not any(map(vectorizer.build_analyzer(), sides)):
        bias = np.array([values.mean()], dtype=np.float32)
        return TfidfClassifier(
            (), np.empty(0, np.float32), np.empty((1, 0), np.float32), bias, 1 / penalties[0]
        )
    vectors = by_row(vectorizer.fit_transform(sides), len(texts))
    fold = assign_folds(strata, min(FOLDS, len(texts)), seed)
    penalty = _choose_penalty(vectors, values, fold, penalties, progress)
    fitted = _fit(vectors, values, penalty)
    weight = np.asarray(fitted.coef_, dtype=np.float32)[None]
    bias = np.array([fitted.intercept_], dtype=np.float32)
    terms = tuple(str(term) for term in vectorizer.get_feature_names_out())
    return TfidfClassifier(terms, vectorizer.idf_.astype(np.float32), weight, bias, 1 / penalty)


def _fit(vectors: csr_matrix, values: NDArray[np.float64], penalty: float) -> Ridge:
    return Ridge(alpha=penalty, solver="sparse_cg", tol=1e-4).fit(vectors, values)


def _choose_penalty(
    vectors: csr_matrix,
    values: NDArray[np.float64],
    fold: NDArray[np.int64],
    penalties: Sequence[float],
    progress: Callable[[int, int], None] | None,
) -> float:
    """Return the penalty with the lowest cross-validated squared error; the search stops where it rises."""
    folds = int(fold.max()) + 1
    best, lowest = penalties[0], np.inf
    for number, penalty in enumerate(penalties if len(penalties) > 1 and folds > 1 else ()):
        error = 0.0
        for f in range(folds):
            if progress:
                progress(number * folds + f, len(penalties) * folds + 1)
            fitted = _fit(vectors[fold != f], values[fold != f], penalty)
            error += float(np.square(fitted.predict(vectors[fold == f]) - values[fold == f]).sum())
        if error >= lowest:
            break
        best, lowest = penalty, error
    return best
