"""Linear models of each problem type: the probe of features, and the model of TF-IDF."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

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


class Probe(Protocol):
    """Fitted linear model of features; `c` is its inverse regularisation strength."""

    @property
    def c(self) -> float:
        """Inverse regularisation strength."""

    def predict(self, x: NDArray[np.floating]) -> Outputs:
        """Return the outputs of each row, shape (rows, n_outputs)."""


class LinearModels(Protocol):
    """Linear models of targets of one problem type; `target` has one value per training row."""

    def fit_probe(
        self,
        x: NDArray[np.floating],
        target: Target,
        fold: IntArray | None = None,
        *,
        pool: Executor | None = None,
        progress: Progress | None = None,
    ) -> Probe:
        """Fit a linear model to features, shape (rows, width), its strength chosen on the folds of `fold`."""

    def predict_tfidf(
        self, train_texts: Sequence[Cell], target: Target, test_texts: Sequence[Cell], *, seed: int
    ) -> Outputs:
        """Fit a linear model to TF-IDF, and return the outputs of the test texts."""


@dataclass(frozen=True, eq=False)
class ClassProbe:
    """Linear probe of classes whose outputs are probabilities, also of classes without training rows."""

    probe: LinearProbe
    n_outputs: int

    @property
    def c(self) -> float:
        """Inverse regularisation strength."""
        return float(self.probe.c[0])

    def predict(self, x: NDArray[np.floating]) -> Outputs:
        """Return the class probabilities of each row, shape (rows, classes)."""
        probabilities = self.probe.predict_proba(x)
        missing = self.n_outputs - probabilities.shape[1]
        return np.pad(probabilities, ((0, 0), (0, missing)))


class Classifiers:
    """Logistic regression on features and on TF-IDF."""

    def fit_probe(
        self,
        x: NDArray[np.floating],
        target: Target,
        fold: IntArray | None = None,
        *,
        pool: Executor | None = None,
        progress: Progress | None = None,
    ) -> Probe:
        """Fit a linear probe (see `LinearProbe.fit`)."""
        probe = LinearProbe.fit(x, target.values, fold, pool=pool, progress=progress)
        return ClassProbe(probe, target.n_outputs)

    def predict_tfidf(
        self, train_texts: Sequence[Cell], target: Target, test_texts: Sequence[Cell], *, seed: int
    ) -> Outputs:
        """Return probability 1 for the class that `tfidf_logistic_regression` predicts."""
        predicted = tfidf_logistic_regression(train_texts, target.values, test_texts, seed=seed)
        return np.asarray(np.eye(target.n_outputs, dtype=np.float32)[predicted])


@dataclass(frozen=True, eq=False)
class LabelProbe:
    """Linear probe of each label; `c` is the geometric mean of the inverse regularisation strengths."""

    probe: OneVsRestProbe

    @property
    def c(self) -> float:
        """Inverse regularisation strength."""
        return geometric_mean(self.probe.c)

    def predict(self, x: NDArray[np.floating]) -> Outputs:
        """Return the probability of each label, shape (rows, labels)."""
        return self.probe.predict_proba(x)


class OneVsRest:
    """Logistic regression of each label on features and on TF-IDF."""

    def fit_probe(
        self,
        x: NDArray[np.floating],
        target: Target,
        fold: IntArray | None = None,
        *,
        pool: Executor | None = None,
        progress: Progress | None = None,
    ) -> Probe:
        """Fit a linear probe of each label (see `OneVsRestProbe.fit`)."""
        return LabelProbe(OneVsRestProbe.fit(x, target.values, fold, pool=pool, progress=progress))

    def predict_tfidf(
        self, train_texts: Sequence[Cell], target: Target, test_texts: Sequence[Cell], *, seed: int
    ) -> Outputs:
        """Return the probability of each label by `fit_one_vs_rest`."""
        model = fit_one_vs_rest(train_texts, target.values, seed=seed, strengths=(WEAK,))
        return np.asarray(expit(model.logits(model.vectors(test_texts))))


@dataclass(frozen=True, eq=False)
class RidgeProbe:
    """Ridge regression of a number."""

    ridge: Ridge

    @property
    def c(self) -> float:
        """Inverse regularisation strength."""
        return 1 / self.ridge.penalty

    def predict(self, x: NDArray[np.floating]) -> Outputs:
        """Return the number of each row, shape (rows, 1)."""
        return self.ridge.predict(x)[:, None]


class RidgeModels:
    """Ridge regression on features and on TF-IDF."""

    def fit_probe(
        self,
        x: NDArray[np.floating],
        target: Target,
        fold: IntArray | None = None,
        *,
        pool: Executor | None = None,
        progress: Progress | None = None,
    ) -> Probe:
        """Fit ridge regression (see `Ridge.fit`)."""
        del pool, progress
        if fold is None:
            strata = PROBLEMS[target.problem].strata(target)
            fold = assign_folds(strata, min(SEARCH_FOLDS, len(strata)), 0)
        return RidgeProbe(Ridge.fit(x, target.values, fold))

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
