"""Training and validation rows, and class weights."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.config import ClassWeights


@dataclass(frozen=True)
class TrainingRows:
    """Indices of training and validation rows; `labels` has one class index per row of the inputs.

    Without validation rows the last epoch counts as the best.
    """

    labels: NDArray[np.int64]
    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    classes: int

    @property
    def absent(self) -> list[int]:
        """Classes without a training row."""
        return sorted(set(range(self.classes)) - set(self.labels[self.train].tolist()))


def class_weights(rows: TrainingRows, weighting: ClassWeights) -> Tensor | None:
    """Return a weight per class, inverse to its frequency, mean 1 over training rows; None if unweighted."""
    if weighting is ClassWeights.NONE:
        return None
    counts = np.bincount(rows.labels[rows.train], minlength=rows.classes).astype(np.float64)
    weights = np.where(counts > 0, counts.sum() / (np.count_nonzero(counts) * np.maximum(counts, 1)), 0.0)
    return torch.from_numpy(weights.astype(np.float32))
