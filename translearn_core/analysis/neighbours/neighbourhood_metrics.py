"""Exact kNN, silhouette and trustworthiness, computed blockwise."""

import numpy as np
import torch
from numpy.typing import NDArray

from translearn_core.analysis.neighbours.distances import Progress, Space
from translearn_core.analysis.neighbours.nearest_neighbours import nearest_within
from translearn_core.analysis.stratified_sampling import stratified_sample

IntArray = NDArray[np.int64]

PAIRS_AT_ONCE = 10_000_000
"""Distances in memory at a time (4 bytes each)."""


def knn_indices(
    x: NDArray[np.floating],
    k: int = 10,
    of: IntArray | None = None,
    progress: Progress | None = None,
) -> IntArray:
    """Return the `k` nearest other rows, nearest first; all others if there are fewer.

    Parameters
    ----------
    x : float array, shape (rows, width)
    k : int
    of : int array, shape (queries,), optional
        Query rows, each searched among all rows; default all.
    progress : callable, optional
        Called with the share done; may raise to stop.

    Returns
    -------
    int array, shape (queries, min(k, rows - 1))
    """
    if (k := min(k, len(x) - 1)) < 1:
        return np.empty((len(x if of is None else of), 0), dtype=np.int64)
    return nearest_within(x, k, of, progress)[0]


def silhouette(
    x: NDArray[np.floating],
    labels: IntArray,
    of: IntArray | None = None,
    sample: int = 2000,
    seed: int = 0,
    progress: Progress | None = None,
) -> float:
    """Return the mean silhouette coefficient of a stratified sample of rows, each compared with all rows.

    Parameters
    ----------
    x : float array, shape (rows, width)
    labels : int array, shape (rows,)
    of : int array, optional
        Rows to sample from; default all.
    sample, seed : int
        Maximum sample size and its seed.
    progress : callable, optional
        Called with the share done; may raise to stop.

    Returns
    -------
    float
        From -1 to 1, 0 for a row alone in its class; NaN with fewer than two classes or without rows.

    References
    ----------
    Rousseeuw (1987), doi:10.1016/0377-0427(87)90125-7.
    """
    queries = np.arange(len(labels)) if of is None else of
    queries = queries[stratified_sample(labels[queries], sample, seed)]
    classes, which, count = np.unique(labels, return_inverse=True, return_counts=True)
    if len(classes) < 2 or not len(queries):
        return float("nan")
    member = torch.zeros((len(labels), len(classes)))
    member[torch.arange(len(labels)), torch.from_numpy(which)] = 1.0
    scores = np.empty(len(queries))
    space = Space.of(x)
    for block, ranks in space.within(queries, max(1, PAIRS_AT_ONCE // len(labels)), progress):
        own, index = which[queries[block]], np.arange(len(ranks))
        rows = torch.from_numpy(queries[block])
        ranks[torch.from_numpy(index), rows] = -space.squares[rows]  # distance 0 from itself
        distances = ranks.add_(space.squares[rows, None]).clamp_(min=0).sqrt_()
        sums = (distances @ member).numpy().astype(np.float64)
        intra = sums[index, own] / np.maximum(count[own] - 1, 1)
        means = sums / count
        means[index, own] = np.inf
        inter = means.min(axis=1)
        larger = np.maximum(intra, inter)
        score = (inter - intra) / np.where(larger > 0, larger, 1.0)
        scores[block] = np.where((count[own] > 1) & (larger > 0), score, 0.0)
    return float(scores.mean())


def trustworthiness(
    x: NDArray[np.floating],
    indices_high: IntArray,
    plane: NDArray[np.floating],
    k: int = 10,
    of: IntArray | None = None,
    progress: Progress | None = None,
) -> float:
    """Return the trustworthiness of a projection: 1 if all neighbours on the plane are true, 0.5 at random.

    Each false neighbour is weighted by the number of rows nearer in the original space.

    Parameters
    ----------
    x : float array, shape (rows, width)
    indices_high : int array, shape (queries, k or more)
        Nearest rows in `x` of the query rows (see `knn_indices`).
    plane : float array, shape (rows, 2)
    k : int
        Number of neighbours, limited to less than half the rows.
    of : int array, shape (queries,), optional
        Query rows, each searched among all rows; default all.
    progress : callable, optional
        Called with the share done; may raise to stop.

    Returns
    -------
    float
        NaN with fewer than three rows or without queries.

    References
    ----------
    Venna & Kaski (2001), doi:10.1007/3-540-44668-0_68; as scikit-learn's ``trustworthiness``.
    """
    n = len(x)
    queries = np.arange(n) if of is None else of
    k = min(k, (n - 1) // 2)
    if k < 1 or not len(queries):
        return float("nan")
    on_plane = torch.from_numpy(knn_indices(plane, k, queries))
    true = torch.from_numpy(indices_high[:, :k])
    excess = 0
    for block, ranks in Space.of(x).within(queries, max(1, PAIRS_AT_ONCE // n), progress):
        false = ~(on_plane[block, :, None] == true[block, None, :]).any(dim=2).numpy()
        limits = ranks.gather(1, on_plane[block]).numpy()
        for row, own, wrong in zip(ranks.numpy(), limits, false, strict=True):
            nearer = np.count_nonzero(row < own[wrong, None], axis=1)
            excess += int(np.maximum(nearer + 1 - k, 0).sum())
    return 1.0 - 2.0 * excess / (len(queries) * k * (2 * n - 3 * k - 1))
