"""Label efficiency: how many labels one arm needs to match the score of another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from translearn_core.analysis.intervals import Clusters, RowScores, bootstrap_means, seed_variance_share
from translearn_core.errors import ConfigError
from translearn_core.results.interval_estimate import ALPHA_TAIL

FloatArray = NDArray[np.float64]

ROUNDING = 1e-9
"""Tolerance when comparing scores."""


@dataclass(frozen=True)
class Crossing:
    """Number of labels `b` needs for the `score` that `a` has with `reference_size` labels.

    `estimate` is None if `b` does not reach the score with `largest`, its largest size; `smallest` means that
    size or fewer. `low` and `high` are the 95 % interval, None meaning not reached; with one seed and no rows
    (`seeds`, `rows`) there is none.
    """

    reference_size: int
    score: float
    estimate: float | None
    low: float | None
    high: float | None
    smallest: int
    largest: int
    seeds: int
    rows: int

    @property
    def has_interval(self) -> bool:
        """Whether there were seeds or rows to resample."""
        return self.seeds > 1 or self.rows > 0

    @property
    def could_be_chance(self) -> bool:
        """Whether `reference_size` lies within the interval, or there is no interval."""
        below = self.low is not None and (self.low <= self.reference_size or self.low <= self.smallest)
        return not self.has_interval or (below and (self.high is None or self.high >= self.reference_size))


def estimate_crossing(
    sizes_a: Sequence[int],
    scores_a: FloatArray,
    sizes_b: Sequence[int],
    scores_b: FloatArray,
    reference_size: int,
    draws: int = 2000,
    seed: int = 0,
    *,
    row_scores_a: RowScores | None = None,
    row_scores_b: RowScores | None = None,
    clusters: Clusters = None,
) -> Crossing:
    """Estimate with how many labels `b` reaches the score of `a` with `reference_size` labels.

    Both label-efficiency curves are means over seeds made monotone (isotonic regression, each size weighted
    by its seeds) and interpolated linearly in the logarithm of the size.

    The interval is from bootstrap curves. Seeds are resampled by the wild bootstrap, with Student instead of
    normal weights as seeds are few; seed i of `a` and of `b` share a weight where both have equally many, as
    they were trained on the same subset. With scores of rows, test rows are resampled too,
    the same for all sizes and both arms.

    Parameters
    ----------
    sizes_a, sizes_b : sequences of int
        Numbers of labels.
    scores_a, scores_b : float arrays, shape (seeds, sizes)
        Higher is better; NaN where a seed was not run.
    reference_size : int
        Within `sizes_a`, or between them.
    draws, seed : int
        Of the bootstrap.
    row_scores_a, row_scores_b : arrays, shape (seeds, sizes, rows), optional
        Scores of the same test rows throughout, whose means are the scores. `clusters`, shape (rows,), are
        those of rows that resemble each other.

    Raises
    ------
    ConfigError
        If `reference_size` is outside the sizes of `a`.

    References
    ----------
    Barlow et al. (1972), Statistical Inference under Order Restrictions; Liu (1988),
    doi:10.1214/aos/1176351062, for the wild bootstrap.
    """
    of_a, of_b = (sizes_a, scores_a, row_scores_a), (sizes_b, scores_b, row_scores_b)
    a, b = (_Curve.of(*arm, clusters) for arm in (of_a, of_b))
    if not a.sizes[0] <= reference_size <= a.sizes[-1]:
        raise ConfigError(
            "reference_size", reference_size, f"a number of labels from {a.sizes[0]:,} to {a.sizes[-1]:,}"
        )
    score = float(a.score_at_size(a.mean[None], reference_size)[0])
    estimate = _finite_or_none(b.first_size_reaching(b.mean[None], np.array([score]))[0])
    seeds = min(len(a.gap_per_seed), len(b.gap_per_seed))
    rows = 0 if row_scores_a is None or row_scores_b is None else row_scores_a.shape[2]
    low, high = _interval(a, b, reference_size, draws, seed) if seeds > 1 or rows else (None, None)
    ends = int(b.sizes[0]), int(b.sizes[-1])
    return Crossing(reference_size, score, estimate, low, high, *ends, seeds, rows)


@dataclass(frozen=True)
class _Curve:
    """Label-efficiency curve: mean score and number of seeds (`weight`) per size, shape (sizes,).

    `gap_per_seed` (seeds, sizes) holds each seed's deviation from the mean, 0 where a seed was not run;
    `row_means` (rows, sizes) the mean score of each test row, or no rows; `clusters` those of the rows.
    """

    sizes: NDArray[np.int64]
    mean: FloatArray
    weight: FloatArray
    gap_per_seed: FloatArray
    row_means: FloatArray
    clusters: Clusters = None

    @classmethod
    def of(
        cls, sizes: Sequence[int], scores: FloatArray, row_scores: RowScores | None, clusters: Clusters
    ) -> "_Curve":
        values = np.asarray(scores, dtype=np.float64)
        has_runs: NDArray[np.bool_] = np.atleast_1d(np.isfinite(values).any(axis=0))
        order = np.argsort(sizes)
        order = order[has_runs[order]]
        values = values[:, order]
        weight = np.isfinite(values).sum(axis=0).astype(np.float64)
        mean = np.nansum(values, axis=0) / weight
        gaps = np.nan_to_num(values - mean)
        row_means = np.zeros((0, len(order)))
        if row_scores is not None:
            ordered = row_scores[:, order]
            row_means = ordered.mean(axis=0, dtype=np.float64).T
            if len(ordered) > 1:  # rows are resampled separately: remove their share of the variance
                of_seeds = [seed_variance_share(ordered[:, k], clusters) for k in range(len(order))]
                gaps = gaps * np.sqrt(of_seeds)
        return cls(np.asarray(sizes, dtype=np.int64)[order], mean, weight, gaps, row_means, clusters)

    def score_at_size(self, means: FloatArray, size: int) -> FloatArray:
        """Return the score at a size of monotone curves fitted to `means`, shape (draws, sizes)."""
        logs = np.log2(self.sizes)
        return np.array([np.interp(np.log2(size), logs, curve) for curve in self.monotone(means)])

    def first_size_reaching(self, means: FloatArray, scores: FloatArray) -> FloatArray:
        """Return the size at which each curve reaches its score; inf if it never does."""
        curves, logs, draws = self.monotone(means), np.log2(self.sizes), np.arange(len(means))
        reached = curves >= scores[:, None] - ROUNDING
        after = reached.argmax(axis=1)
        before = np.maximum(after - 1, 0)
        low, high = curves[draws, before], curves[draws, after]
        rise = np.where(high > low, high - low, 1.0)
        fraction = np.where(after > 0, np.clip((scores - low) / rise, 0.0, 1.0), 0.0)
        sizes = 2 ** (logs[before] + fraction * (logs[after] - logs[before]))
        return np.where(reached.any(axis=1), np.where(fraction == 0, self.sizes[after], sizes), np.inf)

    def monotone(self, means: FloatArray) -> FloatArray:
        return np.stack([isotonic_regression(mean, weights=self.weight).x for mean in means])


def _interval(
    a: _Curve, b: _Curve, reference_size: int, draws: int, seed: int
) -> tuple[float | None, float | None]:
    """Return the ends of the 95 % bootstrap interval of the crossing, None where not reached."""
    around_a, around_b = _bootstrap_deviations(a, b, draws, np.random.default_rng(seed))
    sizes = b.first_size_reaching(b.mean + around_b, a.score_at_size(a.mean + around_a, reference_size))
    low, high = np.quantile(sizes, [ALPHA_TAIL, 1 - ALPHA_TAIL], method="inverted_cdf")
    return _finite_or_none(low), _finite_or_none(high)


def _bootstrap_deviations(
    a: _Curve, b: _Curve, draws: int, random: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Draw deviations of both curves from their means, shapes (draws, sizes)."""
    multipliers = [_multipliers(len(curve.gap_per_seed), draws, random) for curve in (a, b)]
    if len(a.gap_per_seed) == len(b.gap_per_seed):
        multipliers[1] = multipliers[0]
    deviations = []
    for curve, weights in zip((a, b), multipliers, strict=True):
        spread = np.sqrt(np.maximum(curve.weight * (curve.weight - 1), 1.0))
        deviations.append(weights @ curve.gap_per_seed / spread)
    if len(a.row_means) and len(b.row_means):
        both = np.concatenate([a.row_means, b.row_means], axis=1)
        by_rows = bootstrap_means(both, draws, random, a.clusters) - both.mean(axis=0)
        deviations[0] += by_rows[:, : len(a.sizes)]
        deviations[1] += by_rows[:, len(a.sizes) :]
    return deviations[0], deviations[1]


def _multipliers(seeds: int, draws: int, random: np.random.Generator) -> FloatArray:
    """Draw normal weights of seeds, scaled so that the resampled mean has Student's distribution."""
    freedom = max(1, seeds - 1)
    stretch = np.sqrt(freedom / random.chisquare(freedom, (draws, 1)))
    return random.standard_normal((draws, seeds)) * stretch


def _finite_or_none(size: float) -> float | None:
    return float(size) if np.isfinite(size) else None
