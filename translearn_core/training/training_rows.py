"""Classification as a training task: labelled rows, class weights, validation metrics."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations import Compute, ProgressCallback, no_progress
from translearn_core.config import ClassWeights
from translearn_core.tasks.classification_metrics import accuracy, confusion, macro_f1
from translearn_core.transfer import Classifier, Inputs, TransferModel, predict
from translearn_core.transfer.objectives import CrossEntropy, Objective


@dataclass(frozen=True)
class TrainingRows:
    """Indices of training and validation rows; `labels` has one class index per row of the inputs."""

    labels: NDArray[np.int64]
    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    classes: int
    weighting: ClassWeights = ClassWeights.NONE
    objective: ClassVar[Objective] = CrossEntropy()

    @property
    def absent(self) -> list[int]:
        """Classes without a training row."""
        return sorted(set(range(self.classes)) - set(self.labels[self.train].tolist()))

    @property
    def targets(self) -> Tensor:
        """Class index of every row."""
        return torch.tensor(self.labels)  # copied: arrays from a file may be read-only

    @cached_property
    def weights(self) -> Tensor | None:
        """Weight per class, inverse to its frequency, mean 1 over training rows; None if unweighted."""
        if self.weighting is ClassWeights.NONE:
            return None
        counts = np.bincount(self.labels[self.train], minlength=self.classes).astype(np.float64)
        mean = counts.sum() / np.count_nonzero(counts)
        return torch.from_numpy(np.where(counts > 0, mean / np.maximum(counts, 1), 0.0).astype(np.float32))

    def metrics(self, rows: NDArray[np.int64], outputs: Tensor) -> tuple[float, float]:
        """Return accuracy and macro-F1 of the logits of some rows, shape (len(rows), classes)."""
        counts = confusion(self.labels[rows], outputs.argmax(-1).numpy(), self.classes)
        return accuracy(counts), macro_f1(counts)

    def validate(
        self, model: TransferModel, inputs: Inputs, compute: Compute, report: ProgressCallback = no_progress
    ) -> tuple[float, float, float]:
        """Return loss (nats), accuracy and macro-F1 on the validation rows; NaN if there are none.

        Rows of a class without training rows count as errors; their infinite loss is left out.
        """
        if not len(self.validation):
            return math.nan, math.nan, math.nan
        assert isinstance(model, Classifier)
        scores = predict(model, inputs, self.validation, compute, report).probabilities
        labels = self.labels[self.validation]
        counts = confusion(labels, scores.argmax(1), self.classes)
        known = ~np.isin(labels, self.absent)
        true_class = np.clip(scores[np.arange(len(labels)), labels], 1e-12, None)[known]
        loss = float(-np.log(true_class).mean()) if known.any() else math.nan
        return loss, accuracy(counts), macro_f1(counts)
