"""Representation similarity (CKA) of layers before and after training."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Similarity:
    """Debiased CKA between layers, on `rows` texts, held out if there are enough.

    `matrix[i, j]` compares layer i before training with layer j after it, shape (L, L); `before[i, j]`
    layers i and j of the pretrained model. Per layer, shape (L,): `diagonal` compares before with after, with
    its interval `low` to `high`; `sibling` compares this run with one of another seed, NaN without one, and
    shows variation by chance; `floor` compares two random initialisations, and shows the similarity due to
    architecture and texts alone.
    """

    rows: int
    boundary: int
    sentence: str
    matrix: FloatArray = field(compare=False)
    before: FloatArray = field(compare=False)
    diagonal: FloatArray = field(compare=False)
    low: FloatArray = field(compare=False)
    high: FloatArray = field(compare=False)
    sibling: FloatArray = field(compare=False)
    floor: FloatArray = field(compare=False)

    def frame(self) -> pd.DataFrame:
        """Return one row per layer: before and after with its interval, another seed, random weights."""
        return pd.DataFrame(
            {
                "layer": np.arange(len(self.diagonal)),
                "before and after": self.diagonal,
                "low": self.low,
                "high": self.high,
                "another seed": self.sibling,
                "fresh weights": self.floor,
            }
        )

    def pairs(self) -> pd.DataFrame:
        """Return one row per pair of layers."""
        i, j = np.indices(self.matrix.shape)
        return pd.DataFrame(
            {
                "layer before": i.ravel(),
                "layer after": j.ravel(),
                "similarity": self.matrix.ravel(),
                "within the pretrained model": self.before.ravel(),
            }
        )
