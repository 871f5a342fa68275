"""TF-IDF and logistic regression: a classifier without pretrained weights."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize
from sklearn.random_projection import SparseRandomProjection

from translearn_core.analysis.probing.cross_validation import assign_folds
from translearn_core.analysis.term_analyzer import holds_whole_clauses, spaced
from translearn_core.config.text_cells import Cell, split_sides

IntArray = NDArray[np.int64]

WEAK = 10.0
"""C of the baseline: weak regularisation, as rows have length 1; chosen on the SST-2 dev split."""
STRENGTHS = (1.0, 3.0, 10.0, 30.0)
"""Candidates for C, the inverse regularisation strength, from strong to weak regularisation."""
FOLDS = 3
"""Cross-validation folds of the choice of C."""
MOST_TERMS = 200_000
"""Largest vocabulary of a model; the most frequent words and word pairs stay."""
PROJECTED = 256
"""Width of the random projection of the vectors, for neighbours."""
NEVER = -1e4
"""Logit of a class without training rows."""


def tfidf_logistic_regression(
    train_texts: Sequence[Cell],
    train_labels: IntArray,
    test_texts: Sequence[Cell],
    *,
    seed: int,
) -> IntArray:
    """Fit logistic regression on TF-IDF of words and word pairs, and predict the test texts.

    Parameters
    ----------
    train_texts, test_texts : sequences of str, or of pairs of str
    train_labels : int array
        Class indices, one per training text.
    seed : int
        Of the order in which the solver visits the rows.

    Returns
    -------
    int array, shape (test texts,)
        Predicted classes. With one training class or no words, all are the most frequent training class.

    References
    ----------
    Wang & Manning (2012), Baselines and bigrams. Solver: Schmidt, Le Roux & Bach (2013), arXiv:1309.2388,
    20 times as fast as L-BFGS on the unit-length rows of TF-IDF.
    """
    if not len(test_texts):
        return np.empty(0, dtype=np.int64)
    classes = int(train_labels.max()) + 1
    model = TfidfClassifier.fit(train_texts, train_labels, classes, seed=seed, strengths=(WEAK,))
    return np.asarray(model.logits(model.vectors(test_texts)).argmax(axis=1), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class TfidfClassifier:
    """Softmax regression on TF-IDF vectors of words and word pairs.

    A pair of texts with the vectors u and v has (u, v, |u − v|, u · v) at length 1, as a siamese encoding.

    Attributes
    ----------
    terms : tuple of str
        Words and word pairs, in the order of the columns; may be empty.
    idf : float32 array, shape (terms,)
        Inverse document frequencies in the training texts.
    weight : float32 array, shape (classes, terms), of pairs (classes, 4 · terms)
    bias : float32 array, shape (classes,)
    c : float
        Inverse regularisation strength (scikit-learn's C).
    """

    terms: tuple[str, ...]
    idf: NDArray[np.float32]
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    c: float

    @classmethod
    def fit(
        cls,
        texts: Sequence[Cell],
        labels: IntArray,
        classes: int,
        *,
        seed: int,
        strengths: Sequence[float] = STRENGTHS,
        balanced: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Self:
        """Fit to `texts`, with C chosen by cross-validated log loss if there are several `strengths`.

        The idf weights are those of all texts, held-out ones included: they know no labels.

        Parameters
        ----------
        texts : sequence of str, or of pairs of str
        labels : int array
            Class indices, one per text, below `classes`.
        classes, seed : int
            The seed is that of the solver and the folds.
        strengths : sequence of float
            Candidates for C, from strong to weak; the search stops where the loss no longer falls.
        balanced : bool
            Whether rows weigh inversely to the frequency of their class.
        progress : callable
            Called with the fits done and their largest number; may raise to stop.
        """
        vectorizer = tfidf_vectorizer(max_features=MOST_TERMS)
        analyse = vectorizer.build_analyzer()
        present = np.unique(labels)
        sides = split_sides(texts)
        if len(present) < 2 or not any(map(analyse, sides)):
            counts = np.bincount(labels, minlength=classes)
            bias = np.where(counts > 0, np.log(np.maximum(counts, 1)), NEVER).astype(np.float32)
            return cls((), np.empty(0, np.float32), np.empty((classes, 0), np.float32), bias, strengths[0])
        vectors = by_row(vectorizer.fit_transform(sides), len(texts))
        fit = partial(fit_regression, seed=seed, balanced=balanced)
        c = _choose_c(fit, vectors, labels, strengths, seed, progress)
        fitted = fit(vectors, labels, c)
        weight = np.zeros((classes, vectors.shape[1]), dtype=np.float32)
        bias = np.full(classes, NEVER, dtype=np.float32)
        two = len(present) == 2  # one column of logits: half of it for each class
        weight[present] = np.vstack([-fitted.coef_ / 2, fitted.coef_ / 2]) if two else fitted.coef_
        bias[present] = np.hstack([-fitted.intercept_, fitted.intercept_]) / 2 if two else fitted.intercept_
        terms = tuple(str(term) for term in vectorizer.get_feature_names_out())
        return cls(terms, vectorizer.idf_.astype(np.float32), weight, bias, c)

    @cached_property
    def _fitted_vectorizer(self) -> TfidfVectorizer:
        vocabulary = {term: column for column, term in enumerate(self.terms)}
        earlier = any(map(holds_whole_clauses, self.terms))
        vectorizer = tfidf_vectorizer(vocabulary=vocabulary, preprocessor=str.lower if earlier else spaced)
        vectorizer.idf_ = self.idf
        return vectorizer

    def vectors(self, texts: Sequence[Cell]) -> csr_matrix:
        """Return the TF-IDF vectors of texts, shape (texts, terms), of length 1, or 0 without known terms.

        Pairs have four times as many columns.
        """
        if not self.terms:
            return csr_matrix((len(texts), 0), dtype=np.float32)
        return by_row(self._fitted_vectorizer.transform(split_sides(texts)), len(texts))

    def logits(self, vectors: csr_matrix) -> NDArray[np.float32]:
        """Return the logits of TF-IDF vectors, shape (texts, classes)."""
        return np.asarray(vectors @ self.weight.T + self.bias, dtype=np.float32)

    def project(self, vectors: csr_matrix) -> NDArray[np.float16]:
        """Return a random projection of TF-IDF vectors that about keeps their angles, shape (texts, width).

        The width is `PROJECTED`, or the number of columns if there are fewer, which are kept as they are.

        References
        ----------
        Li, Hastie & Church (2006), Very sparse random projections.
        """
        if vectors.shape[1] <= PROJECTED:
            return np.asarray(vectors.toarray(), dtype=np.float16)
        projection = SparseRandomProjection(PROJECTED, dense_output=True, random_state=0)
        projection.fit(csr_matrix((1, vectors.shape[1]), dtype=np.float32))  # depends on the width alone
        return np.asarray(projection.transform(vectors), dtype=np.float16)


def by_row(vectors: csr_matrix, rows: int) -> csr_matrix:
    """Return one vector per row, of pairs (u, v, |u − v|, u · v) at length 1.

    `vectors` are those of `split_sides`.
    """
    if vectors.shape[0] == rows:
        return vectors
    u, v = vectors[:rows], vectors[rows:]
    return normalize(hstack([u, v, abs(u - v), u.multiply(v)], format="csr"))


def tfidf_vectorizer(**settings: object) -> TfidfVectorizer:
    """Return a vectorizer of words and word pairs, of characters in scripts without blanks (see `spaced`)."""
    words = {"ngram_range": (1, 2), "token_pattern": r"(?u)\b\w+\b", "preprocessor": spaced}
    return TfidfVectorizer(sublinear_tf=True, dtype=np.float32, **{**words, **settings})


def fit_regression(
    vectors: csr_matrix, labels: IntArray, c: float, *, seed: int, balanced: bool
) -> LogisticRegression:
    """Fit a logistic regression; `balanced` weighs rows inversely to the frequency of their class."""
    weights = "balanced" if balanced else None
    solver = LogisticRegression(
        C=c, solver="sag", tol=1e-3, max_iter=1000, random_state=seed, class_weight=weights
    )
    return solver.fit(vectors, labels)


def _choose_c(
    fit: Callable[[csr_matrix, IntArray, float], LogisticRegression],
    vectors: csr_matrix,
    labels: IntArray,
    strengths: Sequence[float],
    seed: int,
    progress: Callable[[int, int], None] | None,
) -> float:
    """Return the strength with the lowest cross-validated log loss; the search stops where it rises.

    Held-out rows of a class that the other folds lack do not count.
    """
    folds = min(FOLDS, len(labels))
    fold = assign_folds(labels, folds, seed)
    if len(strengths) == 1 or any(len(np.unique(labels[fold != f])) < 2 for f in range(folds)):
        return strengths[0]
    best, lowest = strengths[0], np.inf
    with ThreadPoolExecutor(2) as pool:
        for number, strength in enumerate(strengths):
            if progress:
                progress(number, len(strengths) + 1)

            def loss(f: int, strength: float = strength) -> float:
                fitted = fit(vectors[fold != f], labels[fold != f], strength)
                known = np.flatnonzero((fold == f) & np.isin(labels, fitted.classes_))
                if not len(known):
                    return 0.0
                column = np.searchsorted(fitted.classes_, labels[known])
                log_p = fitted.predict_log_proba(vectors[known])
                return -float(log_p[np.arange(len(known)), column].sum(dtype=np.float64))

            total = sum(pool.map(loss, range(folds)))
            if total >= lowest:
                break
            best, lowest = strength, total
    return best
