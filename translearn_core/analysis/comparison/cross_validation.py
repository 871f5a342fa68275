"""Intervals over the folds of a cross-validation, whose training rows overlap."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t

from translearn_core.results.interval_estimate import ALPHA_TAIL, NO_ESTIMATE, Estimate


def fold_interval(values: ArrayLike, folds: int, partitions: int = 1) -> Estimate:
    """Return the mean of one value per fold, such as a score or a difference, with its 95 % interval.

    The variance is corrected for the training rows that folds share: Student's interval with the variance
    times 1 / n + 1 / (`folds` - 1), the ratio of test to training rows, and `folds` · `partitions` - 1
    degrees of freedom.

    Parameters
    ----------
    values : float array, shape (n,)
        One per fold, or per fold and seed. NaN with fewer than two.
    folds : int
        Folds of a partition of the rows.
    partitions : int
        Partitions, in a repeated cross-validation.

    References
    ----------
    Nadeau & Bengio 2003, doi:10.1023/A:1024068626366; Bouckaert & Frank 2004,
    doi:10.1007/978-3-540-24775-3_3, for repeated cross-validation.
    """
    numbers = np.asarray(values, dtype=np.float64)
    n = len(numbers)
    if n < 2:
        return NO_ESTIMATE
    mean = float(numbers.mean())
    error = np.sqrt(numbers.var(ddof=1) * (1 / n + 1 / (folds - 1)))
    half = float(t.ppf(1 - ALPHA_TAIL, folds * partitions - 1) * error)
    return Estimate(mean, mean - half, mean + half)
