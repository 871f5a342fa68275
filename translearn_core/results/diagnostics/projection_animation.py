"""The same texts in every layer of a model, one picture after the other."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.results.diagnostics.projection import names_at

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ProjectionAnimation:
    """N texts in L layers under V variants (``pretrained``, ``fine-tuned``).

    `coordinates` has shape (V, L, N, 2): two directions of each layer, found for all variants together and
    turned so that every layer lies as close as it can to the one before. Shape (V, L): `purity` (share of a
    test text's 10 nearest neighbours, in full width, with its label), its 95 % interval `low` to `high`, and
    `silhouette` (from -1 to 1). `kept`, shape (L,), is the share of its 10 nearest neighbours that a text has
    under the first variant and under the last. `chance` is the purity of neighbours drawn blindly.
    `index` names the lines of the run's predictions; `label` indexes `classes`, `split` indexes `splits`.
    """

    variants: tuple[str, ...]
    classes: tuple[str, ...]
    splits: tuple[str, ...]
    chance: float
    sentence: str
    coordinates: NDArray[np.float32] = field(compare=False)
    purity: FloatArray = field(compare=False)
    low: FloatArray = field(compare=False)
    high: FloatArray = field(compare=False)
    silhouette: FloatArray = field(compare=False)
    kept: FloatArray = field(compare=False)
    index: NDArray[np.int64] = field(compare=False)
    label: NDArray[np.int64] = field(compare=False)
    split: NDArray[np.int64] = field(compare=False)

    def frame(self) -> pd.DataFrame:
        """One line per variant and layer: same-class neighbours with their interval, silhouette, kept."""
        return pd.DataFrame(
            [
                {
                    "model": variant,
                    "layer": layer,
                    "same-class neighbours": self.purity[v, layer],
                    "low": self.low[v, layer],
                    "high": self.high[v, layer],
                    "silhouette": self.silhouette[v, layer],
                    "neighbours kept": self.kept[layer],
                }
                for v, variant in enumerate(self.variants)
                for layer in range(self.purity.shape[1])
            ]
        )

    def points(self) -> pd.DataFrame:
        """One line per variant, layer and text: its line in the predictions, split, label, x and y."""
        variants, layers, texts, _ = self.coordinates.shape
        pictures = variants * layers
        return pd.DataFrame(
            {
                "model": np.repeat(np.asarray(self.variants, dtype=object), layers * texts),
                "layer": np.tile(np.repeat(np.arange(layers), texts), variants),
                "index": np.tile(self.index, pictures),
                "split": np.tile(names_at(self.splits, self.split), pictures),
                "label": np.tile(names_at(self.classes, self.label), pictures),
                "x": self.coordinates[..., 0].ravel(),
                "y": self.coordinates[..., 1].ravel(),
            }
        )
