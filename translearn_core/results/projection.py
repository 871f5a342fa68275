"""Texts as points on a plane: one layer of a run, before and after fine-tuning."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class Projection:
    """Coordinates of the same texts under V variants (``pretrained``, ``fine-tuned``).

    `coordinates` has shape (V, points, 2), float32; `label`, `predicted` index `classes`; `split` indexes
    `splits`; `row` is
    the row number in the file and `index` the line in the run's predictions. `purity[v]` is the share of
    each test point's 10 nearest neighbours, in
    the full width of that layer, with the point's label: the number to read beside the picture.
    `settings` holds
    method, layer, seed and the method's own parameters, as strings for display.
    """

    variants: tuple[str, ...]
    classes: tuple[str, ...]
    splits: tuple[str, ...]
    settings: dict[str, str]
    purity: tuple[float, ...]
    total: int
    coordinates: NDArray[np.float32] = field(compare=False)
    row: NDArray[np.int64] = field(compare=False)
    index: NDArray[np.int64] = field(compare=False)
    label: NDArray[np.int64] = field(compare=False)
    predicted: NDArray[np.int64] = field(compare=False)
    split: NDArray[np.int64] = field(compare=False)

    def frame(self) -> pd.DataFrame:
        """One line per text: row, split, label, predicted, and x and y of each variant."""
        frame = pd.DataFrame(
            {
                "row": self.row,
                "split": names_at(self.splits, self.split),
                "label": names_at(self.classes, self.label),
                "predicted": names_at(self.classes, self.predicted),
            }
        )
        for v, variant in enumerate(self.variants):
            frame[f"x {variant}"], frame[f"y {variant}"] = self.coordinates[v].T
        return frame


def names_at(names: Sequence[str], at: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return the name that each of the indices `at` stands for."""
    return np.asarray(names, dtype=object)[at]
