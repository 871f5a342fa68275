"""What augmentation makes of a few training texts."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class AugmentationPreview:
    """Training texts and one altered copy of each, with how many words were left out, swapped and added."""

    original: tuple[str, ...]
    altered: tuple[str, ...]
    left_out: tuple[int, ...]
    swapped: tuple[int, ...]
    added: tuple[int, ...]

    def frame(self) -> pd.DataFrame:
        """One line per copy: original, altered, left out, swapped, added."""
        return pd.DataFrame(
            {
                "original": self.original,
                "altered": self.altered,
                "left out": self.left_out,
                "swapped": self.swapped,
                "added": self.added,
            }
        )
