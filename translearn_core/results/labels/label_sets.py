"""Sets of labels: masks of labels, and the strings that stand for them in tables."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

JOINT = "; "
"""Separator of the labels of a row in tables; no label contains it."""


def label_sets(names: Sequence[str], values: Mask) -> NDArray[np.object_]:
    """Return the labels of each row in one string (see `JOINT`), empty for rows without any."""
    code, distinct = set_codes(values)
    joined = np.empty(len(distinct), dtype=object)
    joined[:] = [JOINT.join(names[k] for k in np.flatnonzero(values[row]).tolist()) for row in distinct]
    result: NDArray[np.object_] = joined[code]
    return result


def set_codes(values: Mask) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return a number per row, equal for equal sets of labels, and the first row of each set."""
    packed = np.packbits(values, axis=1)
    whole = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, code = np.unique(whole, return_index=True, return_inverse=True)
    return code.astype(np.int64), first.astype(np.int64)


def parse_label_sets(names: Sequence[str], sets: NDArray[np.object_]) -> Mask:
    """Return the mask of labels, shape (rows, labels), of what `label_sets` returned; others are ignored."""
    index = {name: k for k, name in enumerate(names)}
    codes, distinct = pd.factorize(np.asarray(sets, dtype=object))
    values = np.zeros((len(distinct), len(names)), dtype=np.bool_)
    for row, cell in enumerate(distinct):
        known = [index[label] for label in str(cell).split(JOINT) if label in index]
        values[row, known] = True
    mask: Mask = values[codes]
    return mask
