"""Rows with several targets as a training task: packed values, weights, groups, metrics, validation."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations import Compute, ProgressCallback, no_progress
from translearn_core.config import ClassWeights, RegressionLoss
from translearn_core.results.metric import LOSS, MEAN_SCORE, metric_of_target
from translearn_core.tasks import JointTarget
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import Classifier, Inputs, TransferModel, predict
from translearn_core.transfer.joint_objective import JointObjective, TargetLoss, pack, packed_widths
from translearn_core.transfer.target_heads import output_slices


@dataclass(frozen=True)
class JointRows:
    """Indices of training and validation rows; `target` has the values of several targets of every row.

    `loss_weights` weigh the losses of the targets, unless the model learns `log_variances`. `sequential`:
    each stage trains one target, in their order.
    """

    target: JointTarget
    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    weighting: ClassWeights = ClassWeights.NONE
    regression_loss: RegressionLoss = RegressionLoss.MSE
    loss_weights: tuple[float, ...] = ()
    log_variances: Tensor | None = field(default=None, compare=False)
    sequential: bool = False

    selection: ClassVar[str] = MEAN_SCORE
    sampler: ClassVar[None] = None

    def for_model(self, model: Classifier) -> "JointRows":
        """Return the rows with the loss weights that a model learns, if it learns any."""
        heads = model.target_heads
        return self if heads is None else replace(self, log_variances=heads.log_variances)

    @cached_property
    def single(self) -> tuple[TrainingRows, ...]:
        """Rows of each target alone, those with a value of it."""
        rows = []
        for part in self.target.parts:
            train, validation = (index[part.known_rows[index]] for index in (self.train, self.validation))
            rows.append(TrainingRows(part, train, validation, self.weighting, self.regression_loss))
        return tuple(rows)

    @cached_property
    def output_slices(self) -> tuple[slice, ...]:
        """Columns of each target among the outputs."""
        return output_slices([part.n_outputs for part in self.target.parts])

    @cached_property
    def objective(self) -> JointObjective:
        """Sum of the losses of all targets, each fitted to its training rows."""
        values = output_slices(packed_widths(self.target.parts))
        weights = self.loss_weights or (1.0,) * len(self.target.parts)
        parts = (
            TargetLoss(rows.objective, rows.target.problem, outputs, own, weight)
            for rows, outputs, own, weight in zip(
                self.single, self.output_slices, values, weights, strict=True
            )
        )
        return JointObjective(tuple(parts), self.log_variances)

    @cached_property
    def targets(self) -> Tensor:
        """Values of every row, see `pack`."""
        return pack(self.target.parts)

    @cached_property
    def weights(self) -> Tensor | None:
        """Balanced weights of each target's classes, packed as the values are."""
        if self.weighting is ClassWeights.NONE:
            return None
        weights = []
        for rows, width in zip(self.single, packed_widths(self.target.parts), strict=True):
            own = rows.weights
            assert own is not None
            own = own.reshape(len(own), -1).expand(-1, width)
            weights.append(torch.where(torch.from_numpy(rows.target.known_rows)[:, None], own, 1.0))
        return torch.cat(weights, dim=1)

    @cached_property
    def groups(self) -> NDArray[np.int64] | None:
        """Group of each row by the targets that it has values of; None if all rows have all.

        Words stay in the batch of their sentence, whichever of their tags are known.
        """
        known = self.target.values
        if known[self.train].all() or self.target.sentence is not None:
            return None
        return np.unique(known, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)

    @property
    def learned_weights(self) -> dict[str, float]:
        """Current weight of each target's loss by its column; empty if none are learned."""
        if self.log_variances is None:
            return {}
        columns = (part.column for part in self.target.parts)
        return dict(zip(columns, self.objective.learned_weights(), strict=True))

    def at_stage(self, stage: int) -> "JointRows | RowsOfTarget":
        """Return the rows that train in a stage: those of all targets, or of one if they are sequential."""
        return RowsOfTarget(self, stage) if self.sequential else self

    def metrics(self, rows: NDArray[np.int64], outputs: Tensor) -> dict[str, float]:
        """Return the metrics of each target, named after it, and the mean of those that select."""
        every: list[Mapping[str, float]] = []
        for one, columns in zip(self.single, self.output_slices, strict=True):
            known = one.target.known_rows[rows]
            every.append(one.metrics(rows[known], outputs[known][:, columns]) if known.any() else {})
        return self._named(every)

    def validate(
        self, model: TransferModel, inputs: Inputs, compute: Compute, report: ProgressCallback = no_progress
    ) -> dict[str, float]:
        """Return loss and metrics on the validation rows: of all targets, and of each, named after it.

        The loss is the weighted sum of the mean losses of the targets.
        """
        rows = self.validation
        if not len(rows):
            return {LOSS: math.nan}
        assert isinstance(model, Classifier)
        outputs = torch.from_numpy(predict(model, inputs, rows, compute, report).logits)
        every = []
        for one, columns in zip(self.single, self.output_slices, strict=True):
            known = one.target.known_rows[rows]
            every.append(one.scores(rows[known], outputs[known][:, columns]))
        loss = self.objective.weighted_losses([scores[LOSS] for scores in every])
        return {LOSS: loss} | self._named(every)

    def _named(self, every: Sequence[Mapping[str, float]]) -> dict[str, float]:
        """Return the scores of all targets in one mapping, after the mean of those that select."""
        chosen = [scores.get(one.selection, math.nan) for one, scores in zip(self.single, every, strict=True)]
        named = {
            metric_of_target(one.target.column, name): value
            for one, scores in zip(self.single, every, strict=True)
            for name, value in scores.items()
        }
        return {MEAN_SCORE: float(np.nan_to_num(chosen).mean())} | named


@dataclass(frozen=True)
class RowsOfTarget:
    """Rows of several targets of which one trains, number `active`; all are measured."""

    every: JointRows
    active: int
    groups: ClassVar[None] = None
    sampler: ClassVar[None] = None

    @property
    def train(self) -> NDArray[np.int64]:
        """Training rows with a value of the target."""
        return self.every.single[self.active].train

    @property
    def validation(self) -> NDArray[np.int64]:
        """Validation rows of all targets."""
        return self.every.validation

    @property
    def objective(self) -> JointObjective:
        """Objective of all targets; those without values have no bearing."""
        return self.every.objective

    @property
    def weights(self) -> Tensor | None:
        """Balanced weights of all targets."""
        return self.every.weights

    @property
    def learned_weights(self) -> dict[str, float]:
        """Current weight of each target's loss."""
        return self.every.learned_weights

    @cached_property
    def targets(self) -> Tensor:
        """Packed values, those of the other targets unknown."""
        values = self.every.targets.clone()
        own = self.every.objective.parts[self.active].values
        values[:, : own.start] = torch.nan
        values[:, own.stop :] = torch.nan
        return values

    @property
    def selection(self) -> str:
        """Validation metric of the target."""
        single = self.every.single[self.active]
        return metric_of_target(single.target.column, single.selection)

    def at_stage(self, stage: int) -> "JointRows | RowsOfTarget":
        """Return the rows that train in a stage."""
        return self.every.at_stage(stage)

    def metrics(self, rows: NDArray[np.int64], outputs: Tensor) -> dict[str, float]:
        """Return the metrics of all targets."""
        return self.every.metrics(rows, outputs)

    def validate(
        self, model: TransferModel, inputs: Inputs, compute: Compute, report: ProgressCallback = no_progress
    ) -> dict[str, float]:
        """Return loss and metrics of all targets on the validation rows."""
        return self.every.validate(model, inputs, compute, report)
