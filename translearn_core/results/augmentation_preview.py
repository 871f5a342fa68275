"""Preview of data augmentation."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class AugmentationPreview:
    """Training texts, one augmented copy of each, and its numbers of words left out, swapped and added."""

    original: tuple[str, ...]
    altered: tuple[str, ...]
    left_out: tuple[int, ...]
    swapped: tuple[int, ...]
    added: tuple[int, ...]

    def frame(self) -> pd.DataFrame:
        """Return one row per copy: original, altered, left out, swapped, added."""
        return pd.DataFrame(vars(self)).rename(columns={"left_out": "left out"})
