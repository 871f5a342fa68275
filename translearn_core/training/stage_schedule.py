"""Schedule of training stages: which parameters train in each, and when it ends."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import Parameter

from translearn_core.config import Stage, TaskOrder, TrainingConfig
from translearn_core.config.lr_schedule import group_by_rate, training_parts
from translearn_core.training import early_stopping
from translearn_core.training.checkpoints.checkpoint import Checkpoint, copies
from translearn_core.training.optimizer import make_optimizer
from translearn_core.transfer import TransferModel


class StageSchedule:
    """Stages `before` and then the `last`, by default the model's own plan.

    A run's position in them is in its `Checkpoint`.
    `restarts`: optimizer and rates start anew in each stage, as where each is one of several targets.
    `trained` maps names to the parameters that train in any stage, `trainable` to those that train now.
    """

    def __init__(
        self,
        model: TransferModel,
        training: TrainingConfig,
        before: Sequence[Stage] = (),
        *,
        last: Stage | None = None,
        restarts: bool = False,
    ) -> None:
        self.restarts = bool(before) and (restarts or training.task_order is TaskOrder.SEQUENTIAL)
        self.model, self.training, self.parts = model, training, model.parts
        plan = Stage(freeze=model.max_plan, epochs=training.epochs, patience=training.patience)
        self.stages = (*before, plan if last is None else last)
        named = dict(model.named_parameters())
        self.trained = {name: named[name] for name in sorted(model.trained_names)}
        self.trainable: dict[str, Parameter] = {}
        self._optimizer: torch.optim.Optimizer | None = None

    @property
    def optimizer(self) -> torch.optim.Optimizer:
        """Optimizer of the current stage, over `trainable` alone."""
        assert self._optimizer is not None
        return self._optimizer

    def stage(self, state: Checkpoint) -> Stage:
        """Return the current stage."""
        return self.stages[state.stage]

    def is_last_stage(self, state: Checkpoint) -> bool:
        """Whether the current stage is the last one, the model's own plan."""
        return state.stage == len(self.stages) - 1

    def start_stage(self, state: Checkpoint) -> None:
        """Unfreeze the parameters of the current stage; those trained before keep their optimizer moments."""
        plan = self.stage(state).freeze
        self.model.freeze(plan)
        self.trainable = {name: p for name, p in self.trained.items() if p.requires_grad}
        for name, parameter in self.trained.items():
            if name not in self.trainable:
                parameter.grad = None
        self._optimizer = make_optimizer(self.trainable, self.parts, self.training, self._optimizer)
        parts = training_parts(plan, self.model.loaded_backbone.n_blocks)
        state.stage_started_at = group_by_rate(state.stage_started_at, parts, state.step)

    @torch.no_grad()
    def set_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Copy weights of trained parameters by name; those that are missing stay."""
        for name, parameter in self.trained.items():
            if name in weights:
                parameter.copy_(weights[name])

    def next_stage(self, state: Checkpoint) -> None:
        """Start the next stage."""
        state.stage += 1
        state.stage_epoch = 0
        early_stopping.reset(state)
        if self.restarts:
            self._optimizer, state.stage_started_at = None, {}
        self.start_stage(state)

    def finished(self, state: Checkpoint) -> bool:
        """Whether the current stage is over: its epochs are done or its patience is exhausted."""
        stage = self.stage(state)
        ends = state.stage_epoch >= stage.epochs or early_stopping.out_of_patience(state, stage.patience)
        return state.step_in_epoch == 0 and ends

    def planned_steps(self, state: Checkpoint, steps_per_epoch: int) -> int:
        """Return the total steps at the end of the run, if no stage ends early."""
        began = state.step - state.stage_epoch * steps_per_epoch - state.step_in_epoch
        return began + steps_per_epoch * sum(stage.epochs for stage in self.stages[state.stage :])

    def scheduled_steps(self, state: Checkpoint, steps_per_epoch: int) -> int:
        """Return the step at which the rates of the current stage end: its own end if each starts anew."""
        if not self.restarts:
            return self.planned_steps(state, steps_per_epoch)
        began = state.step - state.stage_epoch * steps_per_epoch - state.step_in_epoch
        return began + steps_per_epoch * self.stage(state).epochs

    def record_epoch(self, state: Checkpoint, score: float) -> bool:
        """Update `state` with an epoch's validation score; return whether it is the best so far.

        The best weights are copied. Every epoch counts as the best so far if the last is to be kept, or
        without validation rows, where `score` is NaN.
        """
        best = self.training.keeps_last_epoch or not score <= state.best_score  # True for NaN
        state.epoch, state.step_in_epoch, state.stage_epoch = state.epoch + 1, 0, state.stage_epoch + 1
        if best:
            state.best_score, state.best_epoch, state.best = score, state.epoch, copies(self.trained)
            state.best_moved = list(state.had_gradient)
        early_stopping.record(state, score)
        return best
