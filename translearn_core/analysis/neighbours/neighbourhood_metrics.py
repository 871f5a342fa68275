"""Who lies near whom: nearest rows, classes apart, and how far a plane shows the space it came from."""

import numpy as np
import torch
from numpy.typing import NDArray

from translearn_core.analysis.neighbours.distances import Progress, Space
from translearn_core.analysis.neighbours.nearest_neighbours import nearest_within
from translearn_core.analysis.stratified_sampling import stratified_sample

IntArray = NDArray[np.int64]

PAIRS_AT_ONCE = 10_000_000
"""Distances held at a time (4 bytes each)."""


def knn_indices(
    x: NDArray[np.floating],
    k: int = 10,
    of: IntArray | None = None,
    progress: Progress | None = None,
) -> IntArray:
    """Return the `k` nearest other rows, the nearest first; all others where there are fewer.

    Parameters
    ----------
    x : float array, shape (rows, width)
    k : int
    of : int array, shape (asked,), optional
        Rows to ask, each among all; every row if not given.
    progress : callable, optional
        Called with the share done; may raise to stop.

    Returns
    -------
    int array, shape (asked, min(k, rows - 1))
    """
    asked = len(x) if of is None else len(of)
    if (k := min(k, len(x) - 1)) < 1:
        return np.empty((asked, 0), dtype=np.int64)
    return nearest_within(x, k, of, progress)[0]


def silhouette(
    x: NDArray[np.floating],
    labels: IntArray,
    of: IntArray | None = None,
    sample: int = 2000,
    seed: int = 0,
    progress: Progress | None = None,
) -> float:
    """Return how much nearer rows are to their own class than to the next one, on average.

    Each row asked about is held against all rows; only which are asked about is drawn, so that 50,000 rows
    take seconds.

    Parameters
    ----------
    x : float array, shape (rows, width)
    labels : int array, shape (rows,)
    of : int array, optional
        Rows to ask about, all if not given.
    sample, seed : int
        So many of them at most, each class in its share, drawn by seed.
    progress : callable, optional
        Called with the share done; may raise to stop.

    Returns
    -------
    float
        From -1 to 1, 0 for a row alone in its class; NaN with fewer than two classes or nothing asked.

    References
    ----------
    Rousseeuw (1987), doi:10.1016/0377-0427(87)90125-7.
    """
    asked = np.arange(len(labels)) if of is None else of
    asked = asked[stratified_sample(labels[asked], sample, seed)]
    classes, which, count = np.unique(labels, return_inverse=True, return_counts=True)
    if len(classes) < 2 or not len(asked):
        return float("nan")
    member = torch.zeros((len(labels), len(classes)))
    member[torch.arange(len(labels)), torch.from_numpy(which)] = 1.0
    found = np.empty(len(asked))
    space = Space.of(x)
    for place, ranks in space.within(asked, max(1, PAIRS_AT_ONCE // len(labels)), progress):
        own, here = which[asked[place]], np.arange(len(ranks))
        block = torch.from_numpy(asked[place])
        ranks[torch.from_numpy(here), block] = -space.squares[block]  # no distance from itself
        apart = ranks.add_(space.squares[block, None]).clamp_(min=0).sqrt_()
        sums = (apart @ member).numpy().astype(np.float64)
        within = sums[here, own] / np.maximum(count[own] - 1, 1)
        means = sums / count
        means[here, own] = np.inf
        beyond = means.min(axis=1)
        larger = np.maximum(within, beyond)
        score = (beyond - within) / np.where(larger > 0, larger, 1.0)
        found[place] = np.where((count[own] > 1) & (larger > 0), score, 0.0)
    return float(found.mean())


def trustworthiness(
    x: NDArray[np.floating],
    indices_high: IntArray,
    plane: NDArray[np.floating],
    k: int = 10,
    of: IntArray | None = None,
    progress: Progress | None = None,
) -> float:
    """Return how far neighbours on a plane are neighbours in the space it shows: 1 if all, 0.5 at random.

    Each false neighbour counts by how many rows lie nearer in the space. Distances are made a block of rows
    at a time.

    Parameters
    ----------
    x : float array, shape (rows, width)
    indices_high : int array, shape (asked, k or more)
        The nearest rows in `x` of the rows asked (see `knn_indices`).
    plane : float array, shape (rows, 2)
    k : int
        Neighbours asked about, fewer than half the rows.
    of : int array, shape (asked,), optional
        Rows to ask, each among all; every row if not given.
    progress : callable, optional
        Called with the share done; may raise to stop.

    Returns
    -------
    float
        NaN with fewer than three rows or with nothing asked.

    References
    ----------
    Venna & Kaski (2001), doi:10.1007/3-540-44668-0_68; as scikit-learn's ``trustworthiness``.
    """
    n = len(x)
    asked = np.arange(n) if of is None else of
    k = min(k, (n - 1) // 2)
    if k < 1 or not len(asked):
        return float("nan")
    shown = torch.from_numpy(knn_indices(plane, k, asked))
    true = torch.from_numpy(indices_high[:, :k])
    excess = 0
    for place, ranks in Space.of(x).within(asked, max(1, PAIRS_AT_ONCE // n), progress):
        false = ~(shown[place, :, None] == true[place, None, :]).any(dim=2).numpy()
        limits = ranks.gather(1, shown[place]).numpy()
        for row, own, wrong in zip(ranks.numpy(), limits, false, strict=True):
            nearer = np.count_nonzero(row < own[wrong, None], axis=1)
            excess += int(np.maximum(nearer + 1 - k, 0).sum())
    return 1.0 - 2.0 * excess / (len(asked) * k * (2 * n - 3 * k - 1))
