"""Exact nearest-neighbour search by cosine similarity or Euclidean distance."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.neighbors import NearestNeighbors

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
Progress = Callable[[float], None]
"""Called with the share done; may raise to stop."""

QUERIES_AT_ONCE = 4_096
"""Queries between two calls of `progress`."""


def nearest(
    query: NDArray[np.floating], bank: NDArray[np.floating], k: int
) -> tuple[IntArray, NDArray[np.float32]]:
    """Find the `k` rows of `bank` with the highest cosine similarity to each row of `query`.

    Parameters
    ----------
    query : float array, shape (q, width)
    bank : float array, shape (n, width)
    k : int
        At least 1; all rows are returned if the bank has fewer.

    Returns
    -------
    indices, similarities : arrays, shape (q, min(k, n))
        Most similar first. A row of zeros has similarity 0 with everything.
    """
    similarity = cosine_similarity(query.astype(np.float32), bank.astype(np.float32))
    order = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    return order, np.take_along_axis(similarity, order, axis=1)


def nearest_within(
    rows: NDArray[np.floating], k: int, of: IntArray | None = None, progress: Progress | None = None
) -> tuple[IntArray, FloatArray]:
    """Find the `k` nearest other rows by Euclidean distance.

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
    x = np.asarray(rows, dtype=np.float32)
    search = NearestNeighbors(n_neighbors=k + 1, algorithm="brute").fit(x)
    queries = np.arange(len(x)) if of is None else of
    indices, distances = np.empty((len(queries), k), dtype=np.int64), np.empty((len(queries), k))
    for start in range(0, len(queries), QUERIES_AT_ONCE):
        if progress:
            progress(start / len(queries))
        block = slice(start, start + QUERIES_AT_ONCE)
        index = search.kneighbors(x[queries[block]], return_distance=False)
        own = index == queries[block, None]
        own[~own.any(axis=1), -1] = True  # more than k equal rows: any of them may be left out
        index = index[~own].reshape(len(index), k)
        indices[block], distances[block] = _by_exact_distance(x[queries[block]], x, index)
    return indices, distances


def nearest_among(
    query: NDArray[np.floating], bank: NDArray[np.floating], k: int
) -> tuple[IntArray, FloatArray]:
    """Return the `k` rows of `bank` nearest to each row of `query` and their Euclidean distances."""
    x, rows = np.asarray(query, dtype=np.float32), np.asarray(bank, dtype=np.float32)
    search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(rows)
    return _by_exact_distance(x, rows, search.kneighbors(x, return_distance=False))


def nearest_to(x: NDArray[np.floating], row: int, k: int) -> tuple[IntArray, FloatArray]:
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


def _by_exact_distance(
    query: NDArray[np.float32], bank: NDArray[np.float32], indices: IntArray
) -> tuple[IntArray, FloatArray]:
    """Sort neighbours by distances without cancellation: equal rows are 0 apart, which umap relies on."""
    distances = np.linalg.norm(bank[indices] - query[:, None], axis=2)
    order = np.argsort(distances, axis=1, kind="stable")
    return np.take_along_axis(indices, order, axis=1), np.take_along_axis(distances, order, axis=1)
