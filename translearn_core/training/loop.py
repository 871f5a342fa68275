"""The training loop. It knows nothing of files or screens: what happens is told to one plain callable."""

import math
import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations import Compute, ProgressCallback, no_progress
from translearn_core.config import FreezePlan, Stage, TrainingConfig
from translearn_core.config.lr_schedule import HEAD, learning_rates_at, peak_rates
from translearn_core.errors import TrainingError
from translearn_core.results import EpochPoint, StepPoint
from translearn_core.training.batch_loader import BatchLoader
from translearn_core.training.callbacks import STEP_POINTS, Callback, TrainingEvent
from translearn_core.training.checkpoint import Checkpoint, copies, random_states
from translearn_core.training.distillation import DistillationTarget
from translearn_core.training.evaluate import accuracy_of, confusion_of, macro_f1, validate
from translearn_core.training.gradients import Gradients, l2_sp_gradient, parameters_with_gradient
from translearn_core.training.optimizer import set_rates
from translearn_core.training.schedule import StageSchedule
from translearn_core.training.training_rows import TrainingRows
from translearn_core.training.weight_drift import relative_change_per_part
from translearn_core.transfer import Batch, Classifier, Inputs

InputsFor = Callable[[FreezePlan], Inputs]
"""What was computed once for the stage in which a plan trains, with the weights as they now are."""


