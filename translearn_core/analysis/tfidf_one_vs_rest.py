"""TF-IDF and one-vs-rest logistic regression: several labels per text without pretrained weights."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import logit

from translearn_core.analysis.probing.cross_validation import assign_folds
from translearn_core.analysis.tfidf import (
    FOLDS,
    MOST_TERMS,
    NEVER,
    STRENGTHS,
    TfidfClassifier,
    by_row,
    fit_regression,
    tfidf_vectorizer,
)
from translearn_core.config.text_cells import Cell, split_sides
from translearn_core.results.labels.label_sets import set_codes

Mask = NDArray[np.bool_]
Layer = tuple[NDArray[np.float32], NDArray[np.float32]]


def fit_one_vs_rest(
    texts: Sequence[Cell],
    labels: Mask,
    *,
    seed: int,
    strengths: Sequence[float] = STRENGTHS,
    balanced: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> TfidfClassifier:
    """Fit a regression for each label, with one C chosen by cross-validated log loss over all labels.

    Parameters
    ----------
    texts : sequence of str, or of pairs of str
    labels : bool array, shape (texts, labels)
    seed, strengths, balanced, progress
        As for `TfidfClassifier.fit`.

    Returns
    -------
    TfidfClassifier
        Its logits are those of each label: probabilities are their sigmoids.
    """
    vectorizer, sides = tfidf_vectorizer(max_features=MOST_TERMS), split_sides(texts)
    if not any(map(vectorizer.build_analyzer(), sides)):
        bias = np.clip(logit(labels.mean(axis=0)), NEVER, -NEVER).astype(np.float32)
        empty = np.empty((labels.shape[1], 0), np.float32)
        return TfidfClassifier((), np.empty(0, np.float32), empty, bias, strengths[0])
    vectors = by_row(vectorizer.fit_transform(sides), len(texts))
    c = _choose_c(vectors, labels, strengths, seed, balanced, progress)
    weight, bias = _fit_labels(vectors, labels, c, seed, balanced)
    terms = tuple(str(term) for term in vectorizer.get_feature_names_out())
    return TfidfClassifier(terms, vectorizer.idf_.astype(np.float32), weight, bias, c)


def _fit_labels(vectors: csr_matrix, labels: Mask, c: float, seed: int, balanced: bool) -> Layer:
    """Fit each label that some rows have and some lack; the others have a constant logit."""
    count = labels.shape[1]
    weight = np.zeros((count, vectors.shape[1]), dtype=np.float32)
    bias = np.where(labels.any(axis=0), -NEVER, NEVER).astype(np.float32)

    def fit(k: int) -> None:
        model = fit_regression(vectors, labels[:, k].astype(np.int64), c, seed=seed, balanced=balanced)
        weight[k], bias[k] = model.coef_[0], model.intercept_[0]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(fit, np.flatnonzero(labels.any(axis=0) & ~labels.all(axis=0)).tolist()))
    return weight, bias


def _choose_c(
    vectors: csr_matrix,
    labels: Mask,
    strengths: Sequence[float],
    seed: int,
    balanced: bool,
    progress: Callable[[int, int], None] | None,
) -> float:
    """Return the strength with the lowest cross-validated log loss; the search stops where it rises.

    Held-out rows of a label that all or none of the other folds have do not count.
    """
    if len(strengths) == 1 or len(labels) < FOLDS:
        return strengths[0]
    fold = assign_folds(set_codes(labels)[0], FOLDS, seed)
    best, lowest = strengths[0], np.inf
    for number, strength in enumerate(strengths):
        loss = 0.0
        for f in range(FOLDS):
            if progress:
                progress(number * FOLDS + f, len(strengths) * FOLDS + 1)
            seen, held_out = fold != f, fold == f
            weight, bias = _fit_labels(vectors[seen], labels[seen], strength, seed, balanced)
            known = labels[seen].any(axis=0) & ~labels[seen].all(axis=0)
            logits = (vectors[held_out] @ weight.T + bias)[:, known]
            signs = np.where(labels[held_out][:, known], -1.0, 1.0)
            loss += float(np.logaddexp(0, signs * logits).sum(dtype=np.float64))
        if loss >= lowest:
            break
        best, lowest = strength, loss
    return best
