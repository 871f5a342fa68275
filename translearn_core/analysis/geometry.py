"""Who lies near whom: neighbours kept, classes apart, and how far a plane shows the space it came from."""

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import euclidean_distances

from translearn_core.analysis.neighbours import nearest_within
from translearn_core.analysis.projecting import stratified_sample

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

PAIRS_AT_ONCE = 1_000_000
"""Distances held at a time: few enough for the processor's cache."""


def knn_indices(x: NDArray[np.floating], k: int = 10) -> IntArray:
    """Return the `k` nearest other rows of every row, the nearest first; all others where there are fewer.

    Parameters
    ----------
    x : float array, shape (rows, width)
    k : int

    Returns
    -------
    int array, shape (rows, min(k, rows - 1))
    """
    if (k := min(k, len(x) - 1)) < 1:
        return np.empty((len(x), 0), dtype=np.int64)
    return nearest_within(x, k)[0]


def knn_overlap(a_indices: IntArray, b_indices: IntArray) -> float:
    """Return the mean share of their nearest rows that two tables of them have in common; NaN if empty.

    Parameters
    ----------
    a_indices, b_indices : int arrays, shape (rows, k)
        From `knn_indices`, of the same rows in two spaces.
    """
    if not a_indices.size:
        return float("nan")
    return float((a_indices[:, :, None] == b_indices[:, None, :]).any(axis=2).mean())


def silhouette(
    x: NDArray[np.floating], labels: IntArray, of: IntArray | None = None, sample: int = 2000, seed: int = 0
) -> float:
    """Return how much nearer rows are to their own class than to the next one, on average.

    Each row asked about is held against all rows; only which are asked about is drawn, so that 20,000 rows
    take seconds.

    Parameters
    ----------
    x : float array, shape (rows, width)
    labels : int array, shape (rows,)
    of : int array, optional
        Rows to ask about, all if not given.
    sample, seed : int
        So many of them at most, each class in its share, drawn by seed.

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
    rows = np.asarray(x, dtype=np.float64)
    member = np.zeros((len(rows), len(classes)))
    member[np.arange(len(rows)), which] = 1.0
    found = []
    for start in range(0, len(asked), step := max(1, PAIRS_AT_ONCE // (2 * len(rows)))):
        block = asked[start : start + step]
        sums = euclidean_distances(rows[block], rows) @ member
        own, here = which[block], np.arange(len(block))
        within = sums[here, own] / np.maximum(count[own] - 1, 1)
        means = sums / count
        means[here, own] = np.inf
        beyond = means.min(axis=1)
        larger = np.maximum(within, beyond)
        found.append(
            np.where(
                (count[own] > 1) & (larger > 0), (beyond - within) / np.where(larger > 0, larger, 1.0), 0.0
            )
        )
    return float(np.concatenate(found).mean())


def trustworthiness(
    x: NDArray[np.floating], indices_high: IntArray, plane: NDArray[np.floating], k: int = 10
) -> float:
    """Return how far neighbours on a plane are neighbours in the space it shows: 1 if all, 0.5 at random.

    Each false neighbour counts by how many rows lie nearer in the space. Distances are made a block of rows
    at a time.

    Parameters
    ----------
    x : float array, shape (rows, width)
    indices_high : int array, shape (rows, k or more)
        The nearest rows in `x` (see `knn_indices`).
    plane : float array, shape (rows, 2)
    k : int
        Neighbours asked about, fewer than half the rows.

    Returns
    -------
    float
        NaN with fewer than three rows.

    References
    ----------
    Venna & Kaski (2001), doi:10.1007/3-540-44668-0_68; as scikit-learn's ``trustworthiness``.
    """
    n = len(x)
    k = min(k, (n - 1) // 2)
    if k < 1:
        return float("nan")
    shown = torch.from_numpy(knn_indices(plane, k))
    true = torch.from_numpy(indices_high[:, :k])
    rows = torch.from_numpy(np.asarray(x, dtype=np.float32))
    rows = rows - rows.mean(dim=0)  # near the origin the expanded square below loses no digits
    squares = rows.square().sum(dim=1)
    excess = 0
    for start in range(0, n, step := max(1, PAIRS_AT_ONCE // n)):
        block = slice(start, min(n, start + step))
        apart = torch.addmm(squares, rows[block], rows.T, alpha=-2)
        itself = torch.arange(block.start, block.stop)
        apart[torch.arange(len(itself)), itself] = torch.inf
        false = ~(shown[block, :, None] == true[block, None, :]).any(dim=2).numpy()
        limits = apart.gather(1, shown[block]).numpy()
        for rank in range(k):
            nearer = np.count_nonzero(apart.numpy() < limits[:, rank, None], axis=1)
            excess += int(np.maximum(nearer + 1 - k, 0)[false[:, rank]].sum())
    return 1.0 - 2.0 * excess / (n * k * (2 * n - 3 * k - 1))