class Loop:
    """One training run that can be left after any step and gone on with (see `resuming`).

    It goes through the stages of `course`; `state` says where it stands.
    """

    def __init__(
        self,
        model: Classifier,
        inputs: Inputs,
        rows: TrainingRows,
        config: TrainingConfig,
        compute: Compute,
        report: ProgressCallback = no_progress,
        *,
        before: Sequence[Stage] = (),
        inputs_for: InputsFor | None = None,
        lesson: DistillationTarget | None = None,
    ) -> None:
        self.model, self.rows, self.config, self.compute, self.report = model, rows, config, compute, report
        self.inputs_for = inputs_for or (lambda _: inputs)
        self.feed = BatchLoader(inputs, rows.train, config, compute.device)
        self.course = StageSchedule(model, config, before)
        self.start = {name: p.detach().clone() for name, p in self.course.trained.items()}
        self.peaks = peak_rates(config, model.source.n_blocks)
        self.gradients = Gradients(model, rows, config.class_weights, compute, lesson)
        torch.manual_seed(config.seed)
        self.state = Checkpoint.fresh(rows.classes)
        self.course.start_stage(self.state)

    def run(self, hook: Callback) -> Inputs:
        """Train to the last epoch or until patience ends, then take the best epoch's weights.

        Returns what was computed once for the model's own plan.
        """
        while not self.state.finished:
            if not self.course.finished(self.state):
                self._epoch(hook)
            elif self.course.is_last_stage(self.state):
                self.state.finished = True
            else:
                self.course.next_stage(self.state)
                self.set_inputs(self.course.stage(self.state).plan)
        return self.restore_best()

    def _epoch(self, hook: Callback) -> None:
        state, began = self.state, time.monotonic() - self.state.seconds
        order = self.feed.order(state.epoch)
        self.model.train()
        end, origin = self.end, state.origin_step
        stride = max(1, (end - origin) // STEP_POINTS)
        for index, batch in self.feed.ready(order[state.step_in_epoch :]):
            point = self.step(index, batch, end, len(order))
            state.seconds = time.monotonic() - began
            noted = point if state.step % stride == 0 else None
            if noted:
                state.history.append(noted)
            hook(TrainingEvent(noted, state.step - origin, end - origin, self.checkpoint, state.stage))
        closed = self._close_epoch()
        done, steps, ended = state.step - origin, end - origin, self.course.finished(state)
        hook(TrainingEvent(closed, done, steps, self.checkpoint, state.stage, ended))

    def step(self, index: NDArray[np.int64], batch: Batch, end: int, in_epoch: int) -> StepPoint:
        """Take one step on the rows `index`, whose batch this is; the run is planned to end at step `end`.

        The model is in training mode; walking through its modules takes longer than a step of the head.
        """
        state, started = self.state, time.perf_counter()
        rates = learning_rates_at(state.step, end, state.stage_started_at, self.peaks, self.config)
        set_rates(self.optimizer, rates)
        loss, predicted = self.gradients.backward(index, batch, self.inputs, self.optimizer)
        norm = self._limited(loss)
        self.optimizer.step()
        seen = confusion_of(self.rows.labels[index], predicted, self.rows.classes)
        state.confusion += torch.from_numpy(seen)
        state.loss_sum += loss * len(index)
        state.step += 1
        state.step_in_epoch += 1
        seconds = max(1e-9, time.perf_counter() - started)
        return StepPoint(
            step=state.step,
            epoch=state.epoch + state.step_in_epoch / in_epoch,
            loss=loss,
            lr=max((rate for part, rate in rates.items() if part != HEAD), default=0.0),
            head_lr=rates[HEAD],
            grad_norm=float(norm),
            tokens_per_second=float(self.inputs.lengths[index].sum()) / seconds,
        )

    def _limited(self, loss: float) -> Tensor:
        """Pull the gradients back and clip them, as the settings say; return their norm before clipping."""
        state, learning = self.state, self.course.learning
        if self.config.l2_sp:
            l2_sp_gradient(learning, self.start, self.course.parts, self.config.l2_sp)
        if (state.stage_epoch == 0 and state.step_in_epoch == 0) or not state.had_gradient:
            state.had_gradient = sorted({*state.had_gradient, *parameters_with_gradient(learning)})
        norm = torch.nn.utils.clip_grad_norm_(learning.values(), self.config.clip)
        if not math.isfinite(loss):
            raise TrainingError(
                f"The loss became {loss} at step {state.step + 1}: lower the learning rate (now "
                f"{self.config.lr:g}, head {self.config.head_lr:g}) or choose float32."
            )
        return norm

    def _close_epoch(self) -> EpochPoint:
        state = self.state
        seen = state.confusion.numpy()
        loss, accuracy, score = validate(self.model, self.inputs, self.rows, self.compute, self.report)
        better = self.course.count(state, score)
        point = EpochPoint(
            epoch=state.epoch,
            step=state.step,
            train_loss=state.loss_sum / max(1, int(seen.sum())),
            train_accuracy=accuracy_of(seen),
            train_macro_f1=macro_f1(seen),
            validation_loss=loss,
            validation_accuracy=accuracy,
            validation_macro_f1=score,
            seconds=state.seconds,
            best=better,
            stage=state.stage,
            moved=relative_change_per_part(self.model, self.start),
        )
        state.history.append(point)
        state.loss_sum, state.seconds = 0.0, 0.0
        state.confusion = torch.zeros_like(state.confusion)
        return point

    def restore_best(self) -> Inputs:
        """Put the best epoch's weights into the model, and the model's own plan in force.

        Before the first epoch ends, what there is stays. Returns what was computed once for that plan.
        """
        with torch.no_grad():
            for name, parameter in self.course.trained.items():
                if name in self.state.best:
                    parameter.copy_(self.state.best[name])
        if not self.course.is_last_stage(self.state):
            self.model.freeze(self.model.allowed)
            self.set_inputs(self.model.allowed)
        return self.inputs

    def set_inputs(self, plan: FreezePlan) -> None:
        """From here on learn from what was computed once for the stage in which `plan` trains."""
        self.feed = BatchLoader(self.inputs_for(plan), self.rows.train, self.config, self.compute.device)

    def checkpoint(self, spent: dict[str, float]) -> Checkpoint:
        """Return the state of this moment and the seconds `spent` so far.

        Write it before the next step, the optimizer goes on using its tensors.
        """
        self.state.seconds_by_phase = dict(spent)
        self.state.weights = copies(self.course.trained)
        self.state.optimizer = self.optimizer.state_dict()
        self.state.random = random_states(self.compute.device)
        return self.state

    @property
    def inputs(self) -> Inputs:
        """What the stage that runs is given."""
        return self.feed.inputs

    @property
    def optimizer(self) -> torch.optim.Optimizer:
        """The optimizer of the stage that runs."""
        return self.course.optimizer

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer steps in one pass over the training rows, for every epoch the same."""
        return -(-len(self.rows.train) // self.config.batch_size)

    @property
    def end(self) -> int:
        """The step after the last one, if no stage ends early."""
        return self.course.end(self.state, self.steps_per_epoch)
