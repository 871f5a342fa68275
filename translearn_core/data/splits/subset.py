"""Nested stratified subsets of rows."""

import numpy as np
from numpy.typing import NDArray


def nested_order(strata: NDArray[np.int64], *, seed: int, balanced: bool = False) -> NDArray[np.int64]:
    """Order the indices of `strata` so that every prefix is a stratified subset.

    Each stratum is shuffled by `seed` and spread evenly; the first rows of all strata come first. `balanced`:
    every prefix holds the strata in equal numbers, as long as they have rows.
    """
    rng = np.random.default_rng(seed)
    position = np.empty(len(strata), dtype=np.float64)
    for stratum in np.unique(strata):
        members = rng.permutation(np.flatnonzero(strata == stratum))
        position[members] = (np.arange(len(members)) + 0.5) / (len(strata) if balanced else len(members))
        position[members[0]] = 0.0
    return np.lexsort((rng.random(len(strata)), position))
