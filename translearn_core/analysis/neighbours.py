"""The rows most like a given one, by cosine similarity."""

import numpy as np
from numpy.typing import NDArray

ROWS_AT_ONCE = 16_384
"""Rows of the bank brought to single precision at a time."""


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
        At most n rows come back.

    Returns
    -------
    indices, similarities : arrays, shape (q, min(k, n))
        The most similar first, equals in the bank's order. A row of zeros has similarity 0 with everything.
    """
    directions = _unit(query)
    found = np.empty((len(query), 0), dtype=np.int64)
    similarity = np.empty((len(query), 0), dtype=np.float32)
    for start in range(0, len(bank), ROWS_AT_ONCE):
        block = directions @ _unit(bank[start : start + ROWS_AT_ONCE]).T
        rows = np.broadcast_to(np.arange(start, start + block.shape[1]), block.shape)
        found, similarity = np.hstack([found, rows]), np.hstack([similarity, block])
        if similarity.shape[1] > k:
            best = np.argpartition(-similarity, k - 1, axis=1)[:, :k]
            found, similarity = (np.take_along_axis(a, best, axis=1) for a in (found, similarity))
    order = np.lexsort((found, -similarity), axis=1)
    return np.take_along_axis(found, order, axis=1), np.take_along_axis(similarity, order, axis=1)


def _unit(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    """Scale rows to length 1, in single precision."""
    x = np.asarray(rows, dtype=np.float32)
    length = np.linalg.norm(x, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = x / np.where(length > 0, length, 1)
    return scaled
