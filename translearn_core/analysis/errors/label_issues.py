"""Rows whose label may be wrong: confident learning from predictions of models that did not see them."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from translearn_core.analysis.metrics import ALPHA_TAIL
from translearn_core.analysis.probing.cross_validation import stratified_folds
from translearn_core.analysis.probing.logistic_regression import (
    BatchedProblem,
    fit_batched,
    standardise,
    thread_pools,
)
from translearn_core.results import Interval

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

DRAWS = 500
"""Bootstrap draws of the share of wrong labels."""
SLACK = 1e-6
"""What a probability may lack of a threshold: equal ones may differ from their own mean by rounding."""


@dataclass(frozen=True)
class LabelIssues:
    """Rows with a doubtful label, the most doubtful first, shape (suspects,).

    `given` and `suggested` are class indices; `margin` is the probability of the given label less the
    largest other one, from -1 for the most doubtful. `found` counts all such rows, of which the arrays hold
    the first. `share` is the estimated share of wrong labels among all rows, NaN without rows.
    """

    rows: IntArray = field(compare=False)
    given: IntArray = field(compare=False)
    suggested: IntArray = field(compare=False)
    margin: FloatArray = field(compare=False)
    found: int
    share: float
    share_interval: Interval


def find_label_issues(
    probabilities: NDArray[np.floating], labels: IntArray, limit: int = 100, *, seed: int = 0
) -> LabelIssues:
    """Find rows that are confidently of another class than their label says.

    A row is confidently of a class when its probability is at least the mean probability of that class among
    the rows labelled so; of several such classes it is the likeliest. The counts of (label, confident class)
    are scaled to the rows of each label, and what lies off their diagonal is the share of wrong labels. Its
    95 % interval resamples rows, thresholds and all; it does not know how good the model is.

    Parameters
    ----------
    probabilities : float array, shape (rows, classes)
        Out of fold (see `out_of_fold_probabilities`): a model that saw a row's label agrees with it.
    labels : int array, shape (rows,)
        Class indices from 0.
    limit : int
        Rows to return at most.
    seed : int
        Of the bootstrap.

    References
    ----------
    Northcutt, Jiang & Chuang 2021, arXiv:1911.00068, equations 1 to 3; ranked by normalised margin.
    """
    nothing = np.zeros(0, dtype=np.int64)
    if not (n := len(labels)):
        return LabelIssues(nothing, nothing, nothing, np.zeros(0), 0, np.nan, Interval(np.nan, np.nan))
    p = np.array(probabilities, dtype=np.float64)
    itself, random = np.arange(n), np.random.default_rng(seed)
    given = p[itself, labels]
    times = np.ones((DRAWS + 1, n), dtype=np.uint16)  # the rows as they are, then as drawn
    for draw in times[1:]:
        draw[:] = np.bincount(random.integers(0, n, n), minlength=n)
    thresholds = np.stack([_thresholds(given, labels, draw, p.shape[1]) for draw in times])
    candidates = _candidates(p, thresholds.min(axis=0))
    sure = [candidates.likeliest(threshold) for threshold in thresholds]
    shares = [
        _off_diagonal(labels, draw, *found, p.shape[1]) for draw, found in zip(times, sure, strict=True)
    ]
    low, high = np.quantile(shares[1:], [ALPHA_TAIL, 1 - ALPHA_TAIL])
    rows, classes = sure[0]
    p[itself, labels] = -np.inf
    margin = given - p.max(axis=1)
    other = np.flatnonzero(classes != labels[rows])
    worst = other[np.argsort(margin[rows[other]], kind="stable")][:limit]
    return LabelIssues(
        rows[worst],
        np.asarray(labels)[rows[worst]],
        classes[worst],
        margin[rows[worst]],
        len(other),
        shares[0],
        Interval(float(low), float(high)),
    )


def out_of_fold_probabilities(
    x: NDArray[np.floating],
    labels: IntArray,
    folds: int = 5,
    seed: int = 0,
    groups: IntArray | None = None,
    progress: Callable[[float], None] | None = None,
) -> NDArray[np.float32]:
    """Predict every row by the linear probe of the folds it is not in, shape (rows, classes).

    Parameters
    ----------
    x : float array, shape (rows, width)
    labels : int array, shape (rows,)
        Class indices from 0. A class that no row of the other folds has gets probability 0.
    folds, seed, groups
        See `stratified_folds`.
    progress : callable, optional
        Called with the share done; may raise to stop.

    Raises
    ------
    TooFewSamplesError
        If there are fewer rows (or groups) than folds, or fewer than two classes.
    """
    fold = stratified_folds(labels, folds, seed, groups)
    (rows,) = standardise(x)
    seen = (fold[:, None] != np.arange(folds)).astype(np.float32)
    found = np.empty((len(labels), int(labels.max()) + 1), dtype=np.float32)
    with thread_pools(1) as (pool,):
        y = torch.from_numpy(np.array(labels, dtype=np.int64)[:, None])
        fits = fit_batched(BatchedProblem(rows, y, torch.from_numpy(seen), found.shape[1]), pool, progress)
    for f in range(folds):
        found[fold == f] = fits.probabilities(rows[torch.from_numpy(fold == f)], 0, f).numpy()
    return found


@dataclass(frozen=True)
class _Candidates:
    """Rows and classes they may be confidently of, by row and then the likeliest first."""

    rows: IntArray
    classes: IntArray
    p: FloatArray

    def likeliest(self, thresholds: FloatArray) -> tuple[IntArray, IntArray]:
        """Return the rows confidently of some class, and the likeliest such class of each."""
        enough = np.flatnonzero(self.p >= thresholds[self.classes] - SLACK)
        rows = self.rows[enough]
        first = enough[np.diff(rows, prepend=-1) > 0]
        return self.rows[first], self.classes[first]


def _candidates(p: FloatArray, lowest: FloatArray) -> _Candidates:
    rows, classes = np.nonzero(p >= lowest - SLACK)
    order = np.lexsort((-p[rows, classes], rows))
    rows, classes = rows[order], classes[order]
    return _Candidates(rows, classes, p[rows, classes])


def _thresholds(given: FloatArray, labels: IntArray, times: NDArray[np.uint16], classes: int) -> FloatArray:
    """Return the mean probability of each class among the rows labelled so; endless without such rows."""
    rows = np.bincount(labels, weights=times, minlength=classes)
    sums = np.bincount(labels, weights=times * given, minlength=classes)
    return np.where(rows > 0, sums / np.maximum(rows, 1), np.inf)


def _off_diagonal(
    labels: IntArray, times: NDArray[np.uint16], rows: IntArray, likeliest: IntArray, classes: int
) -> float:
    """Return the share of rows off the diagonal, confident rows standing for all rows of their label."""
    of_label = np.bincount(labels, weights=times, minlength=classes)
    seen = np.bincount(labels[rows], weights=times[rows], minlength=classes)
    agree = likeliest == labels[rows]
    right = np.bincount(labels[rows][agree], weights=times[rows][agree], minlength=classes)
    wrong = np.where(seen > 0, 1 - right / np.maximum(seen, 1), 0.0)
    return float(wrong @ of_label / of_label.sum())
