"""The rows most like a given one: by cosine similarity or distance across two tables, by distance in one."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.analysis.neighbours.distances import Progress, Space

ROWS_AT_ONCE = 16_384
"""Rows of the bank brought to single precision at a time."""
PAIRS_AT_ONCE = 10_000_000
"""Distances held at a time (4 bytes each)."""


def nearest(
    query: NDArray[np.floating], bank: NDArray[np.floating], k: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Find the `k` rows of `bank` with the highest cosine similarity to each row of `query`; exact.

    Parameters
    ----------
    query : float array, shape (q, width)
    bank : float array, shape (n, width)
        May be memory-mapped; it is read once, in blocks.
    k : int
        From 1; where the bank has fewer rows, all of them come back.

    Returns
    -------
    indices, similarities : arrays, shape (q, min(k, n))
        The most similar first. A row of zeros has similarity 0 with everything.
    """
    directions = _unit(query)
    found: NDArray[np.int64] = np.empty((len(query), 0), dtype=np.int64)
    similarity: NDArray[np.float32] = np.empty((len(query), 0), dtype=np.float32)
    for start in range(0, len(bank), ROWS_AT_ONCE):
        block = directions @ _unit(bank[start : start + ROWS_AT_ONCE]).T
        rows = np.broadcast_to(np.arange(start, start + block.shape[1]), block.shape)
        found, similarity = np.hstack([found, rows]), np.hstack([similarity, block])
        if similarity.shape[1] > k:
            best = np.argpartition(-similarity, k - 1, axis=1)[:, :k]
            found = np.take_along_axis(found, best, axis=1)
            similarity = np.take_along_axis(similarity, best, axis=1)
    order = np.lexsort((found, -similarity), axis=1)
    return np.take_along_axis(found, order, axis=1), np.take_along_axis(similarity, order, axis=1)


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
    of : int array, shape (asked,), optional
        Rows to ask, each among all; every row if not given. The cost grows with asked times n.
    progress : callable, optional
        Called with the share done; may raise to stop.

    Returns
    -------
    indices, distances : arrays, shape (asked, k)
        The nearest first.
    """
    space = Space.of(rows)
    asked = np.arange(len(rows)) if of is None else of
    indices, distances = torch.empty((len(asked), k), dtype=torch.int64), torch.empty((len(asked), k))
    for place, ranks in space.within(asked, _step(space, k), progress):
        itself = space.rows[torch.from_numpy(asked[place])]
        indices[place], distances[place] = _first(space, itself, ranks, k)
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
        The nearest first.
    """
    space = Space.of(bank)
    indices, distances = torch.empty((len(query), k), dtype=torch.int64), torch.empty((len(query), k))
    for start in range(0, len(query), step := _step(space, k)):
        x, ranks = space.to(query[start : start + step])
        indices[start : start + step], distances[start : start + step] = _first(space, x, ranks, k)
    return indices.numpy(), distances.numpy()


def nearest_to(x: NDArray[np.floating], row: int, k: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the `k` other rows nearest to one row, and their distances in units of the median one.

    Parameters
    ----------
    x : float array, shape (n, width)
    row, k : int

    Returns
    -------
    rows, distances : arrays, shape (min(k, n - 1),)
        The nearest first, by place where they are equally near. All distances are 0 where the median is.
    """
    far = np.linalg.norm(x.astype(np.float32) - x[row].astype(np.float32), axis=1).astype(np.float64)
    others = np.delete(np.arange(len(x)), row)
    typical = float(np.median(far[others])) if len(others) else 0.0
    nearest = others[np.argsort(far[others], kind="stable")[:k]]
    return nearest, far[nearest] / typical if typical > 0 else np.zeros(len(nearest))


def _step(space: Space, k: int) -> int:
    """Return how many rows to ask at a time."""
    n, width = space.rows.shape
    return max(1, PAIRS_AT_ONCE // max(n, k * width))


def _first(space: Space, x: Tensor, ranks: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Return the `k` rows nearest to each row of `x`, and distances not rounded by an expanded square."""
    close = ranks.topk(k, largest=False).indices
    exact, order = (space.rows[close] - x[:, None]).norm(dim=2).sort(dim=1, stable=True)
    return close.gather(1, order), exact


def _unit(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    """Scale rows to length 1, in single precision."""
    x = np.asarray(rows, dtype=np.float32)
    length = np.linalg.norm(x, axis=1, keepdims=True)
    return np.asarray(x / np.where(length > 0, length, 1), dtype=np.float32)
