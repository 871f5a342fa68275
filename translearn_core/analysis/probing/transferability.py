"""How well vectors suit a task before anything is trained on it: LogME and the H-score.

Both rank layers or backbones; neither is an accuracy. `rank_agreement` says how far such a ranking was right.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import kendalltau
from sklearn.covariance import ledoit_wolf_shrinkage

from translearn_core.analysis.metrics import ALPHA_TAIL
from translearn_core.errors import TooFewSamplesError
from translearn_core.results import Interval

Vectors = NDArray[np.floating]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SEARCHED = 12.0
"""Decades above and below the vectors' mean square within which the ratio of precisions is looked for."""
POINTS = 41
"""Ratios tried at once in each round of the search."""
ROUNDS = 5
"""Rounds of the search; each is 20 times as fine as the one before."""
LOST = 1e-11
"""Share of the largest squared singular value below which another is a rounding error."""
FIT = 1e-12
"""Smallest mean squared error told from none: labels that vectors give exactly have endless evidence."""


def logme(x: Vectors, labels: IntArray) -> float:
    """Return the log evidence, per row and class, of a linear model from vectors to labels; higher suits.

    For each class a Bayesian linear regression is fitted to 1 for its rows and 0 for others, with the two
    precisions (of the weights and of the noise) at which the evidence is largest. The paper's fixed point
    finds them one after the other; here the noise is solved for in closed form, which leaves one number, and
    that is searched on a grid, so that no local maximum and no slow end of the iteration can mislead.

    Parameters
    ----------
    x : float array, shape (rows, width)
        As they are: neither centred nor scaled, like the paper's.
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
    power, along = _directions(f, which, len(classes))
    beside = np.maximum(rows - along.sum(axis=1), 0.0)
    middle = np.full(len(classes), np.log(power.mean() if len(power) else 1.0))
    half = SEARCHED * np.log(10)
    for _ in range(ROUNDS):
        tried = middle[:, None] + np.linspace(-half, half, POINTS)
        evidence = _evidence(tried, power, along, beside, len(f))
        middle = tried[np.arange(len(classes)), evidence.argmax(axis=1)]
        half *= 2 / (POINTS - 1)
    return float(evidence.max(axis=1).mean() / len(f))


def h_score(x: Vectors, labels: IntArray) -> float:
    """Return the regularised H-score: how much of the vectors' spread lies between the classes.

    The covariance is shrunk towards a sphere by Ledoit and Wolf's rule, without which a few rows in many
    dimensions look perfectly separated.

    Parameters
    ----------
    x : float array, shape (rows, width)
    labels : int array, shape (rows,)

    Returns
    -------
    float
        From 0 to the number of classes less one.

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
    spread = f.T @ f / n
    sphere = float(np.trace(spread)) / width
    if not sphere:
        return 0.0
    shrinkage = float(ledoit_wolf_shrinkage(f, assume_centered=True))
    shrunk = (1 - shrinkage) * spread
    shrunk.flat[:: width + 1] += shrinkage * sphere
    means = _class_sums(f, which, len(classes)) / np.sqrt(rows * n)[:, None]
    return float((1 - shrinkage) * np.sum(means.T * (np.linalg.pinv(shrunk, hermitian=True) @ means.T)))


def rank_agreement(a: ArrayLike, b: ArrayLike, *, draws: int = 2000, seed: int = 0) -> tuple[float, Interval]:
    """Return Kendall's tau between predicted and measured scores, and its 95 % bootstrap interval.

    Each draw takes pairs with replacement; the draws lie closer to the estimate than it to the truth, as n
    pairs do to their own mean, and are stretched by n / (n - 1).

    Parameters
    ----------
    a, b : float arrays, shape (pairs,)
    draws, seed : int
        Of the bootstrap.

    Returns
    -------
    tau, interval
        From -1 (the order turned round) to 1 (the same order); both NaN below 3 pairs, and where one side is
        all ties.

    References
    ----------
    Kendall (1945), doi:10.2307/2332303: tau-b, which allows for ties.
    """
    first, second = (np.asarray(side, dtype=np.float64) for side in (a, b))
    n = len(first)
    nothing = float("nan"), Interval(float("nan"), float("nan"))
    if n < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return nothing
    tau = float(kendalltau(first, second).statistic)
    above = [np.sign(side[:, None] - side) for side in (first, second)]
    times = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws).astype(np.float64)
    agreed, *untied = (
        np.einsum("di,ij,dj->d", times, signs, times, optimize=True)
        for signs in (above[0] * above[1], *(np.abs(side) for side in above))
    )
    some = (untied[0] > 0) & (untied[1] > 0)
    drawn = agreed[some] / np.sqrt(untied[0][some] * untied[1][some])
    low, high = np.clip(
        tau + (np.quantile(drawn, [ALPHA_TAIL, 1 - ALPHA_TAIL]) - tau) * n / (n - 1), -1.0, 1.0
    )
    return tau, Interval(float(low), float(high))


def _classes(labels: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return the classes that occur, which of them each row has, and how many rows each has."""
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


def _directions(f: FloatArray, which: IntArray, classes: int) -> tuple[FloatArray, FloatArray]:
    """Return the squared singular values, and of each class's 0 and 1 the square along each left direction.

    From the smaller of the two products of `f` with itself, a tenth of the work of its singular values.
    """
    tall = len(f) > f.shape[1]
    power, directions = np.linalg.eigh(f.T @ f if tall else f @ f.T)
    kept = power > LOST * max(float(power[-1]), np.finfo(float).tiny)
    power, directions = power[kept], directions[:, kept]
    if tall:
        return power, (_class_sums(f, which, classes) @ directions) ** 2 / power
    return power, _class_sums(directions, which, classes) ** 2


def _evidence(
    log_ratio: FloatArray, power: FloatArray, along: FloatArray, beside: FloatArray, n: int
) -> FloatArray:
    """Return the log evidence at ratios of weight to noise precision (classes, tried), best noise for each.

    With y = 0 or 1 in the basis of the vectors' left singular directions, `power` their squared singular
    values, the misfit of the posterior mean is Σ along · t / (power + t) + beside, and the best noise
    variance is its mean over rows.
    """
    t = np.exp(log_ratio)[:, :, None]
    misfit = (along[:, None] * (t / (power + t))).sum(axis=2) + beside[:, None]
    noise = np.maximum(misfit / n, FIT)
    found: FloatArray = -0.5 * (np.log1p(power / t).sum(axis=2) + n * (np.log(2 * np.pi * noise) + 1))
    return found
