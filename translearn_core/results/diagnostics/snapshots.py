"""A training looked at again, stage by stage."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.results.diagnostics.projection import names_at

REPLAYED = 250
"""Texts of train, and of test, whose vectors are kept at every moment of a replay."""
LOOKS = 8
"""Epochs of a run in one stage that are looked at, evenly spread."""


def snapshot_epochs(epochs: int, stages: int) -> int:
    """Return how many moments of a run are kept, the start counted; `stages` come before the plan itself."""
    return 1 + (stages + 1 if stages else epochs // snapshot_stride(epochs))


def snapshot_stride(epochs: int) -> int:
    """Return from epoch to epoch how many are between two looks at a run in one stage."""
    return -(-epochs // LOOKS)


@dataclass(frozen=True)
class Snapshot:
    """What every layer makes of some rows after an epoch; epoch 0 is before any training.

    `vectors` has shape (layers, rows, width), float16, pooled as the run pools; `index` names the lines of
    the run's predictions.
    """

    epoch: int
    step: int
    stage: int
    index: NDArray[np.int64] = field(compare=False)
    vectors: NDArray[np.float16] = field(compare=False)


@dataclass(frozen=True)
class Snapshots:
    """The same N texts at M moments of a training, the first one mostly before it; L layers.

    `moments` says in words when it was; `epochs`, `steps` and `stages` say it in numbers (stages from 0).
    `coordinates`, shape (M, N, 2), places the texts by the layer `layer`, on two axes found over all moments
    together, so that a point can be followed. `index` names the lines of the run's predictions; `label`
    indexes `classes`, `split` indexes `splits`.

    Shape (M, L), about every layer: `accuracy`, `low` and `high` are the test score of a linear probe learnt
    from the training texts among the N, with its 95 % bootstrap interval; `purity` is the share of a test
    text's 10 nearest neighbours, in full width, with its label. `majority` is the line to beat.
    """

    layer: int
    classes: tuple[str, ...]
    splits: tuple[str, ...]
    moments: tuple[str, ...]
    epochs: tuple[int, ...]
    steps: tuple[int, ...]
    stages: tuple[int, ...]
    majority: float
    n_train: int
    n_test: int
    coordinates: NDArray[np.float32] = field(compare=False)
    index: NDArray[np.int64] = field(compare=False)
    label: NDArray[np.int64] = field(compare=False)
    split: NDArray[np.int64] = field(compare=False)
    accuracy: NDArray[np.float64] = field(compare=False)
    low: NDArray[np.float64] = field(compare=False)
    high: NDArray[np.float64] = field(compare=False)
    purity: NDArray[np.float64] = field(compare=False)

    def frame(self) -> pd.DataFrame:
        """One line per moment and layer: when, the probe's accuracy with its interval, and the purity."""
        moments, layers = self.accuracy.shape
        when = pd.DataFrame(
            {
                "moment": self.moments,
                "epoch": self.epochs,
                "step": self.steps,
                "stage": [
                    stage + 1 if epoch else 0 for stage, epoch in zip(self.stages, self.epochs, strict=True)
                ],
            }
        )
        frame = when.loc[when.index.repeat(layers)].reset_index(drop=True)
        return frame.assign(
            **{
                "layer": np.tile(np.arange(layers), moments),
                "probe accuracy": self.accuracy.ravel(),
                "low": self.low.ravel(),
                "high": self.high.ravel(),
                "same-class neighbours": self.purity.ravel(),
            }
        )

    def points(self) -> pd.DataFrame:
        """One line per moment and text: when, its line in the predictions, split, label, x and y."""
        moments, texts, _ = self.coordinates.shape
        return pd.DataFrame(
            {
                "moment": np.repeat(np.asarray(self.moments, dtype=object), texts),
                "index": np.tile(self.index, moments),
                "split": np.tile(names_at(self.splits, self.split), moments),
                "label": np.tile(names_at(self.classes, self.label), moments),
                "x": self.coordinates[:, :, 0].ravel(),
                "y": self.coordinates[:, :, 1].ravel(),
            }
        )


@dataclass(frozen=True)
class LayerMix:
    """What a learned mix of layers became: weights that add up to 1, from 0 = embeddings, and a factor."""

    weights: tuple[float, ...]
    factor: float

    def frame(self) -> pd.DataFrame:
        """One line per layer: its weight, and the one that all would have if they counted the same."""
        layers = len(self.weights)
        return pd.DataFrame({"layer": range(layers), "weight": self.weights, "even weight": 1 / layers})
