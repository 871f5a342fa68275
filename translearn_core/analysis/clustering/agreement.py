"""Agreement of two partitions of the same rows: adjusted Rand index and normalised mutual information."""

import numpy as np
from numpy.typing import NDArray

from translearn_core.results.interval_estimate import ALPHA_TAIL, CELLS_AT_ONCE, NO_ESTIMATE, Estimate

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

DRAWS = 1_000
"""Bootstrap samples of an interval."""


def agreement(one: IntArray, other: IntArray, seed: int = 0) -> tuple[Estimate, Estimate]:
    """Return the adjusted Rand index and the normalised mutual information with 95 % intervals.

    The intervals are percentiles of bootstrap samples of rows, moved by the bias of their mean: a row drawn
    twice agrees with itself, which lifts both numbers.

    Parameters
    ----------
    one, other : int arrays, shape (rows,)
        Numbers of the groups. Without rows, both results are NaN.
    seed : int
        Of the bootstrap.
    """
    if not len(one):
        return NO_ESTIMATE, NO_ESTIMATE
    counts = contingency(one, other)
    random, samples = np.random.default_rng(seed), []
    step = max(1, CELLS_AT_ONCE // counts.size)
    for start in range(0, DRAWS, step):
        drawn = random.multinomial(
            len(one), counts.ravel() / len(one), size=min(step, DRAWS - start)
        ).reshape(-1, *counts.shape)
        samples.append(np.stack([adjusted_rand(drawn), mutual_information(drawn)]))
    both = np.concatenate(samples, axis=1)
    values = float(adjusted_rand(counts)), float(mutual_information(counts))
    rand, information = (_interval(value, sample) for value, sample in zip(values, both, strict=True))
    return rand, information


def contingency(one: IntArray, other: IntArray) -> IntArray:
    """Return the number of rows in each group of one (rows) and of the other (columns)."""
    rows, columns = (np.unique(side, return_inverse=True)[1] for side in (one, other))
    table = np.zeros((int(rows.max()) + 1, int(columns.max()) + 1), dtype=np.int64)
    np.add.at(table, (rows, columns), 1)
    return table


def adjusted_rand(tables: NDArray[np.integer]) -> FloatArray:
    """Return the adjusted Rand index of tables, shape (…, groups, other groups): 1 if equal, 0 by chance.

    References
    ----------
    Hubert & Arabie (1985), doi:10.1007/BF01908075.
    """
    counts = np.asarray(tables, dtype=np.float64)
    together = _pairs(counts).sum(axis=(-2, -1))
    one, other = (_pairs(counts.sum(axis=axis)).sum(axis=-1) for axis in (-1, -2))
    every = np.maximum(_pairs(counts.sum(axis=(-2, -1))), 1)
    chance, most = one * other / every, (one + other) / 2
    return np.where(most == chance, 1.0, (together - chance) / np.where(most == chance, 1.0, most - chance))


def mutual_information(tables: NDArray[np.integer]) -> FloatArray:
    """Return the mutual information of tables over the mean of both entropies: 1 if equal, 0 if unrelated.

    Tables have shape (…, groups, other groups).

    References
    ----------
    Vinh, Epps & Bailey (2010), JMLR 11.
    """
    counts = np.asarray(tables, dtype=np.float64)
    shares = counts / np.maximum(counts.sum(axis=(-2, -1), keepdims=True), 1)
    one, other = (_entropy(shares.sum(axis=axis)) for axis in (-1, -2))
    joint = _entropy(shares.reshape(*shares.shape[:-2], -1))
    mean = (one + other) / 2
    return np.where(mean == 0, 1.0, np.maximum(one + other - joint, 0) / np.where(mean == 0, 1.0, mean))


def _pairs(counts: FloatArray) -> FloatArray:
    return np.asarray(counts * (counts - 1) / 2)


def _entropy(shares: FloatArray) -> FloatArray:
    return np.asarray(-(shares * np.log(np.where(shares > 0, shares, 1.0))).sum(axis=-1))


def _interval(value: float, sample: FloatArray) -> Estimate:
    low, high = value + np.quantile(sample, [ALPHA_TAIL, 1 - ALPHA_TAIL]) - sample.mean()
    return Estimate(value, float(min(low, value)), float(max(min(high, 1.0), value)))
