"""How sure a mean over texts is: of shares, and of differences of them."""

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
        So many intervals are looked at, and all of them together shall hold with 95 %: each is made wider
        (Bonferroni).
    """
    n = len(values)
    if n < 2:
        return Interval(float("nan"), float("nan"))
    half = float(t.ppf(1 - ALPHA_TAIL / looks, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
    mean = float(np.mean(values))
    return Interval(mean - half, mean + half)


def share_mean_interval(shares: NDArray[np.floating]) -> Interval:
    """Return the 95 % interval of the mean of shares in [0, 1]; NaN with fewer than two.

    Where all are 0, or all 1, their spread shows no doubt: the exact bound for as many yes-or-no answers
    stands in for a width of zero (see `accuracy_interval`).
    """
    n, total = len(shares), float(np.sum(shares))
    if n > 1 and total in (0.0, float(n)):
        return accuracy_interval(int(total), n)
    found = mean_interval(shares)
    return Interval(float(np.maximum(found.low, 0.0)), float(np.minimum(found.high, 1.0)))
