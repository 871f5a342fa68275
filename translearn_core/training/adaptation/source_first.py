"""Rows of a source domain that train first, then labelled rows of the target."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations import Compute, ProgressCallback, no_progress
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import Inputs, TransferModel
from translearn_core.transfer.objectives import Objective


@dataclass(frozen=True)
class SourceFirst:
    """Rows of two domains of which one trains in each stage; all are measured as `every` says.

    `of_target`, shape (rows,), says which rows belong to the target domain.
    """

    every: TrainingRows
    of_target: NDArray[np.bool_]
    stage: int = 0
    groups: ClassVar[None] = None
    sampler: ClassVar[None] = None
    learned_weights: ClassVar[Mapping[str, float]] = {}

    @property
    def train(self) -> NDArray[np.int64]:
        """Training rows of the source in the first stage, of the target in the second."""
        rows = self.every.train
        return np.asarray(rows[self.of_target[rows] == (self.stage > 0)], dtype=np.int64)

    @property
    def validation(self) -> NDArray[np.int64]:
        """Validation rows."""
        return self.every.validation

    @property
    def objective(self) -> Objective:
        """Objective of the training rows of both domains."""
        return self.every.objective

    @property
    def weights(self) -> Tensor | None:
        """Weights of the rows of both domains."""
        return self.every.weights

    @property
    def targets(self) -> Tensor:
        """Target value of every row."""
        return self.every.targets

    @property
    def selection(self) -> str:
        """Validation metric that selects the best epoch."""
        return self.every.selection

    def at_stage(self, stage: int) -> "SourceFirst":
        """Return the rows that train in a stage."""
        return replace(self, stage=stage)

    def metrics(self, rows: NDArray[np.int64], outputs: Tensor) -> dict[str, float]:
        """Return the metrics of the outputs of some rows."""
        return self.every.metrics(rows, outputs)

    def validate(
        self, model: TransferModel, inputs: Inputs, compute: Compute, report: ProgressCallback = no_progress
    ) -> dict[str, float]:
        """Return loss and metrics on the validation rows."""
        return self.every.validate(model, inputs, compute, report)
