"""2-D projection of texts in one layer of a run, before and after fine-tuning."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.results.interval_estimate import Estimate


@dataclass(frozen=True)
class NeighbourhoodQuality:
    """Class separation in the full width of a layer, and trustworthiness of its projection.

    `purity` is the share of a test text's 10 nearest neighbours, among all texts, with its label, with its
    95 % interval over test texts; `silhouette` of the test texts lies in [-1, 1] (Rousseeuw 1987),
    `trustworthiness` of the projection in [0, 1] (Venna & Kaski 2001). Each is NaN with too few texts.
    """

    purity: Estimate
    silhouette: float
    trustworthiness: float


@dataclass(frozen=True)
class Projection:
    """Coordinates of the same N texts under V variants (``pretrained``, ``fine-tuned``).

    `coordinates` has shape (V, N, 2), float32; `label`, `predicted` index `classes`, with -1 for a text that
    was not predicted; `split` indexes `splits`; `row` is the row number in the file and `index` the line in
    the run's predictions, of which there are `total`. `shown`, shape (at most 50,000,), indexes the texts to
    draw: all, or a stratified sample. `nearness` has one entry per variant. `chance` is the purity of random
    neighbours, `overlap` that of a text's 10 nearest neighbours between the first and the last variant, with
    its 95 % interval; `sentence` summarises them. `values`, shape (2, N), are true and predicted numbers, of
    which `classes` then are ranges; empty for classes. `settings` holds method, layer, seed and the method's
    parameters as strings. `domains` are those of the texts, `domain`, shape (N,), indexes them; empty
    without. `domain_overlap` has a row per variant and domain: variant, domain, neighbours elsewhere,
    elsewhere by chance, same label there; of test texts, with validation texts if those are of one domain.
    """

    variants: tuple[str, ...]
    classes: tuple[str, ...]
    splits: tuple[str, ...]
    settings: dict[str, str]
    nearness: tuple[NeighbourhoodQuality, ...]
    chance: float
    overlap: Estimate
    sentence: str
    total: int
    coordinates: NDArray[np.float32] = field(compare=False)
    row: NDArray[np.int64] = field(compare=False)
    index: NDArray[np.int64] = field(compare=False)
    label: NDArray[np.int64] = field(compare=False)
    predicted: NDArray[np.int64] = field(compare=False)
    split: NDArray[np.int64] = field(compare=False)
    shown: NDArray[np.int64] = field(compare=False)
    values: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)), compare=False)

    domains: tuple[str, ...] = ()
    domain: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64), compare=False)
    domain_overlap: pd.DataFrame = field(default_factory=pd.DataFrame, compare=False)

    @property
    def numbers(self) -> bool:
        """Whether the run predicts a number."""
        return bool(len(self.values))

    def frame(self) -> pd.DataFrame:
        """Return one row per text: row, split, label, predicted, and x and y of each variant."""
        frame = pd.DataFrame(
            {
                "row": self.row,
                "split": take_names(self.splits, self.split),
                "label": self.values[0] if self.numbers else take_names(self.classes, self.label),
                "predicted": self.values[1]
                if self.numbers
                else take_names((*self.classes, None), self.predicted),
            }
        )
        if self.domains:
            frame["domain"] = take_names((*self.domains, None), self.domain)
        for v, variant in enumerate(self.variants):
            frame[f"x {variant}"], frame[f"y {variant}"] = self.coordinates[v].T
        return frame


def take_names(names: Sequence[str | None], indices: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return the names at `indices`."""
    return np.asarray(names, dtype=object)[indices]
