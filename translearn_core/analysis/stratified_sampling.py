"""Stratified subsampling of rows."""

import numpy as np
from numpy.typing import NDArray


def stratified_sample(labels: NDArray[np.int64], limit: int, seed: int) -> NDArray[np.int64]:
    """Draw at most `limit` rows, sorted: classes in proportion, at least one row of each if they fit."""
    if len(labels) <= limit:
        return np.arange(len(labels))
    classes, group, rows = np.unique(labels, return_inverse=True, return_counts=True)
    floor = np.minimum(rows, 1) if len(classes) <= limit else np.zeros_like(rows)
    share = (limit - floor.sum()) * (rows - floor) / (rows - floor).sum()
    quota = floor + share.astype(np.int64)
    largest_remainders = np.argsort(-(share % 1), kind="stable")[: limit - quota.sum()]
    quota[largest_remainders] += 1
    shuffled = np.lexsort((np.random.default_rng(seed).random(len(labels)), group))
    rank_in_class = np.arange(len(labels)) - np.repeat(np.cumsum(rows) - rows, rows)
    return np.sort(shuffled[rank_in_class < quota[group[shuffled]]])
