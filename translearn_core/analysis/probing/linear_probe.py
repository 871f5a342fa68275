"""Linear probe: logistic regression with a regularisation strength chosen by cross-validation."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.analysis.probing.cross_validation import assign_folds
from translearn_core.analysis.probing.logistic_regression import (
    NEVER,
    TOLERANCE,
    BatchedProblem,
    BatchedRegression,
    thread_pools,
)

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
Progress = Callable[[float], None]
"""Called with the share done; may raise to stop."""

STRENGTHS = (0.001, 0.01, 0.1, 1.0)
"""Candidates for C, the inverse regularisation strength, from strong to weak regularisation."""
FALLBACK = 0.1
"""C where no row can be compared: at 8 to 36 labels as good as 1, while stronger regularisation is not."""
SEARCH_FOLDS = 3
"""Cross-validation folds of the choice of C where the caller has none."""
SEARCH_TOLERANCE = 1e-4
"""Tolerance while C is chosen: scikit-learn's, twice as fast as `TOLERANCE`, accuracies within 0.1 points."""


@dataclass(frozen=True, eq=False)
class LinearProbe:
    """Multinomial logistic regression on standardised features, for one or more labellings of the same rows.

    `c`, shape (labellings,), is the inverse regularisation strength chosen for each (scikit-learn's C).
    `fold`, shape (rows,), is the fold of each training row, -1 if none was held out.
    """

    c: FloatArray
    fold: IntArray
    _regression: BatchedRegression
    _mean: Tensor
    _deviation: Tensor

    @classmethod
    def fit(
        cls,
        x: NDArray[np.floating],
        labels: IntArray,
        fold: IntArray | None = None,
        *,
        scored: BoolArray | None = None,
        weight: NDArray[np.float32] | None = None,
        pool: Executor | None = None,
        progress: Progress | None = None,
    ) -> "LinearProbe":
        """Choose C for each labelling by cross-validated log loss, then fit it to each fold and to all rows.

        Log loss is chosen over accuracy because it is smooth: with 8 to 300 labels it finds the better C, and
        with thousands both find one within 0.4 points of the best on average. From strong to weak
        regularisation the search stops where the loss no longer falls.

        With few rows there are fewer folds. Held-out rows of a class that the other folds lack do not count,
        so a class with one row has no influence; where no row counts, such as with one row of each class or
        with one class only, C is `FALLBACK`.

        Parameters
        ----------
        x : float array, shape (rows, width)
            Each fit standardises by its own rows.
        labels : int array, shape (rows,) or (labellings, rows)
            Class indices from 0.
        fold : int array, shape (rows,), optional
            Fold of each row, from 0; by default `SEARCH_FOLDS` or fewer, stratified by the first labelling.
        scored : bool array, shape (labellings, rows), optional
            Rows that count in the choice; all by default.
        weight : float32 array, shape (rows,), optional
            Weight of each row in the fits, about 1 on average; the choice of C counts all rows the same.
        pool : Executor, optional
            From `thread_pools`, to share one; by default one for this fit.
        progress : callable, optional
            Called with the share done; may raise to stop.
        """
        if pool is None:
            with thread_pools(1) as (own,):
                return cls.fit(x, labels, fold, scored=scored, weight=weight, pool=own, progress=progress)
        targets = np.atleast_2d(labels)
        if fold is None:
            fold = _search_folds(targets[0])
        rows = torch.from_numpy(np.asarray(x, dtype=np.float32))
        deviation, mean = torch.std_mean(rows, dim=0, correction=0)
        deviation[deviation <= 1e-6 * mean.abs()] = 1.0
        # The last part holds all rows, as no row is of that fold.
        seen = torch.from_numpy((fold[:, None] != np.arange(fold.max() + 2)).astype(np.float32))
        y = torch.tensor(targets.T.copy(), dtype=torch.int64)  # copied: labels may be read-only
        weights = None if weight is None else torch.from_numpy(weight)
        problem = BatchedProblem((rows - mean) / deviation, y, seen, int(targets.max()) + 1, weights)
        regression = BatchedRegression(problem, pool)
        counted = np.ones(targets.shape, dtype=np.bool_) if scored is None else scored
        c = _choose_c(regression, fold, counted, section(progress, 0.0, 0.5))
        for done, strength in enumerate(strengths := np.unique(c)):
            fits = regression.fits(np.flatnonzero(c == strength), seen.shape[1])
            ends = (0.5 + 0.5 * k / len(strengths) for k in (done, done + 1))
            regression.fit(strength, fits, TOLERANCE, section(progress, *ends))
        return cls(c, fold, regression, mean, deviation)

    def predict(self, x: NDArray[np.floating], labelling: int = 0) -> IntArray:
        """Predict the class of each row, shape (rows,)."""
        return np.asarray(self._logits(x, labelling).argmax(dim=1).numpy(), dtype=np.int64)

    def predict_proba(self, x: NDArray[np.floating], labelling: int = 0) -> FloatArray:
        """Predict the class probabilities of each row, shape (rows, classes), in the order of the logits."""
        return np.asarray(self._logits(x, labelling).double().softmax(dim=1).numpy())

    def linear_layer(self, labelling: int = 0) -> tuple[Tensor, Tensor]:
        """Return the weights, shape (classes, width), and biases of the fit to all rows.

        A class without rows has a bias so low that it is never predicted.
        """
        regression, part = self._regression, self._regression.objective.parts - 1
        fit = torch.tensor([labelling * regression.objective.parts + part])
        weight, bias = regression.objective.unscaled(regression.theta[fit], fit)
        weight = weight[0] / self._deviation[:, None]
        return weight.T.contiguous(), bias[0] - self._mean @ weight

    def held_out_proba(self, labelling: int = 0) -> NDArray[np.float32]:
        """Predict each training row's class probabilities by the fit to the other folds, (rows, classes)."""
        return np.asarray(_held_out_logits(self._regression, self.fold, labelling).softmax(dim=1).numpy())

    def _logits(self, x: NDArray[np.floating], labelling: int) -> Tensor:
        rows = (torch.from_numpy(np.asarray(x, dtype=np.float32)) - self._mean) / self._deviation
        return self._regression.logits(rows, labelling, self._regression.objective.parts - 1)


