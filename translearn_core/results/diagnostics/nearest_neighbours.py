"""Nearest neighbours of one text, before and after fine-tuning."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class NearestNeighbours:
    """K nearest neighbours of one text in one layer, under V variants (``pretrained``, ``fine-tuned``).

    `index` is the text's line in the run's predictions; `neighbours`, shape (V, K), are the neighbours'
    lines, nearest first. `distance`, shape (V, K), are Euclidean distances in units of the median distance
    from this text to all others under that variant, since training rescales the space.
    """

    variants: tuple[str, ...]
    layer: int
    index: int
    neighbours: NDArray[np.int64] = field(compare=False)
    distance: NDArray[np.float64] = field(compare=False)

    @property
    def shared(self) -> NDArray[np.int64]:
        """Neighbours under both the first and the last variant, nearest first."""
        first, last = self.neighbours[0], self.neighbours[-1]
        return np.asarray([line for line in first if line in last], dtype=np.int64)

    def frame(self) -> pd.DataFrame:
        """Return one row per variant and neighbour: rank from 1, line in the predictions, distance."""
        v, k = self.neighbours.shape
        return pd.DataFrame(
            {
                "model": np.repeat(np.asarray(self.variants, dtype=object), k),
                "place": np.tile(np.arange(1, k + 1), v),
                "index": self.neighbours.ravel(),
                "distance": self.distance.ravel(),
            }
        )
