"""Fewer rows out of many: every smaller choice is part of every larger one."""

import numpy as np
from numpy.typing import NDArray


def nested_order(labels: NDArray[np.int64], *, seed: int, balanced: bool = False) -> NDArray[np.int64]:
    """Return all indices of `labels` in an order of which every beginning holds the classes in proportion.

    Each class is shuffled by `seed` and spread evenly; the first rows of all classes come first. `balanced`:
    every beginning holds the classes in equal numbers, as long as they have rows.
    """
    random = np.random.default_rng(seed)
    place = np.empty(len(labels), dtype=np.float64)
    for label in np.unique(labels):
        members = random.permutation(np.flatnonzero(labels == label))
        place[members] = (np.arange(len(members)) + 0.5) / (len(labels) if balanced else len(members))
        place[members[0]] = 0.0
    return np.lexsort((random.random(len(labels)), place))
