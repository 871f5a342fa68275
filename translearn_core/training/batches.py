"""The order of training batches.

Shuffled, texts of similar length together, a function of seed and epoch alone.
"""

import numpy as np
from numpy.typing import NDArray

POOL = 50
"""Batches whose texts are sorted by length together: enough to save padding, few enough to stay shuffled."""
BLUR = 0.15
"""How far lengths are blurred before sorting where one pool holds all rows, or every epoch's batches would
be the same."""


def batch_order(
    lengths: NDArray[np.int64], rows: NDArray[np.int64], batch_size: int, *, seed: int, epoch: int
) -> list[NDArray[np.int64]]:
    """Return the batches of one epoch, as indices of `rows`.

    The same seed and epoch give the same batches, so a resumed run continues in the middle of an epoch by
    skipping what it has done.
    """
    random = np.random.default_rng((seed, epoch))
    shuffled = random.permutation(rows)
    batches: list[NDArray[np.int64]] = []
    for start in range(0, len(shuffled), POOL * batch_size):
        pool = shuffled[start : start + POOL * batch_size]
        blur = random.uniform(1 - BLUR, 1 + BLUR, len(pool)) if len(pool) == len(rows) else 1.0
        pool = pool[np.argsort(lengths[pool] * blur, kind="stable")]
        batches += [pool[i : i + batch_size] for i in range(0, len(pool), batch_size)]
    return [batches[i] for i in random.permutation(len(batches))]
