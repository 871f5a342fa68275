"""The course of a run: its stages one after another, what learns in each, and when one is over."""

from collections.abc import Sequence

import torch
from torch.nn import Parameter

from translearn_core.config import Stage, TrainingConfig
from translearn_core.config.lr_schedule import group_by_rate, training_parts
from translearn_core.training.checkpoint import Checkpoint, copies
from translearn_core.training.optimizer import make_optimizer
from translearn_core.transfer import Classifier


class StageSchedule:
    """The stages `before` and then the model's own plan; where a run stands in them is in its state.

    `trained` holds by name the parameters that train in any stage, `learning` those that train now.
    """

    def __init__(self, model: Classifier, training: TrainingConfig, before: Sequence[Stage] = ()) -> None:
        self.model, self.training, self.parts = model, training, model.parts
        last = Stage(plan=model.allowed, epochs=training.epochs, patience=training.patience)
        self.stages = (*before, last)
        named = dict(model.named_parameters())
        self.trained = {name: named[name] for name in sorted(model.names(model.allowed))}
        self.learning: dict[str, Parameter] = {}
        self._optimizer: torch.optim.Optimizer | None = None

    @property
    def optimizer(self) -> torch.optim.Optimizer:
        """The optimizer of the stage that runs; it holds `learning` and nothing else."""
        assert self._optimizer is not None
        return self._optimizer

    def stage(self, state: Checkpoint) -> Stage:
        """Return the stage that runs."""
        return self.stages[state.stage]

    def is_last_stage(self, state: Checkpoint) -> bool:
        """Whether the stage that runs is the last one: the model's own plan."""
        return state.stage == len(self.stages) - 1

    def start_stage(self, state: Checkpoint) -> None:
        """Let the parameters of the stage that runs learn; those that did before keep their moments."""
        plan = self.stage(state).plan
        self.model.freeze(plan)
        self.learning = {name: p for name, p in self.trained.items() if p.requires_grad}
        for name, parameter in self.trained.items():
            if name not in self.learning:
                parameter.grad = None
        self._optimizer = make_optimizer(self.learning, self.parts, self.training, self._optimizer)
        now = training_parts(plan, self.model.source.n_blocks)
        state.stage_started_at = group_by_rate(state.stage_started_at, now, state.step)

    def next_stage(self, state: Checkpoint) -> None:
        """Go to the next stage and open it."""
        state.stage, state.stage_epoch, state.stage_best, state.epochs_without_improvement = (
            state.stage + 1,
            0,
            -1.0,
            0,
        )
        self.start_stage(state)

    def finished(self, state: Checkpoint) -> bool:
        """Whether the stage that runs is: its epochs are done, or it has gained nothing for a while."""
        stage = self.stage(state)
        tired = stage.patience is not None and state.epochs_without_improvement >= stage.patience
        return state.step_in_epoch == 0 and (state.stage_epoch >= stage.epochs or tired)

    def end(self, state: Checkpoint, steps_per_epoch: int) -> int:
        """Return the step after the last one, if no stage ends early."""
        began = state.step - state.stage_epoch * steps_per_epoch - state.step_in_epoch
        return began + steps_per_epoch * sum(stage.epochs for stage in self.stages[state.stage :])

    def count(self, state: Checkpoint, score: float) -> bool:
        """Count an epoch that has scored so on validation; return whether it is the best of the run so far.

        Its weights are kept then. `score` is not a number where there are no validation rows.
        """
        better = not score <= state.best_score  # without validation rows the last epoch is taken
        state.epoch, state.step_in_epoch, state.stage_epoch = state.epoch + 1, 0, state.stage_epoch + 1
        if better:
            state.best_score, state.best_epoch, state.best = score, state.epoch, copies(self.trained)
            state.best_moved = list(state.had_gradient)
        gained = not score <= state.stage_best
        state.epochs_without_improvement = 0 if gained else state.epochs_without_improvement + 1
        state.stage_best = score if gained else state.stage_best
        return better
