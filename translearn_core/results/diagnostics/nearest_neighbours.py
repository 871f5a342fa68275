"""The texts nearest to one text, before and after fine-tuning."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class NearestNeighbours:
    """The K texts nearest to one text in one layer, under V variants (``pretrained``, ``fine-tuned``).

    `index` is the text's line in the run's predictions; `neighbours`, shape (V, K), are lines of the same,
    the nearest first, and `distance`, shape (V, K), their Euclidean distances in units of the typical one
    (the median from this text to all others under that variant): training stretches the space.
    """

    variants: tuple[str, ...]
    layer: int
    index: int
    neighbours: NDArray[np.int64] = field(compare=False)
    distance: NDArray[np.float64] = field(compare=False)

    @property
    def kept(self) -> NDArray[np.int64]:
        """Neighbours under the first variant that are neighbours under the last, the nearest first."""
        first, last = self.neighbours[0], self.neighbours[-1]
        return np.asarray([one for one in first if one in last], dtype=np.int64)

    def frame(self) -> pd.DataFrame:
        """One line per variant and neighbour: place from 1, its line, distance."""
        v, k = self.neighbours.shape
        return pd.DataFrame(
            {
                "model": np.repeat(np.asarray(self.variants, dtype=object), k),
                "place": np.tile(np.arange(1, k + 1), v),
                "index": self.neighbours.ravel(),
                "distance": self.distance.ravel(),
            }
        )
