"""Conflict of the gradients of several targets in the shared parts of a model."""

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class GradientConflict:
    """Cosines between the gradients of pairs of targets, by part of the backbone.

    `cosines`: part, first, second, cosine (mean over batches), low, high (its 95 % interval), conflicting
    (share of the batches with a cosine below 0).
    """

    batches: int
    rows: int
    sentences: tuple[str, ...]
    cosines: pd.DataFrame = field(compare=False)

    def frame(self) -> pd.DataFrame:
        """Return one row per part and pair of targets."""
        return self.cosines
