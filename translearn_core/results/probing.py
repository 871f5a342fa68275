"""What a linear classifier finds in every layer, before and after fine-tuning."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.results.evaluation import Interval

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ProbeScores:
    """Linear-probe accuracies, fractions in [0, 1].

    V variants (``pretrained``, ``fine-tuned``) × L layers (0 = embeddings, k = after block k-1):
    `cross_validated` has shape (V, L, folds), on the training split; `test`, `low`, `high` have shape (V,
    L), the test score and its
    95 % bootstrap interval. `majority` and `tfidf` are the test lines every layer must be read against.
    """

    variants: tuple[str, ...]
    cross_validated: FloatArray = field(compare=False)
    test: FloatArray = field(compare=False)
    low: FloatArray = field(compare=False)
    high: FloatArray = field(compare=False)
    majority: float = 0.0
    tfidf: float = 0.0
    tfidf_interval: Interval = field(default=Interval(0.0, 0.0))
    n_train: int = 0
    n_test: int = 0
    folds: int = 5
    seed: int = 0

    def frame(self) -> pd.DataFrame:
        """One line per variant and layer: cross-validated mean and spread, test and its interval."""
        return pd.DataFrame(
            [
                {
                    "model": variant,
                    "layer": layer,
                    "cross-validated": float(self.cross_validated[v, layer].mean()),
                    "fold deviation": float(self.cross_validated[v, layer].std(ddof=1)),
                    "test": float(self.test[v, layer]),
                    "test low": float(self.low[v, layer]),
                    "test high": float(self.high[v, layer]),
                }
                for v, variant in enumerate(self.variants)
                for layer in range(self.test.shape[1])
            ]
        )
