"""Snapshots of a training: projections and probe scores over time."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.results.diagnostics.projection import take_names
from translearn_core.results.metric import metric_of

REPLAYED = 250
"""Number of training texts, and of test texts, whose vectors each snapshot keeps."""
MAX_SNAPSHOTS = 8
"""Most snapshots of a run with one stage, evenly spaced, beside the start."""


def snapshot_epochs(epochs: int, stages: int) -> int:
    """Return the number of snapshots of a run with the start; `stages` are those before the plan itself."""
    return 1 + (stages + 1 if stages else epochs // snapshot_stride(epochs))


def snapshot_stride(epochs: int) -> int:
    """Return the number of epochs between two snapshots of a run with one stage."""
    return -(-epochs // MAX_SNAPSHOTS)


@dataclass(frozen=True)
class Snapshot:
    """Hidden states of some rows after an epoch; epoch 0 is before any training.

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
    """N texts at M moments of a training, usually from before the first step; L layers.

    `moments` are the moments in words; `epochs`, `steps` and `stages` in numbers (stages from 0).
    `coordinates`, shape (M, N, 2), projects layer `layer` on two axes common to all moments. `index` names
    lines of the run's predictions; `label` indexes `classes` (`Problem.strata`), `split` indexes `splits`.

    Shape (M, L), per layer: `score`, `low` and `high` are the test score of a linear probe trained on the
    training texts among the N, with its 95 % interval; `purity` is the share of a test text's 10 nearest
    neighbours, in full width, of its stratum; `c` is the strength that cross-validation chose for the probe.
    `metric` names the score, that of the row scores (`Problem.row_metric`); `constant_baseline` is that of
    the best constant prediction, called `constant_name`.
    """

    layer: int
    classes: tuple[str, ...]
    splits: tuple[str, ...]
    moments: tuple[str, ...]
    epochs: tuple[int, ...]
    steps: tuple[int, ...]
    stages: tuple[int, ...]
    metric: str
    constant_name: str
    constant_baseline: float
    n_train: int
    n_test: int
    coordinates: NDArray[np.float32] = field(compare=False)
    index: NDArray[np.int64] = field(compare=False)
    label: NDArray[np.int64] = field(compare=False)
    split: NDArray[np.int64] = field(compare=False)
    score: NDArray[np.float64] = field(compare=False)
    low: NDArray[np.float64] = field(compare=False)
    high: NDArray[np.float64] = field(compare=False)
    purity: NDArray[np.float64] = field(compare=False)
    c: NDArray[np.float64] = field(compare=False)

    @property
    def score_column(self) -> str:
        """Table column of the probe's score."""
        return f"probe {metric_of(self.metric).column}"

    def frame(self) -> pd.DataFrame:
        """Return one row per moment and layer: moment, probe score with its interval, C, purity."""
        moments, layers = self.score.shape
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
                self.score_column: self.score.ravel(),
                "low": self.low.ravel(),
                "high": self.high.ravel(),
                "C": self.c.ravel(),
                "label agreement": self.purity.ravel(),
            }
        )

    def points(self) -> pd.DataFrame:
        """Return one row per moment and text: line in the predictions, split, label, x and y."""
        moments, texts, _ = self.coordinates.shape
        return pd.DataFrame(
            {
                "moment": np.repeat(np.asarray(self.moments, dtype=object), texts),
                "index": np.tile(self.index, moments),
                "split": np.tile(take_names(self.splits, self.split), moments),
                "label": np.tile(take_names(self.classes, self.label), moments),
                "x": self.coordinates[:, :, 0].ravel(),
                "y": self.coordinates[:, :, 1].ravel(),
            }
        )


@dataclass(frozen=True)
class LayerMix:
    """Learned mix of layers: weights that sum to 1, from 0 = embeddings, and a scale factor."""

    weights: tuple[float, ...]
    factor: float

    def frame(self) -> pd.DataFrame:
        """Return one row per layer: its weight, and the uniform weight."""
        layers = len(self.weights)
        return pd.DataFrame({"layer": range(layers), "weight": self.weights, "even weight": 1 / layers})
