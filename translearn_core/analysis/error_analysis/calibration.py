"""Calibration: reliability bins, expected calibration error, temperature scaling, risk-coverage."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp, softmax

from translearn_core.analysis.intervals import Clusters, bootstrap_means
from translearn_core.errors import TooFewSamplesError
from translearn_core.results import Estimate
from translearn_core.results.interval_estimate import ALPHA_TAIL, CELLS_AT_ONCE, NO_ESTIMATE, wilson

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Confidence = NDArray[np.floating]
"""The probability of the predicted class, shape (rows,)."""

BINS = 15
ECE_GRID = np.linspace(0.0, 3.0, 121)
"""Factors by which the observed bin gaps are scaled when inverting the test."""
MAX_TEMPERATURE = 100.0
"""Upper bound of the temperature search; the lower bound is its reciprocal."""


def reliability(
    confidence: Confidence, correct: NDArray[np.bool_], bins: int = BINS, clusters: Clusters = None
) -> pd.DataFrame:
    """Compare mean confidence with accuracy in bins of equal width.

    Returns one row per bin: from, to, rows, confidence and accuracy (means over its rows), low and high (95 %
    interval of the accuracy); the last four are NaN in an empty bin. A bin includes its upper edge, the first
    also 0.

    Parameters
    ----------
    confidence : float array, shape (rows,)
        In [0, 1].
    correct : bool array, shape (rows,)
    bins : int
    clusters : int array, shape (rows,), optional
        Rows that resemble each other.

    References
    ----------
    Guo et al. 2017, arXiv:1706.04599, section 2. Wilson (1927) for the intervals.
    """
    which, edges = _bin_rows(confidence, bins)
    count = np.bincount(which, minlength=bins)
    right = np.bincount(which, weights=correct, minlength=bins)
    total_confidence = np.bincount(which, weights=confidence, minlength=bins)
    rows = np.where(count > 0, count, np.nan)
    low, high = wilson(right, count)
    if clusters is not None:
        low, high = _clustered_bounds([which == k for k in range(bins)], correct, clusters)
    return pd.DataFrame(
        {"from": edges[:-1], "to": edges[1:], "rows": count}
        | {"confidence": total_confidence / rows, "accuracy": right / rows, "low": low, "high": high}
    )


def expected_calibration_error(
    confidence: Confidence,
    correct: NDArray[np.bool_],
    bins: int = BINS,
    *,
    draws: int = 1000,
    seed: int = 0,
    clusters: Clusters = None,
) -> Estimate:
    """Return the mean gap between confidence and accuracy over bins of equal width, weighted by rows.

    NaN without rows. The sample error is biased upwards, so the percentile bootstrap nearly never covers the
    truth of a well calibrated model. The 95 % interval inverts a bootstrap test instead: the bins' gaps are
    scaled by the factors of `ECE_GRID`, bootstrap noise is added, and the factors are accepted under which
    the observed error is plausible. In simulations coverage is at least 90 %, perfect models included. The
    estimate always lies within.

    Parameters
    ----------
    confidence, correct, bins, clusters
        As in `reliability`.
    draws, seed : int
        Of the bootstrap over rows, or over clusters of them.

    References
    ----------
    Naeini, Cooper & Hauskrecht 2015 (AAAI); Guo et al. 2017, arXiv:1706.04599, equation 3. The bias:
    Kumar, Liang & Ma 2019, arXiv:1909.10155. Intervals from inverted tests: Garthwaite (1996),
    doi:10.2307/2532834; Davison & Hinkley (1997), section 5.4.
    """
    rows = len(confidence)
    if not rows:
        return NO_ESTIMATE
    which, _ = _bin_rows(confidence, bins)
    gaps = np.asarray(confidence, dtype=np.float64) - correct
    observed = np.bincount(which, weights=gaps, minlength=bins)
    estimate = float(np.abs(observed).sum() / rows)
    noise = _bin_noise(which, gaps, bins, draws, np.random.default_rng(seed), clusters)
    errors = np.stack([np.abs(factor * observed + noise).sum(axis=1) / rows for factor in ECE_GRID])
    lower, upper = np.quantile(errors, [ALPHA_TAIL, 1 - ALPHA_TAIL], axis=1)
    low = ECE_GRID[(upper >= estimate).argmax()] * estimate
    high = (ECE_GRID * (lower <= estimate)).max() * estimate
    return Estimate(estimate, float(min(low, estimate)), float(np.clip(high, estimate, 1.0)))


def _bin_noise(
    which: IntArray, gaps: FloatArray, bins: int, draws: int, random: np.random.Generator, clusters: Clusters
) -> FloatArray:
    """Return bootstrap deviations of the summed gaps of each bin, shape (draws, bins)."""
    rows, drawn = len(gaps), []
    if clusters is not None:
        by_bin = np.where(which[:, None] == np.arange(bins), gaps[:, None], 0.0)
        means = bootstrap_means(by_bin, draws, random, clusters)
        return np.asarray(rows * (means - by_bin.mean(axis=0)), dtype=np.float64)
    observed = np.bincount(which, weights=gaps, minlength=bins)
    for start in range(0, draws, step := max(1, CELLS_AT_ONCE // rows)):
        block = min(step, draws - start)
        sample = random.integers(0, rows, (block, rows))
        cell = which[sample] + bins * np.arange(block)[:, None]
        sums = np.bincount(cell.ravel(), weights=gaps[sample].ravel(), minlength=block * bins)
        drawn.append(sums.reshape(block, bins) - observed)
    return np.concatenate(drawn)


def _clustered_bounds(
    members: Iterable[NDArray[np.bool_]], correct: NDArray[np.bool_], clusters: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the ends of the intervals of the share of correct rows in sets of rows, shape (2, sets)."""
    shares = (Estimate.clustered_share(correct[rows], clusters[rows]) for rows in members)
    return np.array([(share.low, share.high) for share in shares]).T


