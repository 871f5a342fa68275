"""The rows most like a given one: across two tables by cosine similarity, within one by distance."""

import numpy as np
import torch
from numpy.typing import NDArray

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


def nearest_within(rows: NDArray[np.floating], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Find the `k` nearest other rows of every row by Euclidean distance; exact.

    Parameters
    ----------
    rows : float array, shape (n, width)
    k : int
        From 1 to n - 1.

    Returns
    -------
    indices, distances : arrays, shape (n, k)
        The nearest first.
    """
    x = torch.from_numpy(np.asarray(rows, dtype=np.float32))
    x = x - x.mean(dim=0)  # near the origin the expanded square below loses no digits
    squares = x.square().sum(dim=1)
    indices = torch.empty((len(x), k), dtype=torch.int64)
    distances = torch.empty((len(x), k))
    step = max(1, PAIRS_AT_ONCE // max(len(x), k * x.shape[1]))
    for start in range(0, len(x), step):
        block = x[start : start + step]
        apart = torch.addmm(squares, block, x.T, alpha=-2)
        apart[torch.arange(len(block)), torch.arange(start, start + len(block))] = torch.inf
        close = apart.topk(k, largest=False).indices
        exact, order = (x[close] - block[:, None]).norm(dim=2).sort(dim=1, stable=True)
        indices[start : start + step] = close.gather(1, order)
        distances[start : start + step] = exact
    return indices.numpy(), distances.numpy()


def _unit(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    """Scale rows to length 1, in single precision."""
    x = np.asarray(rows, dtype=np.float32)
    length = np.linalg.norm(x, axis=1, keepdims=True)
    return np.asarray(x / np.where(length > 0, length, 1), dtype=np.float32)
