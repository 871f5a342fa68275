"""Linear models of each problem type: the probe of features, and the model of TF-IDF."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from translearn_core.analysis.probing.cross_validation import assign_folds
from translearn_core.analysis.probing.linear_probe import SEARCH_FOLDS, LinearProbe, Progress
from translearn_core.analysis.probing.one_vs_rest import OneVsRestProbe, geometric_mean
from translearn_core.analysis.probing.ridge import Ridge
from translearn_core.analysis.tfidf import WEAK, tfidf_logistic_regression
from translearn_core.analysis.tfidf_one_vs_rest import fit_one_vs_rest
from translearn_core.analysis.tfidf_ridge import MIDDLE, fit_tfidf_ridge
from translearn_core.config import Cell, ProblemType
from translearn_core.tasks import PROBLEMS, Target
from translearn_core.tasks.problem import IntArray, Outputs


class FitOptions(TypedDict, total=False):
    """Thread pool and callback of a fit, see `LinearProbe.fit`."""

    pool: Executor | None
    progress: Progress | None


@dataclass(frozen=True, eq=False)
class Probe:
    """Fitted linear model of features.

    `c` is its inverse regularisation strength. `predict` returns the outputs of each row, shape
    (rows, n_outputs).
    """

    c: float
    predict: Callable[[NDArray[np.floating]], Outputs]


class LinearModels(Protocol):
    """Linear models of targets of one problem type; `target` has one value per training row."""

    def fit_probe(
        self,
        x: NDArray[np.floating],
        target: Target,
        fold: IntArray | None = None,
        **options: Unpack[FitOptions],
    ) -> Probe:
        """Fit a linear model to features, shape (rows, width), its strength chosen on the folds of `fold`."""

    def predict_tfidf(
        self, train_texts: Sequence[Cell], target: Target, test_texts: Sequence[Cell], *, seed: int
    ) -> Outputs:
        """Fit a linear model to TF-IDF, and return the outputs of the test texts."""


class Classifiers:
    """Logistic regression on features and on TF-IDF."""

    def fit_probe(
        self,
        x: NDArray[np.floating],
        target: Target,
        fold: IntArray | None = None,
        **options: Unpack[FitOptions],
    ) -> Probe:
        """Fit a linear probe (see `LinearProbe.fit`); its outputs are probabilities.

        Classes after the last one with training rows have probability 0.
        """
        probe = LinearProbe.fit(x, target.values, fold, **options)

        def predict(rows: NDArray[np.floating]) -> Outputs:
            probabilities = probe.predict_proba(rows)
            return np.pad(probabilities, ((0, 0), (0, target.n_outputs - probabilities.shape[1])))

        return Probe(float(probe.c[0]), predict)

    def predict_tfidf(
        self, train_texts: Sequence[Cell], target: Target, test_texts: Sequence[Cell], *, seed: int
    ) -> Outputs:
        """Return probability 1 for the class that `tfidf_logistic_regression` predicts."""
        predicted = tfidf_logistic_regression(train_texts, target.values, test_texts, seed=seed)
        return np.asarray(np.eye(target.n_outputs, dtype=np.float32)[predicted])


class OneVsRest:
    """Logistic regression of each label on features and on TF-IDF."""

    def fit_probe(
        self,
        x: NDArray[np.floating],
        target: Target,
        fold: IntArray | None = None,
        **options: Unpack[FitOptions],
    ) -> Probe:
        """Fit a linear probe of each label (see `OneVsRestProbe.fit`).

        Its strength is the geometric mean of theirs.
        """
        probe = OneVsRestProbe.fit(x, target.values, fold, **options)
        return Probe(geometric_mean(probe.c), probe.predict_proba)

    def predict_tfidf(
        self, train_texts: Sequence[Cell], target: Target, test_texts: Sequence[Cell], *, seed: int
    ) -> Outputs:
        """Return the probability of each label by `fit_one_vs_rest`."""
        model = fit_one_vs_rest(train_texts, target.values, seed=seed, strengths=(WEAK,))
        return np.asarray(expit(model.logits(model.vectors(test_texts))))


class RidgeModels:
    """Ridge regression on features and on TF-IDF."""

    def fit_probe(
        self,
        x: NDArray[np.floating],
        target: Target,
        fold: IntArray | None = None,
        **options: Unpack[FitOptions],  # noqa: ARG002
    ) -> Probe:
        """Fit ridge regression (see `Ridge.fit`)."""
        if fold is None:
            strata = PROBLEMS[target.problem].strata(target)
            fold = assign_folds(strata, min(SEARCH_FOLDS, len(strata)), 0)
        ridge = Ridge.fit(x, target.values, fold)
        return Probe(1 / ridge.penalty, lambda rows: ridge.predict(rows)[:, None])

    def predict_tfidf(
        self, train_texts: Sequence[Cell], target: Target, test_texts: Sequence[Cell], *, seed: int
    ) -> Outputs:
        """Return the numbers that `fit_tfidf_ridge` predicts."""
        strata = PROBLEMS[target.problem].strata(target)
        model = fit_tfidf_ridge(train_texts, target.values, strata, seed=seed, penalties=(MIDDLE,))
        return np.asarray(model.logits(model.vectors(test_texts)))


LINEAR_MODELS: dict[ProblemType, LinearModels] = {
    ProblemType.SINGLE_LABEL: Classifiers(),
    ProblemType.MULTI_LABEL: OneVsRest(),
    ProblemType.REGRESSION: RidgeModels(),
    ProblemType.TOKENS: Classifiers(),
}
"""Linear models of each problem type."""
