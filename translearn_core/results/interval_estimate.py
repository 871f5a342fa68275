"""Estimate: a number with its 95 % interval."""

from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Z = NormalDist().inv_cdf(0.975)
"""Normal quantile of a 95 % interval."""
ALPHA_TAIL = 0.025
"""Tail probability on either side of a 95 % interval."""
CELLS_AT_ONCE = 1_000_000
"""Resampled values held in memory at a time (8 bytes each)."""


@dataclass(frozen=True)
class Estimate:
    """A number with the ends of its 95 % interval; all NaN where there are no data."""

    value: float
    low: float
    high: float

    @classmethod
    def share(cls, right: int, rows: int) -> "Estimate":
        """Return the share `right` / `rows` with its Wilson interval."""
        low, high = wilson(right, rows)
        return cls(right / rows if rows else float("nan"), float(low), float(high))

    @classmethod
    def clustered_share(cls, correct: ArrayLike, clusters: NDArray[np.int64] | None) -> "Estimate":
        """Return the share of true rows with its Wilson interval, over clusters of rows if there are any."""
        values = np.asarray(correct, dtype=np.float64)
        if clusters is None or not len(values):
            return cls.share(int(values.sum()), len(values))
        low, high = score_bounds(share := float(values.mean()), Z**2 / effective_rows(values, clusters))
        return cls(share, float(low), float(high))

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval lies on one side of 0."""
        return self.low > 0 or self.high < 0

    def __neg__(self) -> Self:
        return replace(self, value=-self.value, low=-self.high, high=-self.low)

    def brackets(self, digits: int = 3) -> str:
        """Format the interval as ``[low, high]``."""
        return f"[{self.low:.{digits}f}, {self.high:.{digits}f}]"

    @property
    def percent_range(self) -> str:
        """The interval of a fraction as percentages."""
        return f"{100 * self.low:.1f} to {100 * self.high:.1f} %"

    def columns(self, name: str, ends: str | None = None) -> dict[str, float]:
        """Return the table columns ``name``, ``ends low`` and ``ends high``; `ends` is `name` by default."""
        ends = name if ends is None else ends
        return {name: self.value, f"{ends} low".strip(): self.low, f"{ends} high".strip(): self.high}


def wilson(right: ArrayLike, rows: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of Wilson's 95 % intervals of the shares `right` / `rows`; NaN without rows.

    The interval of every 0/1 share: unlike the bootstrap, its coverage holds down to about five rows and at
    0 % and 100 %.

    Parameters
    ----------
    right, rows : int arrays of one shape

    References
    ----------
    Wilson (1927), doi:10.2307/2276774.
    """
    count = np.asarray(rows, dtype=np.float64)
    n = np.where(count > 0, count, np.nan)
    return score_bounds(np.asarray(right, dtype=np.float64) / n, Z**2 / n)


def score_bounds(share: ArrayLike, wide: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the shares p with (p - share)² = wide · p · (1 - p), which lie in [0, 1]."""
    p, w = np.asarray(share, dtype=np.float64), np.asarray(wide, dtype=np.float64)
    centre = (p + w / 2) / (1 + w)
    half = np.sqrt(w * p * (1 - p) + w**2 / 4) / (1 + w)
    return np.where(p == 0, 0.0, centre - half), np.where(p == 1, 1.0, centre + half)


def effective_rows(scores: ArrayLike, clusters: NDArray[np.int64]) -> float:
    """Return the number of independent rows that give the mean score the variance that clusters give it.

    It is the number of rows over the design effect, and never more than that of the rows. If all scores are
    equal, that says nothing about the clusters, and each counts as one row.

    Parameters
    ----------
    scores : array, shape (rows,) or (seeds, rows)
        With several seeds the variance is their mean.
    clusters : int array, shape (rows,)
        Equal numbers for rows that resemble each other, such as the words of a sentence.

    References
    ----------
    Kish (1965), Survey Sampling, for the design effect; Dean & Pagano (2015), doi:10.1093/jssam/smv024, for
    Wilson's interval at the effective size.
    """
    values = np.atleast_2d(np.asarray(scores, dtype=np.float64))
    n = values.shape[1]
    number = np.unique(clusters, return_inverse=True)[1]
    count = int(number.max(initial=-1)) + 1
    deviations = values - values.mean(axis=1, keepdims=True)
    independent = float((deviations**2).sum(axis=1).mean()) / max(1, n - 1)
    if count < 2 or not independent:
        return float(count)
    sums = np.stack([np.bincount(number, weights=row, minlength=count) for row in deviations])
    clustered = float((sums**2).sum(axis=1).mean()) * count / (count - 1) / n
    return float(n / max(1.0, clustered / independent))


NO_ESTIMATE = Estimate(float("nan"), float("nan"), float("nan"))


def percentile_interval(value: float, draws: ArrayLike) -> Estimate:
    """Return a number with the 95 % percentile interval of its bootstrap draws; NaN draws are left out."""
    numbers = np.asarray(draws, dtype=np.float64)
    known = numbers[~np.isnan(numbers)]
    if not len(known):
        return NO_ESTIMATE
    low, high = np.quantile(known, [ALPHA_TAIL, 1 - ALPHA_TAIL])
    return Estimate(float(value), float(low), float(high))
