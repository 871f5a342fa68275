"""Comparison of study arms: mean accuracy over seeds, paired bootstrap differences on the same test rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, t

from translearn_core.analysis.metrics import ALPHA_TAIL, CELLS_AT_ONCE
from translearn_core.results import Difference, Interval

FloatArray = NDArray[np.float64]

FEWEST_SEEDS = 3
"""Seeds from which an arm's interval is over its seeds; below, it is over the test rows."""


@dataclass(frozen=True, eq=False)
class ArmRuns:
    """Correct predictions of the runs of one arm.

    `correct` has shape (seeds, rows); `rows` (rows,) identifies the test rows.
    """

    name: str
    rows: NDArray[np.uint64]
    correct: NDArray[np.bool_]

    @property
    def accuracies(self) -> FloatArray:
        """Test accuracy of each seed."""
        return np.asarray(self.correct.mean(axis=1, dtype=np.float64))


def seed_interval(scores: Sequence[float], over_rows: Sequence[Interval]) -> tuple[float, Interval]:
    """Return the mean of scores in [0, 1], one per seed, and its 95 % Student interval over seeds.

    Fewer than `FEWEST_SEEDS` do not determine a variance (with two, Student's quantile is 12.7): the mean of
    their intervals over test rows, `over_rows`, is returned.
    """
    mean, seeds = float(np.mean(scores)), len(scores)
    if seeds < FEWEST_SEEDS:
        low, high = (
            float(np.mean([getattr(interval, end) for interval in over_rows])) for end in ("low", "high")
        )
        return mean, Interval(low, high)
    half = float(t.ppf(1 - ALPHA_TAIL, seeds - 1) * np.std(scores, ddof=1) / np.sqrt(seeds))
    return mean, Interval(max(0.0, mean - half), min(1.0, mean + half))


def draw_interval(correct: NDArray[np.bool_]) -> tuple[float, Interval]:
    """Return the mean accuracy of seeds and its 95 % interval, over both test rows and seeds.

    Wilson's interval over the test rows is combined in quadrature with the variance that seeds add beyond the
    rows (`seed_variance_share`, at Student's quantile), so seeds that agree by luck cannot make it narrower.
    Fewer than `FEWEST_SEEDS` add nothing. It is conservative: rows count as if all seeds erred on the same.

    Parameters
    ----------
    correct : bool array, shape (seeds, rows)
    """
    seeds, rows = correct.shape
    mean = float(correct.mean())
    wide = float(norm.ppf(1 - ALPHA_TAIL)) ** 2 / rows
    if seeds >= FEWEST_SEEDS and 0 < mean < 1:
        variance = float(correct.mean(axis=1).var(ddof=1)) * seed_variance_share(correct) / seeds
        wide += float(t.ppf(1 - ALPHA_TAIL, seeds - 1)) ** 2 * variance / (mean * (1 - mean))
    centre = (mean + wide / 2) / (1 + wide)
    half = np.sqrt(wide * mean * (1 - mean) + wide**2 / 4) / (1 + wide)
    return mean, Interval(max(0.0, float(centre - half)), min(1.0, float(centre + half)))


def differences(
    cells: Sequence[ArmRuns], baseline: ArmRuns, *, draws: int = 2000, seed: int = 0
) -> list[Difference | None]:
    """Compare the mean accuracy of each arm with the baseline's: paired by test row, 95 % bootstrap interval.

    Each draw resamples test rows, the same for both arms, and seeds within each arm. Part of the variance
    between seeds is due to the finite test rows, which the resampled rows already show: it is removed from
    the seeds, and the rest is scaled by sqrt(n / (n - 1)). The draws are then widened from the normal to
    Student's quantile with Welch-Satterthwaite degrees of freedom.

    Parameters
    ----------
    cells : sequence of ArmRuns
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
    arms = [baseline, *(arm for arm in cells if np.array_equal(arm.rows, baseline.rows))]
    shares = np.stack([arm.correct.mean(axis=0, dtype=np.float64) for arm in arms], axis=1)
    means = bootstrap_means(shares, draws, random)
    spreads = [_resample_seeds(arm.correct, draws, random) for arm in arms]
    results = {
        arm: _difference(arm, baseline, means[:, k] - means[:, 0], spreads[k], spreads[0])
        for k, arm in enumerate(arms[1:], 1)
    }
    return [results.get(arm) for arm in cells]


def bootstrap_means(shares: FloatArray, draws: int, random: np.random.Generator) -> FloatArray:
    """Return bootstrap means of each column over resampled rows, shape (draws, columns)."""
    rows, means = len(shares), []
    for start in range(0, draws, step := max(1, CELLS_AT_ONCE // rows)):
        block = min(step, draws - start)
        drawn = random.integers(0, rows, (block, rows)) + rows * np.arange(block)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=block * rows).reshape(block, rows)
        means.append(counts @ shares / rows)
    return np.concatenate(means)


def seed_variance_share(correct: NDArray[np.bool_] | FloatArray) -> float:
    """Share of the variance between seeds, (seeds, rows), that is not due to the finite test rows."""
    values = np.asarray(correct, dtype=np.float64)
    seeds, rows = values.shape
    scores = values.mean(axis=1)
    deviations = scores - scores.mean()
    residuals = values - values.mean(axis=0) - deviations[:, None]
    of_rows = float((residuals**2).sum() / ((seeds - 1) * max(1, rows - 1))) / rows
    total = float(deviations @ deviations / (seeds - 1))
    return max(0.0, 1 - of_rows / total) if total else 0.0


@dataclass(frozen=True)
class _Spread:
    """Bootstrap deviations of an arm's mean over seeds, their variance, and the number of seeds."""

    draws: FloatArray
    variance: float
    seeds: int


def _difference(
    arm: ArmRuns, baseline: ArmRuns, by_rows: FloatArray, of_arm: _Spread, of_baseline: _Spread
) -> Difference:
    estimate = float(arm.accuracies.mean() - baseline.accuracies.mean())
    seeds = min(of_arm.seeds, of_baseline.seeds)
    if arm is baseline:
        return Difference(0.0, Interval(0.0, 0.0), seeds)
    by_seeds = [(s.variance, s.seeds - 1) for s in (of_arm, of_baseline) if s.variance > 0]
    variance = float(by_rows.var()) + sum(v for v, _ in by_seeds)
    widening = 1.0
    if by_seeds:
        freedom = variance**2 / sum(v**2 / n for v, n in by_seeds)
        widening = float(t.ppf(1 - ALPHA_TAIL, freedom) / norm.ppf(1 - ALPHA_TAIL))
    around = by_rows - estimate + of_arm.draws - of_baseline.draws
    low, high = estimate + widening * np.quantile(around, [ALPHA_TAIL, 1 - ALPHA_TAIL])
    return Difference(estimate, Interval(float(low), float(high)), seeds)


def _resample_seeds(correct: NDArray[np.bool_], draws: int, random: np.random.Generator) -> _Spread:
    """Resample seeds; return the deviations from the mean that they add beyond the rows, shape (draws,)."""
    seeds = len(correct)
    if seeds == 1:
        return _Spread(np.zeros(draws), 0.0, 1)
    values = correct.astype(np.float64)
    scores = values.mean(axis=1)
    deviations = scores - scores.mean()
    total = float(deviations @ deviations / (seeds - 1))
    own = total * seed_variance_share(values)
    scale = np.sqrt(own / total * seeds / (seeds - 1)) if own else 0.0
    shares = random.multinomial(seeds, np.full(seeds, 1 / seeds), size=draws) / seeds
    return _Spread(shares @ deviations * scale, own / seeds, seeds)