def temperature(log_probabilities: NDArray[np.floating], labels: IntArray) -> float:
    """Fit the temperature that maximises the likelihood of held-out labels; above 1 if overconfident.

    The loss is convex in 1 / temperature, so it has one optimum. It is searched from 0.01 to 100 and lies at
    a bound if all rows are right or the model is no better than chance.

    Parameters
    ----------
    log_probabilities : float array, shape (rows, classes)
        Logits do as well. A probability of 0 counts as the smallest of single precision.
    labels : int array, shape (rows,)
        Of held-out rows.

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
    logits = _finite_logits(log_probabilities)
    label_logit = logits[np.arange(len(labels)), labels].mean()

    def loss(log_t: float) -> float:
        inverse = np.exp(-log_t)
        return float(logsumexp(logits * inverse, axis=1).mean() - label_logit * inverse)

    bound = np.log(MAX_TEMPERATURE)
    optimum = minimize_scalar(loss, bounds=(-bound, bound), method="bounded", options={"xatol": 1e-6})
    return float(np.exp(optimum.x))


def is_at_upper_bound(t: float) -> bool:
    """Whether a fitted temperature is the upper bound of the search."""
    return t > 0.99 * MAX_TEMPERATURE


def apply_temperature(log_probabilities: NDArray[np.floating], t: float) -> FloatArray:
    """Return probabilities at temperature `t`, shape (rows, classes); predictions do not change."""
    return np.asarray(softmax(_finite_logits(log_probabilities) / t, axis=1))


def coverage(
    confidence: Confidence, correct: NDArray[np.bool_], points: int = 101, clusters: Clusters = None
) -> pd.DataFrame:
    """Return coverage and accuracy of selective prediction at confidence thresholds from 0 to 1.

    One row per threshold: threshold, coverage (share of rows with at least that confidence), accuracy of
    these, low and high (its 95 % interval); the last three are NaN where there is no such row.

    Parameters
    ----------
    confidence, correct, clusters
        As in `reliability`.
    points : int
        Equidistant thresholds.

    References
    ----------
    El-Yaniv & Wiener 2010 (JMLR 11): selective classification. Wilson (1927) for the intervals.
    """
    order = np.argsort(confidence)
    thresholds = np.linspace(0.0, 1.0, points).round(4)
    below = np.searchsorted(np.asarray(confidence, dtype=np.float64)[order], thresholds, side="left")
    cumulative = np.concatenate([[0], np.cumsum(np.asarray(correct)[order])])
    covered, right = len(order) - below, cumulative[-1] - cumulative[below]
    rows = np.where(covered > 0, covered, np.nan)
    low, high = wilson(right, covered)
    if clusters is not None:
        low, high = _clustered_bounds((confidence >= level for level in thresholds), correct, clusters)
    return pd.DataFrame(
        {"threshold": thresholds, "coverage": covered / max(1, len(order)), "accuracy": right / rows}
        | {"low": low, "high": high}
    )


def _bin_rows(confidence: Confidence, bins: int) -> tuple[IntArray, FloatArray]:
    """Return the bin of each row and the edges of the bins."""
    edges = np.linspace(0.0, 1.0, bins + 1)
    return np.digitize(np.asarray(confidence, dtype=np.float64), edges[1:-1], right=True), edges


def _finite_logits(log_probabilities: NDArray[np.floating]) -> FloatArray:
    """Return logits in double precision, shifted to a row maximum of 0, with a finite lower bound."""
    logits = np.asarray(log_probabilities, dtype=np.float64)
    floor = float(np.log(np.finfo(np.float32).smallest_subnormal))
    return np.asarray(np.maximum(logits - logits.max(axis=1, keepdims=True), floor))
