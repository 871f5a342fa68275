"""Nested stratified subsets: every smaller subset is part of every larger one."""

import numpy as np
from numpy.typing import NDArray


def nested_order(labels: NDArray[np.int64], *, seed: int, balanced: bool = False) -> NDArray[np.int64]:
    """Order the indices of `labels` so that every prefix is a stratified subset.

    Each class is shuffled by `seed` and spread evenly; the first rows of all classes come first. `balanced`:
    every prefix holds the classes in equal numbers, as long as they have rows.
    """
    rng = np.random.default_rng(seed)
    position = np.empty(len(labels), dtype=np.float64)
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        position[members] = (np.arange(len(members)) + 0.5) / (len(labels) if balanced else len(members))
        position[members[0]] = 0.0
    return np.lexsort((rng.random(len(labels)), position))