def _search_folds(labels: IntArray) -> IntArray:
    """Assign rows to folds for the choice of C; to -1, none, if there is one row or one class."""
    if len(np.unique(labels)) < 2:
        return np.full(len(labels), -1)
    return assign_folds(labels, min(SEARCH_FOLDS, len(labels)), seed=0)


def _choose_c(
    regression: BatchedRegression, fold: IntArray, scored: BoolArray, progress: Progress
) -> FloatArray:
    """Fit from strong to weak regularisation; leave the fits of each labelling's best C."""
    y, folds = regression.objective.problem.y.numpy().T, int(fold.max()) + 1
    c, best = np.full(len(y), FALLBACK), np.full(len(y), -np.inf)
    theta, active = regression.theta.clone(), np.arange(len(y))
    for number, strength in enumerate(STRENGTHS if folds else ()):
        ends = (k / len(STRENGTHS) for k in (number, number + 1))
        fits = regression.fits(active, folds + 1)
        regression.fit(strength, fits, SEARCH_TOLERANCE, section(progress, *ends))
        likelihood = np.array([_held_out_likelihood(regression, fold, k, scored[k]) for k in active.tolist()])
        better = likelihood > best[active]
        active = active[better]
        if not len(active):
            break
        fits = regression.fits(active, folds + 1)
        theta[fits], c[active], best[active] = regression.theta[fits], strength, likelihood[better]
    regression.theta = theta
    return c


def _held_out_likelihood(
    regression: BatchedRegression, fold: IntArray, labelling: int, scored: BoolArray
) -> float:
    """Return the log-likelihood of the held-out labels, -inf if no row has a class that its fit knows."""
    log_p = _held_out_logits(regression, fold, labelling).log_softmax(dim=1)
    label = regression.objective.problem.y[:, labelling, None]
    likelihood = log_p.gather(1, label)[:, 0].numpy()[scored]
    counted = likelihood[likelihood > NEVER / 2]
    return float(counted.sum(dtype=np.float64)) if len(counted) else -np.inf


def section(progress: Progress | None, start: float, end: float) -> Progress:
    """Return a callback that maps shares of a section to shares of the whole."""

    def tick(share: float) -> None:
        if progress:
            progress(start + share * (end - start))

    return tick


def _held_out_logits(regression: BatchedRegression, fold: IntArray, labelling: int) -> Tensor:
    """Return the logits of each training row by the fit to the other folds, shape (rows, classes)."""
    problem = regression.objective.problem
    logits = torch.empty(len(fold), problem.classes)
    for f in range(int(fold.max()) + 1):
        rows = torch.from_numpy(np.flatnonzero(fold == f))
        logits[rows] = regression.logits(problem.x[rows], labelling, f)
    return logits
