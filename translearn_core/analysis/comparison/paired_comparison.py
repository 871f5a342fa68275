"""Are two ways to train different, or is it chance? Means over seeds, differences on the same test rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, t

from translearn_core.analysis.metrics import ALPHA_TAIL, CELLS_AT_ONCE
from translearn_core.results import Difference, Interval

FloatArray = NDArray[np.float64]

FEWEST_SEEDS = 3
"""From so many on, a cell's interval is over its seeds, below over the test rows."""


@dataclass(frozen=True, eq=False)
class ArmRuns:
    """What the runs of one cell got right.

    `correct` has shape (seeds, rows); `rows` names the test rows in the order of its columns, shape (rows,).
    """

    name: str
    rows: NDArray[np.uint64]
    correct: NDArray[np.bool_]

    @property
    def accuracies(self) -> FloatArray:
        """Test accuracy of each seed."""
        found: FloatArray = self.correct.mean(axis=1, dtype=np.float64)
        return found


def seed_interval(scores: Sequence[float], over_rows: Sequence[Interval]) -> tuple[float, Interval]:
    """Return the mean of scores in [0, 1], one a seed, and its 95 % Student interval over seeds.

    Fewer than `FEWEST_SEEDS` have no spread worth the name (with two, Student's quantile is 12.7): they get
    the mean of their intervals over test rows, `over_rows`.
    """
    mean, number = float(np.mean(scores)), len(scores)
    if number < FEWEST_SEEDS:
        low, high = (float(np.mean([getattr(one, end) for one in over_rows])) for end in ("low", "high"))
        return mean, Interval(low, high)
    half = float(t.ppf(1 - ALPHA_TAIL, number - 1) * np.std(scores, ddof=1) / np.sqrt(number))
    return mean, Interval(max(0.0, mean - half), min(1.0, mean + half))


def draw_interval(correct: NDArray[np.bool_]) -> tuple[float, Interval]:
    """Return the mean accuracy of seeds and its 95 % interval, over the test rows and over the seeds.

    It is Wilson's interval of the mean on the finite rows, with what seeds add beyond the rows
    (`seed_variance_share`,
    at Student's quantile) in quadrature, so seeds that agree by luck cannot make it narrower than the rows
    allow. Fewer than `FEWEST_SEEDS` add nothing, as their spread says too little. It errs to the wide side:
    rows count as if all seeds were right and wrong on the same ones.

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
    middle = (mean + wide / 2) / (1 + wide)
    half = np.sqrt(wide * mean * (1 - mean) + wide**2 / 4) / (1 + wide)
    return mean, Interval(max(0.0, float(middle - half)), min(1.0, float(middle + half)))


def differences(
    cells: Sequence[ArmRuns], baseline: ArmRuns, *, draws: int = 2000, seed: int = 0
) -> list[Difference | None]:
    """Hold each cell's mean accuracy against the baseline's: paired by test row, 95 % bootstrap interval.

    Each draw takes test rows with replacement, the same for both cells, and seeds with replacement within
    each cell. Two things make its spread the right one for a handful of seeds. Seeds differ in part only
    because each was scored on the same finite rows, which the drawn rows show already: that part is taken
    out of what the drawn seeds add, and the rest is stretched by sqrt(n / (n - 1)), since n seeds lie closer
    to their own mean than to the true one. And the draws are stretched from the normal to Student's quantile
    by the degrees of freedom of Welch and Satterthwaite, which are many where the rows decide and few where
    the seeds do.

    Parameters
    ----------
    cells : sequence of ArmRuns
    baseline : ArmRuns
    draws, seed : int
        Of the bootstrap.

    Returns
    -------
    list of Difference or None
        One a cell; None where the test rows are others than the baseline's.

    References
    ----------
    Davison & Hinkley (1997), Bootstrap Methods and their Application, section 3.8: hierarchical data.
    Welch (1947), doi:10.1093/biomet/34.1-2.28.
    """
    random = np.random.default_rng(seed)
    alike = [cell for cell in cells if np.array_equal(cell.rows, baseline.rows)]
    kept = [baseline, *alike]
    shares = np.stack([cell.correct.mean(axis=0, dtype=np.float64) for cell in kept], axis=1)
    on_drawn_rows = bootstrap_means(shares, draws, random)
    spreads = [_by_seeds(cell.correct, draws, random) for cell in kept]
    found = {
        cell: _difference(cell, baseline, on_drawn_rows[:, k] - on_drawn_rows[:, 0], spreads[k], spreads[0])
        for k, cell in enumerate(kept[1:], 1)
    }
    return [found.get(cell) for cell in cells]


def bootstrap_means(shares: FloatArray, draws: int, random: np.random.Generator) -> FloatArray:
    """Return the mean of each column over rows drawn with replacement, shape (draws, columns)."""
    rows, found = len(shares), []
    for start in range(0, draws, step := max(1, CELLS_AT_ONCE // rows)):
        some = min(step, draws - start)
        drawn = random.integers(0, rows, (some, rows)) + rows * np.arange(some)[:, None]
        times = np.bincount(drawn.ravel(), minlength=some * rows).reshape(some, rows)
        found.append(times @ shares / rows)
    return np.concatenate(found)


def seed_variance_share(correct: NDArray[np.bool_] | FloatArray) -> float:
    """Share of the variance between seeds, (seeds, rows), that is theirs and not of the finite rows."""
    values = np.asarray(correct, dtype=np.float64)
    seeds, rows = values.shape
    scores = values.mean(axis=1)
    apart = scores - scores.mean()
    left = values - values.mean(axis=0) - apart[:, None]
    of_rows = float((left**2).sum() / ((seeds - 1) * max(1, rows - 1))) / rows
    seen = float(apart @ apart / (seeds - 1))
    return max(0.0, 1 - of_rows / seen) if seen else 0.0


@dataclass(frozen=True)
class _Spread:
    """What drawing seeds adds to a cell's mean: the draws, the variance they stand for, and from how many."""

    draws: FloatArray
    variance: float
    seeds: int


