"""The label curve in a sentence: how many labels one way to train needs for what another has with a few."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from translearn_core.analysis.comparison.paired_comparison import bootstrap_means, seed_variance_share
from translearn_core.analysis.metrics import ALPHA_TAIL
from translearn_core.errors import ConfigError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

ROUNDING = 1e-9
"""What a score may lack of the one to be reached."""


@dataclass(frozen=True)
class Crossing:
    """How many labels `b` needs for the `score` that `a` has with `at` labels.

    `estimate` is None where `b` does not get there with `largest`, the most it was tried with; at `smallest`,
    the fewest, it stands for that or fewer. `low` and `high` are the 95 % interval, where None means not
    reached; `reached` is the share of draws in which `b` got there. With one seed and no rows (`seeds`,
    `rows`) there is no interval: both ends are None and `reached` says only whether there is an estimate.
    """

    at: int
    score: float
    estimate: float | None
    low: float | None
    high: float | None
    reached: float
    smallest: int
    largest: int
    seeds: int
    rows: int

    @property
    def has_interval(self) -> bool:
        """Whether there were seeds or rows to draw."""
        return self.seeds > 1 or self.rows > 0

    @property
    def could_be_chance(self) -> bool:
        """Whether as many labels as `a` has lie within the interval, or there is none."""
        below = self.low is not None and (self.low <= self.at or self.low <= self.smallest)
        return not self.has_interval or (below and (self.high is None or self.high >= self.at))


def estimate_crossing(
    sizes_a: Sequence[int],
    scores_a: FloatArray,
    sizes_b: Sequence[int],
    scores_b: FloatArray,
    at: int,
    draws: int = 2000,
    seed: int = 0,
    *,
    correct_a: BoolArray | None = None,
    correct_b: BoolArray | None = None,
) -> Crossing:
    """Estimate with how many labels `b` reaches what `a` has with `at` labels.

    Both label curves are means over seeds made monotone (more labels never hurt: isotonic regression, each
    size weighted by its seeds) and straight in the logarithm of the size.

    The interval comes from curves drawn around these. Seeds are drawn by random weights on their distances
    from the mean (the wild bootstrap, stretched from the normal to Student's spread, as a handful of seeds
    drawn with replacement would nearly repeat themselves); seed i of `a` and of `b` share a weight where both
    have equally many, as they learnt from the same drawn labels. Given which rows were right, test rows are
    drawn with replacement too, the same for every size and for both.

    Parameters
    ----------
    sizes_a, sizes_b : sequences of int
        Numbers of labels.
    scores_a, scores_b : float arrays, shape (seeds, sizes)
        Higher is better; NaN where a seed was not run.
    at : int
        Within `sizes_a`, or between them.
    draws, seed : int
        Of the bootstrap.
    correct_a, correct_b : bool arrays, shape (seeds, sizes, rows), optional
        Which test rows were right, the same rows throughout; the scores are then their means.

    Raises
    ------
    ConfigError
        If `a` was not tried with so few or so many labels.

    References
    ----------
    Barlow et al. (1972), Statistical Inference under Order Restrictions; Liu (1988),
    doi:10.1214/aos/1176351062, for the wild bootstrap.
    """
    a, b = _Curve.of(sizes_a, scores_a, correct_a), _Curve.of(sizes_b, scores_b, correct_b)
    if not a.sizes[0] <= at <= a.sizes[-1]:
        raise ConfigError("at", at, f"a number of labels from {a.sizes[0]:,} to {a.sizes[-1]:,}")
    score = float(a.at(a.mean[None], at)[0])
    estimate = _number(b.first_size_reaching(b.mean[None], np.array([score]))[0])
    seeds = min(len(a.gap_per_seed), len(b.gap_per_seed))
    rows = 0 if correct_a is None or correct_b is None else correct_a.shape[2]
    low, high, reached = None, None, float(estimate is not None)
    if seeds > 1 or rows:
        around_a, around_b = _drawn(a, b, draws, np.random.default_rng(seed))
        found = b.first_size_reaching(b.mean + around_b, a.at(a.mean + around_a, at))
        low, high = (
            _number(end) for end in np.quantile(found, [ALPHA_TAIL, 1 - ALPHA_TAIL], method="inverted_cdf")
        )
        reached = float(np.isfinite(found).mean())
    ends = int(b.sizes[0]), int(b.sizes[-1])
    return Crossing(at, score, estimate, low, high, reached, *ends, seeds, rows)


def crossing_sentence(crossing: Crossing, name_a: str, name_b: str) -> str:
    """Say a crossing: what `b` needs for what `a` has, how sure that is, and where it was not seen."""
    at, estimate = f"{crossing.at:,}", crossing.estimate
    span = f" (95 %: {_span(crossing)})" if crossing.has_interval else " (one seed: no interval)"
    if estimate is None:
        said = (
            f"With {at} labels {name_a} scores {crossing.score:.3f}; no crossing seen: even with "
            f"{crossing.largest:,} labels {name_b} does not reach it"
        )
        if crossing.has_interval and crossing.low is None:
            span = ""
    elif estimate <= crossing.smallest:
        only = "only " if crossing.smallest < crossing.at else ""
        said = (
            f"With {at} labels {name_a} does {only}what {name_b} does with {crossing.smallest:,}, "
            "the fewest tried, if not with fewer"
        )
    else:
        only = "only " if estimate < crossing.at and not crossing.could_be_chance else ""
        said = f"With {at} labels {name_a} does what {name_b} needs {only}about {_about(estimate)} for"
    unsure = ": which is ahead could be chance" if crossing.has_interval and crossing.could_be_chance else ""
    return f"{said}{span}{unsure}."


@dataclass(frozen=True)
class _Curve:
    """Means over seeds by size, how many seeds each has, and each seed's distance from them.

    `sizes`, `mean` and `weight` have shape (sizes,); `apart` (seeds, sizes) holds 0 where a seed was not run;
    `shares`, shape (rows, sizes), how often each test row was right, or no rows.
    """

    sizes: NDArray[np.int64]
    mean: FloatArray
    weight: FloatArray
    gap_per_seed: FloatArray
    shares: FloatArray

    @classmethod
    def of(cls, sizes: Sequence[int], scores: FloatArray, correct: BoolArray | None) -> "_Curve":
        values = np.asarray(scores, dtype=np.float64)
        run: BoolArray = np.atleast_1d(np.isfinite(values).any(axis=0))
        order = np.argsort(sizes)
        order = order[run[order]]
        values = values[:, order]
        weight = np.isfinite(values).sum(axis=0).astype(np.float64)
        mean = np.nansum(values, axis=0) / weight
        apart = np.nan_to_num(values - mean)
        shares = np.zeros((0, len(order)))
        if correct is not None:
            right = correct[:, order]
            shares = right.mean(axis=0).T
            if len(right) > 1:  # rows are drawn besides: only what seeds add to them is left here
                apart = apart * np.sqrt([seed_variance_share(right[:, k]) for k in range(len(order))])
        return cls(np.asarray(sizes, dtype=np.int64)[order], mean, weight, apart, shares)

    def at(self, means: FloatArray, size: int) -> FloatArray:
        """Return the score of monotone curves through `means`, shape (draws, sizes), at a size."""
        logs = np.log2(self.sizes)
        return np.array([np.interp(np.log2(size), logs, curve) for curve in self.monotone(means)])

    def first_size_reaching(self, means: FloatArray, scores: FloatArray) -> FloatArray:
        """Return the size at which each curve reaches its score, endless where it does not."""
        curves, logs, each = self.monotone(means), np.log2(self.sizes), np.arange(len(means))
        there = curves >= scores[:, None] - ROUNDING
        after = there.argmax(axis=1)
        before = np.maximum(after - 1, 0)
        low, high = curves[each, before], curves[each, after]
        rise = np.where(high > low, high - low, 1.0)
        part = np.where(after > 0, np.clip((scores - low) / rise, 0.0, 1.0), 0.0)
        sizes = 2 ** (logs[before] + part * (logs[after] - logs[before]))
        return np.where(there.any(axis=1), np.where(part == 0, self.sizes[after], sizes), np.inf)

    def monotone(self, means: FloatArray) -> FloatArray:
        return np.stack([isotonic_regression(one, weights=self.weight).x for one in means])


def _drawn(a: _Curve, b: _Curve, draws: int, random: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Draw how far the means of both curves may be off, shapes (draws, sizes)."""
    seeds = [_multipliers(len(curve.gap_per_seed), draws, random) for curve in (a, b)]
    if len(a.gap_per_seed) == len(b.gap_per_seed):
        seeds[1] = seeds[0]
    around = []
    for curve, times in zip((a, b), seeds, strict=True):
        spread = np.sqrt(np.maximum(curve.weight * (curve.weight - 1), 1.0))
        around.append(times @ curve.gap_per_seed / spread)
    if len(a.shares) and len(b.shares):
        both = np.concatenate([a.shares, b.shares], axis=1)
        off = bootstrap_means(both, draws, random) - both.mean(axis=0)
        around[0] += off[:, : len(a.sizes)]
        around[1] += off[:, len(a.sizes) :]
    return around[0], around[1]


def _multipliers(seeds: int, draws: int, random: np.random.Generator) -> FloatArray:
    """Draw normal weights of seeds, stretched so that a mean they draw has Student's distribution."""
    freedom = max(1, seeds - 1)
    stretch = np.sqrt(freedom / random.chisquare(freedom, (draws, 1)))
    return random.standard_normal((draws, seeds)) * stretch


def _number(size: float) -> float | None:
    return float(size) if np.isfinite(size) else None


def _about(size: float) -> str:
    """Write a size to two digits, as it is not known better; below 100 to the whole."""
    return f"{round(size) if size < 100 else int(float(f'{size:.2g}')):,}"


def _span(crossing: Crossing) -> str:
    low, high = crossing.low, crossing.high
    if low is None:
        return f"more than {crossing.largest:,}"
    if high is not None and high <= crossing.smallest:
        return f"{crossing.smallest:,} or fewer"
    first = f"{crossing.smallest:,} or fewer" if low <= crossing.smallest else _about(low)
    return f"{first} to {f'more than {crossing.largest:,}' if high is None else _about(high)}"
