"""Texts as points on a plane: one layer of a run, before and after fine-tuning."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.results.evaluation import Interval


@dataclass(frozen=True)
class NeighbourhoodQuality:
    """How texts of one class lie together in the full width of a layer, and how far its picture shows it.

    `purity` is the share of a test text's 10 nearest neighbours, among all texts, that carry its label, with
    its 95 % interval over the test texts asked; `silhouette` of the test texts runs from -1 to 1 (Rousseeuw
    1987); `trustworthiness` of the picture from 0 to 1 (Venna & Kaski 2001). Each is NaN where too few texts
    were there to ask.
    """

    purity: float
    interval: Interval
    silhouette: float
    trustworthiness: float


@dataclass(frozen=True)
class Projection:
    """Coordinates of the same N texts under V variants (``pretrained``, ``fine-tuned``).

    `coordinates` has shape (V, N, 2), float32; `label`, `predicted` index `classes`; `split` indexes
    `splits`; `row` is the row number in the file and `index` the line in the run's predictions, of which
    there are `total`. `shown`, shape (at most 50,000,), says which of the N a screen draws: all, or a
    stratified sample. `nearness` holds one entry a variant: the numbers to read beside the pictures. `chance`
    is the purity of neighbours drawn blindly, `kept` the share of its 10 nearest neighbours that a text has
    in the first variant and in the last, with its 95 % interval. `sentence` says what they come to.
    `settings` holds method, layer, seed and the method's own parameters, as strings for display.
    """

    variants: tuple[str, ...]
    classes: tuple[str, ...]
    splits: tuple[str, ...]
    settings: dict[str, str]
    nearness: tuple[NeighbourhoodQuality, ...]
    chance: float
    kept: float
    kept_interval: Interval
    sentence: str
    total: int
    coordinates: NDArray[np.float32] = field(compare=False)
    row: NDArray[np.int64] = field(compare=False)
    index: NDArray[np.int64] = field(compare=False)
    label: NDArray[np.int64] = field(compare=False)
    predicted: NDArray[np.int64] = field(compare=False)
    split: NDArray[np.int64] = field(compare=False)
    shown: NDArray[np.int64] = field(compare=False)

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
