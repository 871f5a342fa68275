"""Metrics of predicted numbers with 95 % intervals that assume no distribution."""

import numpy as np
from numpy.typing import NDArray
from pandas import Series

from translearn_core.results import Estimate
from translearn_core.results.interval_estimate import ALPHA_TAIL, Z

FloatArray = NDArray[np.float64]

NAN = float("nan")


def pearson(values: FloatArray, predicted: FloatArray) -> float:
    """Return Pearson's correlation; 0 for equal predictions, NaN for equal values or fewer than two rows."""
    if len(values) < 2 or not np.ptp(values):
        return NAN
    if not np.ptp(predicted):
        return 0.0
    x, y = _standardise(values), _standardise(predicted)
    return float(np.clip((x * y).mean(), -1.0, 1.0))


def spearman(values: FloatArray, predicted: FloatArray) -> float:
    """Return Spearman's rank correlation, with the conventions of `pearson`."""
    return pearson(_ranks(values), _ranks(predicted))


def mean_absolute_error(values: FloatArray, predicted: FloatArray) -> float:
    """Return the mean absolute error; NaN without rows."""
    return float(np.abs(predicted - values).mean()) if len(values) else NAN


def r2(values: FloatArray, predicted: FloatArray) -> float:
    """Return the coefficient of determination; NaN for equal values or fewer than two rows."""
    if len(values) < 2 or not np.ptp(values):
        return NAN
    return float(1 - np.square(predicted - values).mean() / values.var())


def pearson_interval(values: FloatArray, predicted: FloatArray) -> Estimate:
    """Return Pearson's correlation with its interval on Fisher's scale, from the influence of each row.

    References
    ----------
    Steiger & Hakstian (1982), The asymptotic distribution of elements of a correlation matrix,
    doi:10.1111/j.2044-8317.1982.tb00653.x.
    """
    r = pearson(values, predicted)
    if np.isnan(r) or not np.ptp(predicted):
        return Estimate(r, NAN, NAN)
    x, y = _standardise(values), _standardise(predicted)
    influence = x * y - r / 2 * (x**2 + y**2)
    return _fisher_interval(r, _standard_error(influence), len(values))


def spearman_interval(values: FloatArray, predicted: FloatArray) -> Estimate:
    """Return Spearman's correlation with its interval on Fisher's scale.

    References
    ----------
    Bonett & Wright (2000), Sample size requirements for estimating Pearson, Kendall and Spearman
    correlations, doi:10.1007/BF02294183.
    """
    r, rows = spearman(values, predicted), len(values)
    if np.isnan(r) or not np.ptp(predicted) or rows < 4:
        return Estimate(r, NAN, NAN)
    error = np.sqrt((1 + r**2 / 2) / (rows - 3)) * (1 - r**2)
    return _fisher_interval(r, float(error), None)


def mean_absolute_error_interval(values: FloatArray, predicted: FloatArray) -> Estimate:
    """Return the mean absolute error with Student's interval, at least 0."""
    mean = mean_absolute_error(values, predicted)
    if len(values) < 2:
        return Estimate(mean, NAN, NAN)
    half = _quantile(len(values)) * _standard_error(np.abs(predicted - values))
    return Estimate(mean, max(0.0, mean - half), mean + half)


def r2_interval(values: FloatArray, predicted: FloatArray) -> Estimate:
    """Return R² with an interval on the scale of log(1 - R²), from the influence of each row."""
    score = r2(values, predicted)
    if np.isnan(score) or score == 1:
        return Estimate(score, score, score)
    squares, deviations = np.square(predicted - values), np.square(values - values.mean())
    influence = squares / squares.mean() - deviations / deviations.mean()
    factor = np.exp(_quantile(len(values)) * _standard_error(influence))
    return Estimate(score, float(1 - (1 - score) * factor), float(1 - (1 - score) / factor))


def _fisher_interval(r: float, error: float, rows: int | None) -> Estimate:
    """Return the interval of a correlation with a standard error; Student's quantile for `rows`, else Z."""
    if 1 - abs(r) < 1e-12:
        return Estimate(r, r, r)
    half = (Z if rows is None else _quantile(rows)) * error / (1 - r**2)
    low, high = np.tanh([np.arctanh(r) - half, np.arctanh(r) + half])
    return Estimate(r, float(low), float(high))


def _standardise(numbers: FloatArray) -> FloatArray:
    centred = numbers - numbers.mean()
    return np.asarray(centred / centred.std(), dtype=np.float64)


def _ranks(numbers: FloatArray) -> FloatArray:
    return np.asarray(Series(numbers).rank(), dtype=np.float64)


def _standard_error(influence: FloatArray) -> float:
    return float(influence.std(ddof=1) / np.sqrt(len(influence)))


def _quantile(rows: int) -> float:
    # imported here: the app, which tests no numbers, starts without it
    from scipy.special import stdtrit

    return float(stdtrit(rows - 1, 1 - ALPHA_TAIL))
