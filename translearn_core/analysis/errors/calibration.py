"""What a probability is worth: reliability, expected calibration error, temperature, coverage."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp, softmax

from translearn_core.analysis.comparison.proportion_interval import wilson
from translearn_core.analysis.metrics import ALPHA_TAIL, CELLS_AT_ONCE
from translearn_core.errors import TooFewSamplesError
from translearn_core.results import Interval

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Confidence = NDArray[np.floating]
"""The probability of the predicted class, shape (rows,)."""

BINS = 15
ECE_GRID = np.linspace(0.0, 3.0, 121)
"""How much weaker or stronger the gaps of bins may be than seen."""
MAX_TEMPERATURE = 100.0
"""Highest temperature, and one over the lowest, that is looked for."""


@dataclass(frozen=True)
class Bins:
    """Rows by confidence: `edges`, shape (bins + 1,), and per bin, shape (bins,), how many and how right.

    `confidence` and `accuracy` are means over a bin's rows, `low` and `high` the 95 % interval of its
    accuracy; all four are NaN where `count` is 0. A bin holds its upper edge, the first also 0.
    """

    edges: FloatArray = field(compare=False)
    confidence: FloatArray = field(compare=False)
    accuracy: FloatArray = field(compare=False)
    count: IntArray = field(compare=False)
    low: FloatArray = field(compare=False)
    high: FloatArray = field(compare=False)


@dataclass(frozen=True)
class Coverage:
    """What answering only the surer rows gives, one entry a threshold, all of shape (points,).

    `coverage` is the share of rows at least as sure as `thresholds`, `accuracy` how often those are right,
    `low` and `high` its 95 % interval; NaN where no row is sure enough.
    """

    thresholds: FloatArray = field(compare=False)
    coverage: FloatArray = field(compare=False)
    accuracy: FloatArray = field(compare=False)
    low: FloatArray = field(compare=False)
    high: FloatArray = field(compare=False)


def reliability(confidence: Confidence, correct: NDArray[np.bool_], bins: int = BINS) -> Bins:
    """Sort rows into equally wide bins of confidence and hold it against how often they are right.

    Parameters
    ----------
    confidence : float array, shape (rows,)
        In [0, 1].
    correct : bool array, shape (rows,)
    bins : int

    References
    ----------
    Guo et al. 2017, arXiv:1706.04599, section 2. Wilson (1927) for the intervals.
    """
    which, edges = _binned(confidence, bins)
    count = np.bincount(which, minlength=bins)
    right = np.bincount(which, weights=correct, minlength=bins)
    sure = np.bincount(which, weights=confidence, minlength=bins)
    rows = np.where(count > 0, count, np.nan)
    return Bins(edges, sure / rows, right / rows, count, *wilson(right, count))


def expected_calibration_error(confidence: Confidence, correct: NDArray[np.bool_], bins: int = BINS) -> float:
    """Return the mean gap between confidence and accuracy over equally wide bins, weighted by rows.

    NaN without rows. On few rows it is too high even for a perfect model, as every bin misses by chance;
    `ece_interval` allows for that.

    References
    ----------
    Naeini, Cooper & Hauskrecht 2015 (AAAI); Guo et al. 2017, arXiv:1706.04599, equation 3.
    """
    if not len(confidence):
        return float("nan")
    gaps = np.asarray(confidence, dtype=np.float64) - correct
    return float(np.abs(np.bincount(_binned(confidence, bins)[0], weights=gaps)).sum() / len(gaps))


def ece_interval(
    confidence: Confidence,
    correct: NDArray[np.bool_],
    bins: int = BINS,
    *,
    draws: int = 1000,
    seed: int = 0,
) -> Interval:
    """Return the 95 % interval of the expected calibration error: the errors that explain the one seen.

    The error of a sample lies above that of the model, as bins miss by chance to either side and all of it is
    counted: for a perfect model the percentile bootstrap would nearly never hold the truth. So the bins' gaps
    are imagined weaker or stronger than seen, with the bootstrap's chance added to them, and those strengths
    kept whose error could have come out as the one seen. In simulations it holds the truth 9 times in 10 or
    more, perfect models included. The estimate itself is always within.

    Parameters
    ----------
    confidence, correct, bins
        As in `expected_calibration_error`.
    draws, seed : int
        Of the bootstrap over rows.

    References
    ----------
    Kumar, Liang & Ma 2019, arXiv:1909.10155, on the bias. Garthwaite (1996), doi:10.2307/2532834, and
    Davison & Hinkley (1997), section 5.4, on intervals from inverted tests.
    """
    rows = len(confidence)
    if not rows:
        return Interval(float("nan"), float("nan"))
    which, _ = _binned(confidence, bins)
    gaps = np.asarray(confidence, dtype=np.float64) - correct
    seen = np.bincount(which, weights=gaps, minlength=bins)
    estimate = float(np.abs(seen).sum() / rows)
    random, drawn = np.random.default_rng(seed), []
    for start in range(0, draws, step := max(1, CELLS_AT_ONCE // rows)):
        some = min(step, draws - start)
        taken = random.integers(0, rows, (some, rows))
        cell = which[taken] + bins * np.arange(some)[:, None]
        sums = np.bincount(cell.ravel(), weights=gaps[taken].ravel(), minlength=some * bins)
        drawn.append(sums.reshape(some, bins) - seen)
    chance = np.concatenate(drawn)
    errors = np.stack([np.abs(strength * seen + chance).sum(axis=1) / rows for strength in ECE_GRID])
    least, most = np.quantile(errors, [ALPHA_TAIL, 1 - ALPHA_TAIL], axis=1)
    low = ECE_GRID[(most >= estimate).argmax()] * estimate
    high = (ECE_GRID * (least <= estimate)).max() * estimate
    return Interval(float(min(low, estimate)), float(np.clip(high, estimate, 1.0)))


def temperature(log_probabilities: NDArray[np.floating], labels: IntArray) -> float:
    """Return the temperature at which held-out labels are likeliest, above 1 if the model is too sure.

    The loss is convex in one over the temperature, so it has one optimum; it is looked for from 0.01 to 100,
    and lies at an end where rows are all right (colder is better without end) or no better than guessed.

    Parameters
    ----------
    log_probabilities : float array, shape (rows, classes)
        Logits do as well. A probability of 0 counts as the smallest of single precision.
    labels : int array, shape (rows,)
        Rows that were not trained on.

    Raises
    ------
    TooFewSamplesError
        If there are no rows.

    References
    ----------
    Guo et al. 2017, arXiv:1706.04599, section 4.2.
    """
    if not len(labels):
        raise TooFewSamplesError("0 rows to fit a temperature to: give validation at least one.")
    logits = _finite(log_probabilities)
    of_label = logits[np.arange(len(labels)), labels].mean()

    def loss(log_t: float) -> float:
        warmth = np.exp(-log_t)
        return float(logsumexp(logits * warmth, axis=1).mean() - of_label * warmth)

    end = np.log(MAX_TEMPERATURE)
    found = minimize_scalar(loss, bounds=(-end, end), method="bounded", options={"xatol": 1e-6})
    return float(np.exp(found.x))


def at_bound(t: float) -> bool:
    """Whether a fitted temperature is only the hot end of what was looked for."""
    return t > 0.99 * MAX_TEMPERATURE


def apply_temperature(log_probabilities: NDArray[np.floating], t: float) -> FloatArray:
    """Return probabilities at temperature `t`, shape (rows, classes); which class is likeliest stays."""
    found: FloatArray = softmax(_finite(log_probabilities) / t, axis=1)
    return found


def coverage(confidence: Confidence, correct: NDArray[np.bool_], points: int = 101) -> Coverage:
    """Return how many rows are at least so sure, and how often those are right, at thresholds from 0 to 1.

    Parameters
    ----------
    confidence, correct
        As in `reliability`.
    points : int
        Thresholds, equally far apart.

    References
    ----------
    El-Yaniv & Wiener 2010 (JMLR 11): selective classification. Wilson (1927) for the intervals.
    """
    order = np.argsort(confidence)
    thresholds = np.linspace(0.0, 1.0, points)
    below = np.searchsorted(np.asarray(confidence, dtype=np.float64)[order], thresholds, side="left")
    rights = np.concatenate([[0], np.cumsum(np.asarray(correct)[order])])
    kept, right = len(order) - below, rights[-1] - rights[below]
    rows = np.where(kept > 0, kept, np.nan)
    return Coverage(thresholds, kept / max(1, len(order)), right / rows, *wilson(right, kept))


def _binned(confidence: Confidence, bins: int) -> tuple[IntArray, FloatArray]:
    """Return the bin of each row and the edges of the bins."""
    edges = np.linspace(0.0, 1.0, bins + 1)
    return np.digitize(np.asarray(confidence, dtype=np.float64), edges[1:-1], right=True), edges


def _finite(log_probabilities: NDArray[np.floating]) -> FloatArray:
    """Return rows in double precision whose largest entry is 0 and whose smallest is what single holds."""
    logits = np.asarray(log_probabilities, dtype=np.float64)
    floor = float(np.log(np.finfo(np.float32).smallest_subnormal))
    found: FloatArray = np.maximum(logits - logits.max(axis=1, keepdims=True), floor)
    return found
