"""2-D projections of the same texts in every layer of a model, for an animation."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.results.diagnostics.projection import take_names

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ProjectionAnimation:
    """N texts in L layers under V variants (``pretrained``, ``fine-tuned``).

    `coordinates` has shape (V, L, N, 2): two axes per layer, common to all variants and rotated to align
    each layer with the one before. Shape (V, L): `purity` (share of a test text's 10 nearest neighbours, in
    full width, with its label), its 95 % interval `low` to `high`, and `silhouette` (in [-1, 1]). `kept`,
    shape (L,), is the overlap of a text's 10 nearest neighbours between the first and the last variant;
    `chance` is the purity of random neighbours. `index` names lines of the run's predictions; `label` indexes
    `classes`, `split` indexes `splits`.
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
    overlap: FloatArray = field(compare=False)
    index: NDArray[np.int64] = field(compare=False)
    label: NDArray[np.int64] = field(compare=False)
    split: NDArray[np.int64] = field(compare=False)

    def frame(self) -> pd.DataFrame:
        """Return one row per variant and layer: purity with its interval, silhouette, overlap."""
        return pd.DataFrame(
            [
                {
                    "model": variant,
                    "layer": layer,
                    "same-class neighbours": self.purity[v, layer],
                    "low": self.low[v, layer],
                    "high": self.high[v, layer],
                    "silhouette": self.silhouette[v, layer],
                    "neighbours kept": self.overlap[layer],
                }
                for v, variant in enumerate(self.variants)
                for layer in range(self.purity.shape[1])
            ]
        )

    def points(self) -> pd.DataFrame:
        """Return one row per variant, layer and text: line in the predictions, split, label, x and y."""
        variants, layers, texts, _ = self.coordinates.shape
        return pd.DataFrame(
            {
                "model": np.repeat(np.asarray(self.variants, dtype=object), layers * texts),
                "layer": np.tile(np.repeat(np.arange(layers), texts), variants),
                "index": np.tile(self.index, variants * layers),
                "split": np.tile(take_names(self.splits, self.split), variants * layers),
                "label": np.tile(take_names(self.classes, self.label), variants * layers),
                "x": self.coordinates[..., 0].ravel(),
                "y": self.coordinates[..., 1].ravel(),
            }
        )