def _difference(
    cell: ArmRuns, baseline: ArmRuns, by_rows: FloatArray, of_cell: _Spread, of_baseline: _Spread
) -> Difference:
    estimate = float(cell.accuracies.mean() - baseline.accuracies.mean())
    seeds = min(of_cell.seeds, of_baseline.seeds)
    if cell is baseline:
        return Difference(0.0, Interval(0.0, 0.0), seeds)
    by_seeds = [(s.variance, s.seeds - 1) for s in (of_cell, of_baseline) if s.variance > 0]
    variance = float(by_rows.var()) + sum(v for v, _ in by_seeds)
    wider = 1.0
    if by_seeds:
        freedom = variance**2 / sum(v**2 / n for v, n in by_seeds)
        wider = float(t.ppf(1 - ALPHA_TAIL, freedom) / norm.ppf(1 - ALPHA_TAIL))
    around = by_rows - estimate + of_cell.draws - of_baseline.draws
    low, high = estimate + wider * np.quantile(around, [ALPHA_TAIL, 1 - ALPHA_TAIL])
    return Difference(estimate, Interval(float(low), float(high)), seeds)


def _by_seeds(correct: NDArray[np.bool_], draws: int, random: np.random.Generator) -> _Spread:
    """Draw seeds with replacement: what they add beyond the rows, around 0, shape (draws,)."""
    seeds = len(correct)
    if seeds == 1:
        return _Spread(np.zeros(draws), 0.0, 1)
    values = correct.astype(np.float64)
    scores = values.mean(axis=1)
    apart = scores - scores.mean()
    seen = float(apart @ apart / (seeds - 1))
    own = seen * seed_variance_share(values)
    scale = np.sqrt(own / seen * seeds / (seeds - 1)) if own else 0.0
    shares = random.multinomial(seeds, np.full(seeds, 1 / seeds), size=draws) / seeds
    return _Spread(shares @ apart * scale, own / seeds, seeds)
