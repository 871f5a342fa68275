"""Order of the splits in arrays of split indices."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from translearn_core.config import Split

SPLITS: tuple[Split, ...] = (Split.TRAIN, Split.VALIDATION, Split.TEST)
"""Order in which arrays number the splits."""

TRAIN, VALIDATION, TEST = range(len(SPLITS))


def split_indices(names: Iterable[str]) -> NDArray[np.int64]:
    """Return the index in `SPLITS` of each split's name."""
    return np.asarray([SPLITS.index(Split(name)) for name in names], dtype=np.int64)
