"""Confidence intervals of means over texts."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from translearn_core.analysis.metrics import ALPHA_TAIL, accuracy_interval
from translearn_core.results import Interval


def mean_interval(values: NDArray[np.floating], looks: int = 1) -> Interval:
    """Return Student's 95 % interval of a mean; NaN with fewer than two values.

    Parameters
    ----------
    values : float array, shape (texts,)
    looks : int
        Number of intervals that are to hold simultaneously at 95 % (Bonferroni).
    """
    n = len(values)
    if n < 2:
        return Interval(float("nan"), float("nan"))
    half = float(t.ppf(1 - ALPHA_TAIL / looks, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
    mean = float(np.mean(values))
    return Interval(mean - half, mean + half)


def share_mean_interval(shares: NDArray[np.floating]) -> Interval:
    """Return the 95 % interval of the mean of shares in [0, 1]; NaN with fewer than two.

    Where all are 0, or all 1, their variance is 0 and the exact binomial bound is used (see
    `accuracy_interval`).
    """
    n, total = len(shares), float(np.sum(shares))
    if n > 1 and total in (0.0, float(n)):
        return accuracy_interval(int(total), n)
    interval = mean_interval(shares)
    return Interval(float(np.maximum(interval.low, 0.0)), float(np.minimum(interval.high, 1.0)))
