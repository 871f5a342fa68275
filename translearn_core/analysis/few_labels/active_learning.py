"""Which rows to label next: by uncertainty, by diversity, and by both."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
Features = NDArray[np.floating]
Distances = Callable[[int], FloatArray]
"""Squared distances of all candidates to one of them."""

AT_ONCE = 1_024
"""Labelled rows whose distances are held in memory at a time."""


def entropies(probabilities: NDArray[np.floating]) -> FloatArray:
    """Return the entropy of each row over its maximum, from 0 (certain) to 1 (all classes alike)."""
    p = np.asarray(probabilities, dtype=np.float64)
    entropy = -(p * np.log(np.where(p > 0, p, 1.0))).sum(axis=1)
    return np.asarray(entropy / np.log(max(2, p.shape[1])))


def most_uncertain(probabilities: NDArray[np.floating], count: int) -> IntArray:
    """Return the rows with the highest entropy, the most uncertain first.

    References
    ----------
    Settles (2009), Active learning literature survey.
    """
    return np.argsort(-entropies(probabilities), kind="stable")[:count]


def most_diverse(x: Features, labelled: Features, count: int, seed: int = 0) -> IntArray:
    """Return rows spread over the candidates and away from the labelled rows, by k-means++ seeding.

    Each is drawn with a probability in proportion to its squared distance to the nearest row that is labelled
    or chosen, the best of several draws. A core-set takes the farthest instead, which often is an outlier.

    Parameters
    ----------
    x, labelled : float arrays, shapes (candidates, width) and (labelled rows, width)
    count, seed : int

    References
    ----------
    Arthur & Vassilvitskii (2007), k-means++; Sener & Savarese (2018), core-sets, arXiv:1708.00489.
    """
    rows, known = (np.asarray(side, dtype=np.float64) for side in (x, labelled))
    square = (rows**2).sum(axis=1)

    def to(row: int) -> FloatArray:
        return np.asarray(np.maximum(square + square[row] - 2 * rows @ rows[row], 0))

    if not len(known):
        centre = rows.mean(axis=0)
        return _spread(to, int(((rows - centre) ** 2).sum(axis=1).argmin()), len(rows), count, seed)
    nearest = np.full(len(rows), np.inf)
    for start in range(0, len(known), AT_ONCE):
        block = known[start : start + AT_ONCE]
        distances = square[:, None] + (block**2).sum(axis=1) - 2 * rows @ block.T
        nearest = np.minimum(nearest, distances.min(axis=1))
    return _spread(to, None, len(rows), count, seed, np.maximum(nearest, 0))


def uncertain_and_diverse(
    probabilities: NDArray[np.floating], x: Features, count: int, seed: int = 0
) -> IntArray:
    """Return rows that are uncertain and unlike each other: BADGE on a linear probe.

    k-means++ seeding on the gradients that the loss of the last layer would have, if the predicted class were
    the true one: (p − e) ⊗ x, with e the indicator of the predicted class. Certain rows have short gradients,
    alike rows alike ones; gradient 0 counts as chosen, so that no certain row stands for the others. The
    first row has the longest; of each further one the best of several draws stays.

    Parameters
    ----------
    probabilities : float array, shape (candidates, classes)
    x : float array, shape (candidates, width)
    count, seed : int

    References
    ----------
    Ash et al. (2020), arXiv:1906.03671.
    """
    rows, slope = np.asarray(x, dtype=np.float64), np.array(probabilities, dtype=np.float64)
    slope[np.arange(len(slope)), slope.argmax(axis=1)] -= 1
    square = (slope**2).sum(axis=1) * (rows**2).sum(axis=1)

    def to(row: int) -> FloatArray:
        inner = (slope @ slope[row]) * (rows @ rows[row])
        return np.asarray(np.maximum(square + square[row] - 2 * inner, 0))

    return _spread(to, int(square.argmax()), len(rows), count, seed, square)


def _spread(
    distances: Distances,
    first: int | None,
    rows: int,
    count: int,
    seed: int,
    nearest: FloatArray | None = None,
) -> IntArray:
    """Draw rows by greedy k-means++ seeding, after the row `first` and the `nearest` known distances.

    Of several draws the one stays that leaves the smallest sum of squared distances.
    """
    random, chosen = np.random.default_rng(seed), [] if first is None else [first]
    near = np.full(rows, np.inf) if nearest is None else nearest.copy()
    if first is not None:
        near = np.minimum(near, distances(first))
    draws = 2 + int(np.log(max(count, 1)))
    while len(chosen) < min(count, rows):
        near[chosen] = 0
        total = near.sum()
        if total > 0:
            drawn = np.unique(random.choice(rows, draws, p=near / total))
            left = [np.minimum(near, distances(int(row))) for row in drawn]
            best = int(np.argmin([one.sum() for one in left]))
            chosen.append(int(drawn[best]))
            near = left[best]
        else:
            chosen.append(int(np.setdiff1d(np.arange(rows), chosen)[0]))
    return np.array(chosen[:count], dtype=np.int64)
