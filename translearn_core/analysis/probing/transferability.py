"""Transferability scores, LogME and H-score, and their rank agreement with measured scores.

Both rank layers or backbones before training; neither is an accuracy.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import kendalltau
from sklearn.covariance import ledoit_wolf_shrinkage

from translearn_core.errors import TooFewSamplesError
from translearn_core.results import Estimate
from translearn_core.results.interval_estimate import NO_ESTIMATE, percentile_interval

Vectors = NDArray[np.floating]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SEARCHED = 12.0
"""Search range of the precision ratio: decades above and below the vectors' mean square."""
POINTS = 41
"""Grid points per round of the search."""
ROUNDS = 5
"""Rounds of the search; each refines the grid 20 times."""
LOST = 1e-11
"""Relative threshold below which a squared singular value is a rounding error."""
FIT = 1e-12
"""Lower bound of the mean squared error: with an exact fit the evidence would be infinite."""


def logme(x: Vectors, labels: IntArray) -> float:
    """Return LogME: the log evidence, per row and class, of a linear model of the labels; higher is better.

    A Bayesian linear regression is fitted to each class's 0/1 indicator, with the precisions of weights and
    noise that maximise the evidence. Instead of the paper's fixed-point iteration, the noise is solved for in
    closed form and the precision ratio is searched on a grid, which avoids local maxima and slow convergence.

    Parameters
    ----------
    x : float array, shape (rows, width)
        Neither centred nor scaled, as in the paper.
    labels : int array, shape (rows,)

    Raises
    ------
    TooFewSamplesError
        If the rows hold fewer than two classes.

    References
    ----------
    You et al. 2021, arXiv:2102.11005. MacKay (1992), doi:10.1162/neco.1992.4.3.415, for the evidence.
    """
    classes, which, rows = _classes(labels)
    f = np.asarray(x, dtype=np.float64)
    power, along = _directions(f, partial(_class_sums, which=which, classes=len(classes)))
    return _best_evidence(power, along, rows.astype(np.float64), len(f))


def logme_of_number(x: Vectors, values: FloatArray) -> float:
    """Return LogME of a number: the log evidence, per row, of a linear model; higher is better.

    The number is standardised, so that the score does not depend on its unit.

    Parameters
    ----------
    x : float array, shape (rows, width)
        Neither centred nor scaled, as in the paper.
    values : float array, shape (rows,)

    Raises
    ------
    TooFewSamplesError
        If all values are equal.

    References
    ----------
    You et al. 2021, arXiv:2102.11005, section 4.
    """
    if not len(values) or not np.ptp(values):
        raise TooFewSamplesError("All rows hold one number: how well vectors predict it needs two at least.")
    f, y = np.asarray(x, dtype=np.float64), (values - values.mean()) / values.std()
    power, along = _directions(f, lambda vectors: y[None] @ vectors)
    return _best_evidence(power, along, np.array([float(y @ y)]), len(f))


def logme_of_labels(x: Vectors, labels: NDArray[np.bool_]) -> float:
    """Return LogME of several labels: the mean over labels that some rows have and some lack.

    Parameters
    ----------
    x : float array, shape (rows, width)
    labels : bool array, shape (rows, labels)

    Raises
    ------
    TooFewSamplesError
        If all rows have the same labels.
    """
    varied = labels[:, labels.any(axis=0) & ~labels.all(axis=0)]
    if not varied.size:
        raise TooFewSamplesError("All rows have the same labels: how well vectors predict them needs others.")
    f, y = np.asarray(x, dtype=np.float64), varied.T.astype(np.float64)
    power, along = _directions(f, lambda vectors: y @ vectors)
    return _best_evidence(power, along, y.sum(axis=1), len(f))


def _best_evidence(power: FloatArray, along: FloatArray, squares: FloatArray, n: int) -> float:
    """Return the mean over targets of the largest log evidence per row.

    Parameters
    ----------
    power, along
        From `_directions`.
    squares : float array, shape (targets,)
        Sum of squares of each target.
    n : int
        Number of rows.
    """
    targets = len(squares)
    residual = np.maximum(squares - along.sum(axis=1), 0.0)
    centre = np.full(targets, np.log(power.mean() if len(power) else 1.0))
    half = SEARCHED * np.log(10)
    for _ in range(ROUNDS):
        log_ratios = centre[:, None] + np.linspace(-half, half, POINTS)
        evidence = _evidence(log_ratios, power, along, residual, n)
        centre = log_ratios[np.arange(targets), evidence.argmax(axis=1)]
        half *= 2 / (POINTS - 1)
    return float(evidence.max(axis=1).mean() / n)


def h_score(x: Vectors, labels: IntArray) -> float:
    """Return the regularised H-score: between-class variance relative to the total covariance.

    The covariance is shrunk by Ledoit and Wolf's rule, without which few rows in many dimensions look
    perfectly separated.

    Parameters
    ----------
    x : float array, shape (rows, width)
    labels : int array, shape (rows,)

    Returns
    -------
    float
        From 0 to the number of classes minus one.

    Raises
    ------
    TooFewSamplesError
        If the rows hold fewer than two classes.

    References
    ----------
    Bao et al. 2019 (doi:10.1109/ICIP.2019.8803726); Ibrahim, Ponomareva & Mazumder 2021, arXiv:2110.06893,
    for the shrinkage. Ledoit & Wolf (2004), doi:10.1016/S0047-259X(03)00096-4.
    """
    classes, which, rows = _classes(labels)
    f = np.asarray(x, dtype=np.float64)
    f = f - f.mean(axis=0)
    n, width = f.shape
    covariance = f.T @ f / n
    variance = float(np.trace(covariance)) / width
    if not variance:
        return 0.0
    shrinkage = float(ledoit_wolf_shrinkage(f, assume_centered=True))
    shrunk = (1 - shrinkage) * covariance
    shrunk.flat[:: width + 1] += shrinkage * variance
    means = _class_sums(f, which, len(classes)) / np.sqrt(rows * n)[:, None]
    return float((1 - shrinkage) * np.sum(means.T * (np.linalg.pinv(shrunk, hermitian=True) @ means.T)))


