"""Exact nearest-neighbour search by cosine similarity or Euclidean distance."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.analysis.neighbours.distances import Progress, Space

ROWS_AT_ONCE = 16_384
"""Rows of the bank converted to single precision at a time."""
PAIRS_AT_ONCE = 10_000_000
"""Distances in memory at a time (4 bytes each)."""


def nearest(
    query: NDArray[np.floating], bank: NDArray[np.floating], k: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Find the `k` rows of `bank` with the highest cosine similarity to each row of `query`; exact.

    Parameters
    ----------
    query : float array, shape (q, width)
    bank : float array, shape (n, width)
        May be memory-mapped; read once, in blocks.
    k : int
        At least 1; all rows are returned if the bank has fewer.

    Returns
    -------
    indices, similarities : arrays, shape (q, min(k, n))
        Most similar first. A row of zeros has similarity 0 with everything.
    """
    directions = _unit(query)
    indices: NDArray[np.int64] = np.empty((len(query), 0), dtype=np.int64)
    similarity: NDArray[np.float32] = np.empty((len(query), 0), dtype=np.float32)
    for start in range(0, len(bank), ROWS_AT_ONCE):
        block = directions @ _unit(bank[start : start + ROWS_AT_ONCE]).T
        rows = np.broadcast_to(np.arange(start, start + block.shape[1]), block.shape)
        indices, similarity = np.hstack([indices, rows]), np.hstack([similarity, block])
        if similarity.shape[1] > k:
            best = np.argpartition(-similarity, k - 1, axis=1)[:, :k]
            indices = np.take_along_axis(indices, best, axis=1)
            similarity = np.take_along_axis(similarity, best, axis=1)
    order = np.lexsort((indices, -similarity), axis=1)
    return np.take_along_axis(indices, order, axis=1), np.take_along_axis(similarity, order, axis=1)


def nearest_within(
    rows: NDArray[np.floating],
    k: int,
    of: NDArray[np.int64] | None = None,
    progress: Progress | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Find the `k` nearest other rows by Euclidean distance; exact.

    Parameters
    ----------
    rows : float array, shape (n, width)
    k : int
        From 1 to n - 1.
    of : int array, shape (queries,), optional
        Query rows, each searched among all rows; default all. The cost grows with queries times n.
    progress : callable, optional
        Called with the share done; may raise to stop.

    Returns
    -------
    indices, distances : arrays, shape (queries, k)
        Nearest first.
    """
    space = Space.of(rows)
    queries = np.arange(len(rows)) if of is None else of
    indices, distances = torch.empty((len(queries), k), dtype=torch.int64), torch.empty((len(queries), k))
    for block, ranks in space.within(queries, _step(space, k), progress):
        x = space.rows[torch.from_numpy(queries[block])]
        indices[block], distances[block] = _nearest_exact(space, x, ranks, k)
    return indices.numpy(), distances.numpy()


def nearest_among(
    query: NDArray[np.floating], bank: NDArray[np.floating], k: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Find the `k` rows of `bank` nearest to each row of `query` by Euclidean distance; exact.

    Parameters
    ----------
    query : float array, shape (q, width)
    bank : float array, shape (n, width)
    k : int
        From 1 to n.

    Returns
    -------
    indices, distances : arrays, shape (q, k)
        Nearest first.
    """
    space = Space.of(bank)
    indices, distances = torch.empty((len(query), k), dtype=torch.int64), torch.empty((len(query), k))
    for start in range(0, len(query), step := _step(space, k)):
        x, ranks = space.to(query[start : start + step])
        indices[start : start + step], distances[start : start + step] = _nearest_exact(space, x, ranks, k)
    return indices.numpy(), distances.numpy()


def nearest_to(x: NDArray[np.floating], row: int, k: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the `k` rows nearest to one row, and their distances as multiples of the median distance.

    Parameters
    ----------
    x : float array, shape (n, width)
    row, k : int

    Returns
    -------
    rows, distances : arrays, shape (min(k, n - 1),)
        Nearest first, ties by index. All distances are 0 if the median is.
    """
    distance = np.linalg.norm(x.astype(np.float32) - x[row].astype(np.float32), axis=1).astype(np.float64)
    others = np.delete(np.arange(len(x)), row)
    median = float(np.median(distance[others])) if len(others) else 0.0
    nearest = others[np.argsort(distance[others], kind="stable")[:k]]
    return nearest, distance[nearest] / median if median > 0 else np.zeros(len(nearest))


def _step(space: Space, k: int) -> int:
    """Return the number of query rows per block."""
    n, width = space.rows.shape
    return max(1, PAIRS_AT_ONCE // max(n, k * width))


def _nearest_exact(space: Space, x: Tensor, ranks: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Return the `k` rows nearest to each row of `x`, with distances recomputed without cancellation."""
    nearest = ranks.topk(k, largest=False).indices
    exact, order = (space.rows[nearest] - x[:, None]).norm(dim=2).sort(dim=1, stable=True)
    return nearest.gather(1, order), exact


def _unit(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    """Scale rows to length 1, in single precision."""
    x = np.asarray(rows, dtype=np.float32)
    length = np.linalg.norm(x, axis=1, keepdims=True)
    return np.asarray(x / np.where(length > 0, length, 1), dtype=np.float32)
