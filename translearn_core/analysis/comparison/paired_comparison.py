"""Comparison of study arms: paired bootstrap differences on the same test rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from translearn_core.analysis.intervals import Clusters, RowScores, bootstrap_means, seed_variance_share
from translearn_core.results import Difference
from translearn_core.results.interval_estimate import ALPHA_TAIL, Z

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ArmRuns:
    """Scores of the test rows by the runs of one arm.

    `scores` has shape (seeds, rows); `rows` (rows,) identifies the test rows, `clusters` (rows,) those that
    resemble each other.
    """

    name: str
    rows: NDArray[np.uint64]
    scores: RowScores
    clusters: Clusters = None

    @property
    def means(self) -> FloatArray:
        """Mean score of each seed."""
        return np.asarray(self.scores.mean(axis=1, dtype=np.float64))


def differences(
    arms: Sequence[ArmRuns], baseline: ArmRuns, *, draws: int = 2000, seed: int = 0
) -> list[Difference | None]:
    """Compare the mean score of each arm with the baseline's: paired by test row, 95 % bootstrap interval.

    Each draw resamples test rows, or clusters of them, the same for both arms, and seeds within each arm.
    Part of the variance between seeds is due to the finite test rows, which the resampled rows already show:
    it is removed from the seeds, and the rest is scaled by sqrt(n / (n - 1)). The draws are then widened from
    the normal to
    Student's quantile with Welch-Satterthwaite degrees of freedom.

    Parameters
    ----------
    arms : sequence of ArmRuns
    baseline : ArmRuns
    draws, seed : int
        Of the bootstrap.

    Returns
    -------
    list of Difference or None
        One per arm; None where the test rows differ from the baseline's.

    References
    ----------
    Davison & Hinkley (1997), Bootstrap Methods and their Application, section 3.8: hierarchical data.
    Welch (1947), doi:10.1093/biomet/34.1-2.28.
    """
    random = np.random.default_rng(seed)
    paired = [baseline, *(arm for arm in arms if np.array_equal(arm.rows, baseline.rows))]
    shares = np.stack([arm.scores.mean(axis=0, dtype=np.float64) for arm in paired], axis=1)
    means = bootstrap_means(shares, draws, random, baseline.clusters)
    spreads = [_resample_seeds(arm, draws, random) for arm in paired]
    results = {
        arm: _difference(arm, baseline, means[:, k] - means[:, 0], spreads[k], spreads[0])
        for k, arm in enumerate(paired[1:], 1)
    }
    return [results.get(arm) for arm in arms]


@dataclass(frozen=True)
class _Spread:
    """Bootstrap deviations of an arm's mean over seeds, their variance, and the number of seeds."""

    draws: FloatArray
    variance: float
    seeds: int


def _difference(
    arm: ArmRuns, baseline: ArmRuns, by_rows: FloatArray, of_arm: _Spread, of_baseline: _Spread
) -> Difference:
    estimate = float(arm.means.mean() - baseline.means.mean())
    seeds = min(of_arm.seeds, of_baseline.seeds)
    shares = bool(min(arm.scores.min(), baseline.scores.min()) >= 0)  # losses are negated
    if arm is baseline:
        return Difference(0.0, 0.0, 0.0, seeds, shares)
    by_seeds = [(s.variance, s.seeds - 1) for s in (of_arm, of_baseline) if s.variance > 0]
    variance = float(by_rows.var()) + sum(v for v, _ in by_seeds)
    widening = 1.0
    if by_seeds:
        freedom = variance**2 / sum(v**2 / n for v, n in by_seeds)
        widening = float(t.ppf(1 - ALPHA_TAIL, freedom) / Z)
    around = by_rows - estimate + of_arm.draws - of_baseline.draws
    low, high = estimate + widening * np.quantile(around, [ALPHA_TAIL, 1 - ALPHA_TAIL])
    return Difference(estimate, float(low), float(high), seeds, shares)


def _resample_seeds(arm: ArmRuns, draws: int, random: np.random.Generator) -> _Spread:
    """Resample seeds; return the deviations from the mean that they add beyond the rows, shape (draws,)."""
    seeds = len(arm.scores)
    if seeds == 1:
        return _Spread(np.zeros(draws), 0.0, 1)
    values = arm.scores.astype(np.float64)
    scores = values.mean(axis=1)
    deviations = scores - scores.mean()
    total = float(deviations @ deviations / (seeds - 1))
    own = total * seed_variance_share(values, arm.clusters)
    scale = np.sqrt(own / total * seeds / (seeds - 1)) if own else 0.0
    shares = random.multinomial(seeds, np.full(seeds, 1 / seeds), size=draws) / seeds
    return _Spread(shares @ deviations * scale, own / seeds, seeds)
