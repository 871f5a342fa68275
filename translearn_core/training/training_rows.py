"""Target rows as a training task: weights, metrics, validation."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations import Compute, ProgressCallback, no_progress
from translearn_core.config import ClassWeights, RegressionLoss
from translearn_core.results.metric import LOSS
from translearn_core.tasks import PROBLEMS, Problem, Target
from translearn_core.tasks.problem import Outputs
from translearn_core.training.contrastive.text_pairs import TextPairs
from translearn_core.transfer import Classifier, Inputs, TransferModel, predict
from translearn_core.transfer.objectives import OBJECTIVES, Objective
from translearn_core.transfer.prediction import activate


@dataclass(frozen=True)
class TrainingRows:
    """Indices of training and validation rows; `target` has one value per row of the inputs.

    `importance` is a weight per row, for source rows that are to stand for a target domain. `pairs` train in
    the first stage, if there are any, before labels do.
    """

    target: Target
    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    weighting: ClassWeights = ClassWeights.NONE
    regression_loss: RegressionLoss = RegressionLoss.MSE
    importance: NDArray[np.float32] | None = field(default=None, compare=False)
    pairs: TextPairs | None = field(default=None, compare=False)
    groups: ClassVar[None] = None
    sampler: ClassVar[None] = None
    learned_weights: ClassVar[Mapping[str, float]] = {}

    @property
    def problem(self) -> Problem:
        """Definition of the target's problem type."""
        return PROBLEMS[self.target.problem]

    @cached_property
    def objective(self) -> Objective:
        """Objective of the target's problem type, fitted to the training rows."""
        return OBJECTIVES[self.target.problem].fit(self.targets[self.train], self.regression_loss)

    @property
    def selection(self) -> str:
        """Validation metric that selects the best epoch."""
        return self.problem.selection

    @property
    def targets(self) -> Tensor:
        """Target value of every row."""
        values = torch.tensor(self.target.values)  # copied: arrays from a file may be read-only
        return values.float() if values.is_floating_point() else values

    @cached_property
    def weights(self) -> Tensor | None:
        """Balanced weights, see `balanced_weights`, times the importance of the rows."""
        importance = None if self.importance is None else torch.from_numpy(self.importance)
        if self.weighting is ClassWeights.NONE:
            return importance
        balanced = torch.from_numpy(balanced_weights(self.problem.split_strata(self.target), self.train))
        if importance is None:
            return balanced
        return balanced * (importance if balanced.ndim == 1 else importance[:, None])

    def at_stage(self, stage: int) -> "TrainingRows | TextPairs":
        """Return the same rows, which train in every stage but one of pairs."""
        return self if self.pairs is None or stage else self.pairs

    def metrics(self, rows: NDArray[np.int64], outputs: Tensor) -> dict[str, float]:
        """Return metrics of the outputs of some rows before activation, shape (len(rows), n_outputs)."""
        return self._metrics(rows, activate(self.target.problem, outputs))

    def _metrics(self, rows: NDArray[np.int64], outputs: Outputs) -> dict[str, float]:
        """Return metrics of outputs, at the best thresholds for these rows where there are any."""
        target = self.problem.choose_thresholds(self.target, rows, outputs)
        return self.problem.point_metrics(target, rows, outputs)

    def validate(
        self, model: TransferModel, inputs: Inputs, compute: Compute, report: ProgressCallback = no_progress
    ) -> dict[str, float]:
        """Return loss and metrics on the validation rows; the loss is NaN if there are none.

        Rows of a stratum without training rows, such as an unseen class, have no bearing on the loss.
        """
        rows = self.validation
        if not len(rows):
            return {LOSS: math.nan}
        assert isinstance(model, Classifier)
        return self.scores(rows, torch.from_numpy(predict(model, inputs, rows, compute, report).logits))

    def scores(self, rows: NDArray[np.int64], outputs: Tensor) -> dict[str, float]:
        """Return loss and metrics of the outputs of some rows before activation.

        Rows of a stratum without training rows have no bearing on the loss.
        """
        strata = self.problem.strata(self.target)
        losses = self.objective.loss(outputs, self.targets[rows]).numpy()
        known = losses[np.isin(strata[rows], strata[self.train])].astype(np.float64)
        loss = float(known.mean()) if len(known) else math.nan
        return {LOSS: loss} | self.metrics(rows, outputs)


def balanced_weights(strata: NDArray[Any], train: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return weights inverse to the frequency among training rows, with mean 1 over them.

    Of strata, shape (rows,): a weight per row; 0 without training rows. Of a mask of strata, shape
    (rows, strata): a weight for each, by the frequency of rows within or without it, as positive weights in
    a binary cross-entropy.
    """
    if strata.ndim > 1:
        share = strata[train].mean(axis=0)
        inside, outside = (0.5 / np.maximum(s, 0.5 / len(train)) for s in (share, 1 - share))
        return np.asarray(np.where(strata, inside, outside), dtype=np.float32)
    counts = np.bincount(strata[train], minlength=strata.max() + 1).astype(np.float64)
    mean = counts.sum() / np.count_nonzero(counts)
    weights = np.where(counts > 0, mean / np.maximum(counts, 1), 0.0).astype(np.float32)
    result: NDArray[np.float32] = weights[strata]
    return result
