"""Label issues: confident learning on out-of-fold probabilities."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from translearn_core.results import Estimate
from translearn_core.results.interval_estimate import NO_ESTIMATE, percentile_interval

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

DRAWS = 500
"""Bootstrap draws of the estimated share of wrong labels."""
SLACK = 1e-6
"""Tolerance of a threshold: equal probabilities differ from their mean by rounding."""


@dataclass(frozen=True)
class LabelIssues:
    """Rows with a suspected wrong label, worst first, shape (suspects,).

    `given` and `suggested` are class indices; `margin` is the probability of the given label minus the
    largest other, -1 being the worst. `n_issues` counts all such rows, of which the arrays hold the first.
    `share` is the estimated share of wrong labels among all rows, NaN without rows.
    """

    rows: IntArray = field(compare=False)
    given: IntArray = field(compare=False)
    suggested: IntArray = field(compare=False)
    margin: FloatArray = field(compare=False)
    n_issues: int
    share: Estimate


def find_label_issues(
    probabilities: NDArray[np.floating],
    labels: IntArray,
    limit: int = 100,
    *,
    seed: int = 0,
    draws: int = DRAWS,
) -> LabelIssues:
    """Find rows whose confident class differs from their label (confident learning).

    A row is confidently of a class if its probability is at least the mean probability of that class among
    the rows with that label, and at least that of chance; of several such classes the most likely counts. It
    is a suspect if that class is more likely than its label. The counts of (label, confident
    class) are scaled to the rows of each label; the off-diagonal sum is the share of wrong labels. Its 95 %
    bootstrap interval includes the thresholds, but not the error of the model.

    Parameters
    ----------
    probabilities : float array, shape (rows, classes)
        Out of fold (see `LinearProbe.held_out_proba`), as a model agrees with labels it was trained on.
    labels : int array, shape (rows,)
        Class indices from 0.
    limit : int
        Rows to return at most.
    seed, draws : int
        Of the bootstrap; without draws the share has no interval.

    References
    ----------
    Northcutt, Jiang & Chuang 2021, arXiv:1911.00068, equations 1 to 3; ranked by normalised margin.
    """
    empty = np.zeros(0, dtype=np.int64)
    if not (n := len(labels)):
        return LabelIssues(empty, empty, empty, np.zeros(0), 0, NO_ESTIMATE)
    p = np.array(probabilities, dtype=np.float64)
    every_row, random = np.arange(n), np.random.default_rng(seed)
    label_p = p[every_row, labels]
    counts = np.ones((draws + 1, n), dtype=np.uint16)  # the observed sample, then the bootstrap samples
    for draw in counts[1:]:
        draw[:] = np.bincount(random.integers(0, n, n), minlength=n)
    thresholds = np.stack([_thresholds(label_p, labels, draw, p.shape[1]) for draw in counts])
    candidates = _candidates(p, thresholds.min(axis=0))
    confident = [candidates.most_likely(threshold) for threshold in thresholds]
    shares = [
        _off_diagonal(labels, draw, *rows_and_classes, p.shape[1])
        for draw, rows_and_classes in zip(counts, confident, strict=True)
    ]
    rows, classes = confident[0]
    suspects = np.flatnonzero((classes != labels[rows]) & (p[rows, classes] > label_p[rows]))
    p[every_row, labels] = -np.inf
    margin = label_p - p.max(axis=1)
    worst = suspects[np.argsort(margin[rows[suspects]], kind="stable")][:limit]
    return LabelIssues(
        rows[worst],
        np.asarray(labels)[rows[worst]],
        classes[worst],
        margin[rows[worst]],
        len(suspects),
        percentile_interval(shares[0], shares[1:]),
    )


@dataclass(frozen=True)
class _Candidates:
    """(Row, class) pairs above the lowest threshold, sorted by row, then by descending probability."""

    rows: IntArray
    classes: IntArray
    p: FloatArray

    def most_likely(self, thresholds: FloatArray) -> tuple[IntArray, IntArray]:
        """Return the rows with a confident class, and the most likely one of each."""
        above = np.flatnonzero(self.p >= thresholds[self.classes] - SLACK)
        rows = self.rows[above]
        first = above[np.diff(rows, prepend=-1) > 0]
        return self.rows[first], self.classes[first]


def _candidates(p: FloatArray, lowest: FloatArray) -> _Candidates:
    rows, classes = np.nonzero(p >= lowest - SLACK)
    order = np.lexsort((-p[rows, classes], rows))
    rows, classes = rows[order], classes[order]
    return _Candidates(rows, classes, p[rows, classes])


def _thresholds(
    label_p: FloatArray, labels: IntArray, counts: NDArray[np.uint16], classes: int
) -> FloatArray:
    """Return the mean probability of each class among the rows with that label, at least that of chance.

    It is infinite without such rows.
    """
    rows = np.bincount(labels, weights=counts, minlength=classes)
    sums = np.bincount(labels, weights=counts * label_p, minlength=classes)
    return np.where(rows > 0, np.maximum(sums / np.maximum(rows, 1), 1 / classes), np.inf)


def _off_diagonal(
    labels: IntArray, counts: NDArray[np.uint16], rows: IntArray, confident: IntArray, classes: int
) -> float:
    """Return the off-diagonal share of the joint, scaled from confident rows to all rows of each label."""
    per_label = np.bincount(labels, weights=counts, minlength=classes)
    total = np.bincount(labels[rows], weights=counts[rows], minlength=classes)
    agree = confident == labels[rows]
    right = np.bincount(labels[rows][agree], weights=counts[rows][agree], minlength=classes)
    wrong = np.where(total > 0, 1 - right / np.maximum(total, 1), 0.0)
    return float(wrong @ per_label / per_label.sum())
