"""What moved inside: how alike layers are before and after training."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Similarity:
    """Debiased CKA between layers, on `rows` texts the model did not learn from where there are enough.

    `matrix[i, j]` holds layer i before training against layer j after it, shape (L, L); `before[i, j]` layer
    i against layer j of the same pretrained model. Per layer, shape (L,): `diagonal` is before against after
    with its interval `low` to `high`; `sibling` is this run against the same one with another seed, NaN
    without one: what lies above it may be chance; `floor` is two networks of this architecture with fresh
    weights from two seeds: what architecture and texts alone have in common.
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
        """One line per layer: before against after with its interval, the other seed, the floor."""
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
        """One line per pair of layers."""
        i, j = np.indices(self.matrix.shape)
        return pd.DataFrame(
            {
                "layer before": i.ravel(),
                "layer after": j.ravel(),
                "similarity": self.matrix.ravel(),
                "within the pretrained model": self.before.ravel(),
            }
        )
