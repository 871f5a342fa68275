"""Labelled rows with pseudo-labelled ones among them, as a training task."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations import Compute, ProgressCallback, no_progress
from translearn_core.training.self_training.pseudo_labels import PseudoLabels
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import Inputs, TransferModel
from translearn_core.transfer.objectives import Objective


@dataclass(frozen=True)
class PseudoLabelledRows:
    """Rows of `labelled`, and rows with a pseudo-label that train beside them with a `weight`.

    `n_rows` counts the rows of the inputs. Validation and metrics are of rows with a label alone.
    """

    labelled: TrainingRows
    n_rows: int
    weight: float
    pseudo: PseudoLabels
    groups: ClassVar[None] = None
    sampler: ClassVar[None] = None
    learned_weights: ClassVar[Mapping[str, float]] = {}

    @property
    def train(self) -> NDArray[np.int64]:
        """Training rows, those with a pseudo-label last."""
        return np.concatenate([self.labelled.train, self.pseudo.rows])

    @property
    def validation(self) -> NDArray[np.int64]:
        """Validation rows."""
        return self.labelled.validation

    @property
    def objective(self) -> Objective:
        """Objective of the labelled rows."""
        return self.labelled.objective

    @property
    def targets(self) -> Tensor:
        """Class of every row of the inputs, 0 where there is none."""
        targets = torch.zeros(self.n_rows, dtype=torch.int64)
        targets[: len(self.labelled.target.values)] = self.labelled.targets
        targets[torch.from_numpy(self.pseudo.rows)] = torch.from_numpy(self.pseudo.labels)
        return targets

    @property
    def weights(self) -> Tensor | None:
        """Weight of every row: of pseudo-labelled ones `weight`, times that of their class."""
        own = self.labelled.weights
        if own is None and self.weight == 1:
            return None
        weights = torch.ones(self.n_rows)
        rows, labels = torch.from_numpy(self.pseudo.rows), torch.from_numpy(self.pseudo.labels)
        if own is not None:
            weights[: len(own)] = own
            train = torch.from_numpy(self.labelled.train)
            of_class = torch.ones(self.labelled.target.n_outputs)
            of_class[self.labelled.targets[train]] = own[train]
            weights[rows] = of_class[labels]
        weights[rows] *= self.weight
        return weights

    @property
    def selection(self) -> str:
        """Validation metric that selects the best epoch."""
        return self.labelled.selection

    def with_labels(self, pseudo: PseudoLabels) -> "PseudoLabelledRows":
        """Return the task with other pseudo-labels."""
        return replace(self, pseudo=pseudo)

    def at_stage(self, stage: int) -> "PseudoLabelledRows":
        """Return the same rows."""
        del stage
        return self

    def metrics(self, rows: NDArray[np.int64], outputs: Tensor) -> dict[str, float]:
        """Return the metrics of the outputs of those of some rows that have a label."""
        labelled = rows < len(self.labelled.target.values)
        return self.labelled.metrics(rows[labelled], outputs[torch.from_numpy(labelled)])

    def validate(
        self, model: TransferModel, inputs: Inputs, compute: Compute, report: ProgressCallback = no_progress
    ) -> dict[str, float]:
        """Return loss and metrics on the validation rows."""
        return self.labelled.validate(model, inputs, compute, report)