def rank_agreement(
    a: ArrayLike, b: ArrayLike, *, ends: NDArray[np.str_] | None = None, draws: int = 2000, seed: int = 0
) -> Estimate:
    """Return Kendall's tau between predicted and measured scores, and its 95 % bootstrap interval.

    Bootstrap deviations over few units are too small and are scaled by n / (n - 1).

    Parameters
    ----------
    a, b : float arrays, shape (pairs,)
    ends : str array, shape (pairs, 2), optional
        The two things that each score is of, such as two domains. Scores that share one depend on each other,
        so things are drawn, each score as often as the product of its two; by default scores are.
    draws, seed : int
        Of the bootstrap.

    Returns
    -------
    Estimate
        From -1 (reversed order) to 1 (same order); NaN below 3 pairs, and where one side is all ties.

    References
    ----------
    Kendall (1945), doi:10.2307/2332303: tau-b, adjusted for ties. Snijders & Borgatti
    (1999), Connections 22: the bootstrap of the vertices of a network.
    """
    first, second = (np.asarray(side, dtype=np.float64) for side in (a, b))
    n = len(first)
    if n < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return NO_ESTIMATE
    tau = float(kendalltau(first, second).statistic)
    order = [np.sign(side[:, None] - side) for side in (first, second)]
    counts, units = _draw_counts(n, ends, draws, np.random.default_rng(seed))
    agreed, *untied = (
        np.einsum("di,ij,dj->d", counts, signs, counts, optimize=True)
        for signs in (order[0] * order[1], *(np.abs(side) for side in order))
    )
    defined = (untied[0] > 0) & (untied[1] > 0)
    if not defined.any():
        return NO_ESTIMATE
    drawn = agreed[defined] / np.sqrt(untied[0][defined] * untied[1][defined])
    return percentile_interval(tau, np.clip(tau + (drawn - tau) * units / (units - 1), -1.0, 1.0))


def _draw_counts(
    n: int, ends: NDArray[np.str_] | None, draws: int, random: np.random.Generator
) -> tuple[FloatArray, int]:
    """Return how often each of `n` scores is drawn, shape (draws, n), and the number of units drawn."""
    if ends is None:
        return random.multinomial(n, np.full(n, 1 / n), size=draws).astype(np.float64), n
    things, place = np.unique(ends, return_inverse=True)
    first, second = place.reshape(ends.shape).T
    counts = random.multinomial(len(things), np.full(len(things), 1 / len(things)), size=draws)
    return (counts[:, first] * counts[:, second]).astype(np.float64), len(things)


def _classes(labels: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return the distinct classes, the class index of each row, and the rows per class."""
    classes, which, rows = np.unique(labels, return_inverse=True, return_counts=True)
    if len(classes) < 2:
        raise TooFewSamplesError(
            f"The rows hold {len(classes)} class: how well vectors tell classes apart needs at least 2."
        )
    return classes, which, rows


def _class_sums(x: FloatArray, which: IntArray, classes: int) -> FloatArray:
    """Sum the rows of each class, shape (classes, width)."""
    sums = np.zeros((classes, x.shape[1]))
    order = np.argsort(which, kind="stable")
    starts = np.searchsorted(which[order], np.arange(classes))
    np.add.reduceat(x[order], starts, axis=0, out=sums)
    return sums


def _directions(f: FloatArray, product: Callable[[FloatArray], FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Return the squared singular values, and each target's squared projection on the left vectors.

    `product` multiplies the targets, shape (targets, rows), with a matrix of shape (rows, width). Computed
    from the smaller Gram matrix of `f`, 10 times as fast as the SVD.
    """
    tall = len(f) > f.shape[1]
    power, directions = np.linalg.eigh(f.T @ f if tall else f @ f.T)
    nonzero = power > LOST * max(float(power[-1]), np.finfo(float).tiny)
    power, directions = power[nonzero], directions[:, nonzero]
    if tall:
        return power, (product(f) @ directions) ** 2 / power
    return power, product(directions) ** 2


def _evidence(
    log_ratio: FloatArray, power: FloatArray, along: FloatArray, residual: FloatArray, n: int
) -> FloatArray:
    """Return the log evidence at weight-to-noise precision ratios (classes, points), for the best noise.

    With `power` the squared singular values and `along` the squared projections of y, the squared error of
    the posterior mean is Σ along · t / (power + t) + residual; the best noise variance is its mean over rows.
    """
    t = np.exp(log_ratio)[:, :, None]
    error = (along[:, None] * (t / (power + t))).sum(axis=2) + residual[:, None]
    noise = np.maximum(error / n, FIT)
    return np.asarray(-0.5 * (np.log1p(power / t).sum(axis=2) + n * (np.log(2 * np.pi * noise) + 1)))
