"""Training loop; events go to one callback, so it knows nothing of files or screens."""

import math
import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations import Compute, ProgressCallback, no_progress
from translearn_core.config import FreezePlan, Stage, TrainingConfig
from translearn_core.config.lr_schedule import HEAD, discriminative_rates, learning_rates_at, stage_rates
from translearn_core.results import EpochPoint, StepPoint
from translearn_core.results.metric import LOSS
from translearn_core.training.batches import BatchLoader
from translearn_core.training.callbacks import STEP_POINTS, Callback, TrainingEvent
from translearn_core.training.checkpoints.checkpoint import Checkpoint, copies, random_states
from translearn_core.training.distillation import DistillationTarget
from translearn_core.training.gradients import (
    Gradients,
    check_finite,
    l2_sp_gradient,
    parameters_with_gradient,
)
from translearn_core.training.optimizer import set_rates
from translearn_core.training.regularization.mixout import Mixout
from translearn_core.training.self_training.pseudo_labelled_rows import PseudoLabelledRows
from translearn_core.training.self_training.pseudo_labels import PseudoLabeller, PseudoLabels
from translearn_core.training.stage_schedule import StageSchedule
from translearn_core.training.task import AddedLoss, TrainingTask
from translearn_core.training.weight_drift import relative_change_per_part
from translearn_core.transfer import Batch, Classifier, Inputs, TransferModel

InputsFor = Callable[[FreezePlan], Inputs]
"""Returns the cached inputs of the stage that trains a plan, for the current weights."""


class Loop:
    """Training run through the stages of `schedule`; resumable after any step (see `resume`).

    `state` is its position and everything a checkpoint stores.
    """

    def __init__(
        self,
        model: TransferModel,
        inputs: Inputs,
        task: TrainingTask,
        config: TrainingConfig,
        compute: Compute,
        report: ProgressCallback = no_progress,
        *,
        before: Sequence[Stage] = (),
        last: Stage | None = None,
        inputs_for: InputsFor | None = None,
        distillation: DistillationTarget | None = None,
        added_loss: AddedLoss | None = None,
        labeller: PseudoLabeller | None = None,
        restarts: bool = False,
    ) -> None:
        self.model, self.task, self.config, self.compute, self.report = model, task, config, compute, report
        self.inputs_for, self.labeller = inputs_for or (lambda _: inputs), labeller
        self.stage_task = task.at_stage(0)
        self.batches = self._batches(inputs)
        self.schedule = StageSchedule(model, config, before, last=last, restarts=restarts)
        self.start = {name: p.detach().clone() for name, p in self.schedule.trained.items()}
        self.peaks = discriminative_rates(config, model.loaded_backbone.n_blocks)
        mixout = Mixout.of_blocks(self.schedule.trained, self.schedule.parts, self.start, config.mixout)
        self.gradients = Gradients(model, self.stage_task, compute, distillation, mixout, added_loss)
        torch.manual_seed(config.seed)
        self.state = Checkpoint(optimizer_name=str(config.optimizer))
        self.schedule.start_stage(self.state)

    def _batches(self, inputs: Inputs) -> BatchLoader:
        """Return the batches of the current stage's rows."""
        task = self.stage_task
        return BatchLoader(
            inputs, task.train, self.config, self.compute.device, groups=task.groups, sampler=task.sampler
        )

    def run(self, callback: Callback, fit: Callable[[], None] | None = None) -> Inputs:
        """Train to the last epoch or until patience ends, then restore the best epoch's weights.

        `fit`, if given, takes the place of the last stage's epochs, or with pseudo-labels of every stage's:
        it fits the head at once, see `record_fit`. Returns the inputs of the last stage.
        """
        while not self.state.finished:
            fits = self.schedule.is_last_stage(self.state) or self.labeller is not None
            if fit is not None and fits and not self.state.stage_epoch:
                fit()
            elif fit is not None and fits:
                self.next_stage()
            elif not self.schedule.finished(self.state):
                self._epoch(callback)
            else:
                self.next_stage()
        return self.restore_best()

    def next_stage(self) -> None:
        """Begin the next stage, or end the run after the last one.

        With pseudo-labels it is a training from the initial weights; if no row gets one, the run ends. The
        best training on validation is kept, of equals the later, which learned from more rows.
        """
        state = self.state
        state.finished = self.schedule.is_last_stage(state)
        if state.finished:
            return
        if self.labeller is not None:
            self.schedule.set_weights(state.best)
            score = -state.best_score if self.task.selection == LOSS else state.best_score
            state.pseudo_labels = self._record_round(self.labeller, score).tensors()
            state.finished = not len(state.pseudo_labels["rows"])
            if state.finished:
                return
            self.schedule.set_weights(self.start)
            state.end_training()
        self.schedule.next_stage(state)
        self.set_inputs(self.schedule.stage(state).freeze)

    def _record_round(self, labeller: PseudoLabeller, score: float) -> PseudoLabels:
        """Predict the rows without a label; return the pseudo-labels that are taken."""
        state = self.state
        assert isinstance(self.model, Classifier)

        def report(stage: str, _done: float, _total: float) -> None:
            """Report the share of the training: predicting takes little of it."""
            self.report(stage, state.step - state.origin_step, self.planned_steps - state.origin_step)

        probabilities = labeller.probabilities(self.model, self.inputs, self.compute, report)
        chosen = labeller.choose(probabilities)
        state.rounds.append(labeller.record(len(state.rounds) + 1, score, probabilities, chosen))
        return chosen

    def _epoch(self, callback: Callback) -> None:
        state, started = self.state, time.monotonic() - self.state.seconds
        order = self.batches.order(state.epoch)
        self.model.train()
        end, origin = self.planned_steps, state.origin_step
        scheduled = self.schedule.scheduled_steps(state, self.steps_per_epoch)
        stride = max(1, (end - origin) // STEP_POINTS)
        for index, batch in self.batches.load(order[state.step_in_epoch :]):
            step = self.step(index, batch, scheduled, len(order))
            state.seconds = time.monotonic() - started
            recorded = step if state.step % stride == 0 else None
            if recorded:
                state.history.append(recorded)
            callback(TrainingEvent(recorded, state.step - origin, end - origin, self.checkpoint, state.stage))
        point = self._close_epoch(np.concatenate(order))
        done, steps, ended = state.step - origin, end - origin, self.schedule.finished(state)
        callback(TrainingEvent(point, done, steps, self.checkpoint, state.stage, ended))

    def record_fit(self, targets: Tensor, callback: Callback) -> None:
        """Record a head that was fitted at once as the only epoch of a stage; after the last the run ends."""
        state, train = self.state, self.stage_task.train
        self.model.eval()
        with torch.no_grad():
            batch = self.inputs.batch(train, learning=True)
            outputs = self.model(batch, self.compute).float().cpu()
            losses = self.task.objective.loss(outputs, targets[train])
        state.loss_sum, state.loss_count, state.outputs = float(losses.double().sum()), len(train), [outputs]
        point = self._close_epoch(train)
        state.finished = self.schedule.is_last_stage(state)
        callback(TrainingEvent(point, 1, 1, self.checkpoint, state.stage, ended=True))

    def step(self, index: NDArray[np.int64], batch: Batch, end: int, in_epoch: int) -> StepPoint:
        """Take one step on `batch`, the rows `index`; rates follow a schedule that ends at step `end`.

        The model must be in training mode: setting it here takes longer than a step of the head alone.
        """
        state, started = self.state, time.perf_counter()
        peaks = stage_rates(self.peaks, self.schedule.stage(state).backbone_rate)
        rates = learning_rates_at(state.step, end, state.stage_started_at, peaks, self.config)
        set_rates(self.optimizer, rates)
        self.gradients.at(state.step, state.step / max(1, end))
        output = self.gradients.backward(index, batch, self.inputs, self.optimizer)
        norm = self._clip_gradients(output.loss)
        self.optimizer.step()
        state.loss_sum, state.loss_count = state.loss_sum + output.loss_sum, state.loss_count + output.n
        if output.outputs is not None:
            state.outputs.append(output.outputs)
        state.step += 1
        state.step_in_epoch += 1
        seconds = max(1e-9, time.perf_counter() - started)
        return StepPoint(
            step=state.step,
            epoch=state.epoch + state.step_in_epoch / in_epoch,
            loss=output.loss,
            lr=max((rate for part, rate in rates.items() if part != HEAD), default=0.0),
            head_lr=rates[HEAD],
            grad_norm=float(norm),
            tokens_per_second=self.inputs.tokens(index) / seconds,
        )

    def _clip_gradients(self, loss: float) -> Tensor:
        """Apply L2-SP and clip the gradients; return their norm before clipping."""
        state, trainable = self.state, self.schedule.trainable
        if self.config.l2_sp:
            l2_sp_gradient(trainable, self.start, self.schedule.parts, self.config.l2_sp)
        if (state.stage_epoch == 0 and state.step_in_epoch == 0) or not state.had_gradient:
            state.had_gradient = sorted({*state.had_gradient, *parameters_with_gradient(trainable)})
        norm = torch.nn.utils.clip_grad_norm_(trainable.values(), self.config.max_grad_norm)
        check_finite(loss, state.step + 1, self.config)
        return norm

    def _close_epoch(self, rows: NDArray[np.int64]) -> EpochPoint:
        """Return the metrics of an epoch of `rows`, in order."""
        state, selection = self.state, self.stage_task.selection
        train = {LOSS: state.loss_sum / state.loss_count}
        task = self.task if self.stage_task.sampler is None else self.stage_task
        if state.outputs:
            outputs = torch.cat(state.outputs)
            train |= task.metrics(rows[-len(outputs) :], outputs)
        validation = task.validate(self.model, self.inputs, self.compute, self.report)
        score = validation.get(selection, math.nan)
        if self.labeller is not None and self.labeller.config.per_step:
            self._record_round(self.labeller, score)
        best = self.schedule.record_epoch(state, -score if selection == LOSS else score)
        best = best and (self.config.keeps_last_epoch or not state.earlier_is_better)
        point = EpochPoint(
            epoch=state.epoch,
            step=state.step,
            train=train,
            validation=validation,
            seconds=state.seconds,
            best=best,
            stage=state.stage,
            moved=relative_change_per_part(self.model, self.start),
            loss_weights=dict(self.task.learned_weights),
        )
        state.history.append(point)
        state.loss_sum, state.loss_count, state.outputs, state.seconds = 0.0, 0, [], 0.0
        return point

    def skip_to_last_stage(self) -> None:
        """Leave the stages before the last one as they are, as of a run that was stopped in one of them."""
        while not self.schedule.is_last_stage(self.state):
            self.schedule.next_stage(self.state)
        self.set_inputs(self.schedule.stage(self.state).freeze)

    def restore_best(self) -> Inputs:
        """Restore the best epoch's weights, if an epoch has ended, and the freeze plan of the last stage.

        Returns the inputs of the last stage.
        """
        if not self.config.keeps_last_epoch:
            self.state.take_best_training()
        self.schedule.set_weights(self.state.best)
        if not self.schedule.is_last_stage(self.state):
            self.model.freeze(self.model.max_plan)
            self.set_inputs(self.model.max_plan)
        return self.inputs

    @property
    def best_stage(self) -> int:
        """Stage of the best epoch, whose weights are kept."""
        points = (p for p in self.state.history if isinstance(p, EpochPoint))
        return next((p.stage for p in points if p.epoch == self.state.best_epoch), self.state.stage)

    def set_inputs(self, plan: FreezePlan) -> None:
        """Train on the cached inputs of the stage that trains `plan`."""
        self.stage_task = self.task.at_stage(self.state.stage)
        if isinstance(self.stage_task, PseudoLabelledRows):
            self.stage_task = self.stage_task.with_labels(PseudoLabels.of(self.state.pseudo_labels))
        self.gradients.use(self.stage_task)
        self.batches = self._batches(self.inputs_for(plan))

    def checkpoint(self, spent: dict[str, float]) -> Checkpoint:
        """Return the current state with the seconds `spent` per phase.

        Write it before the next step: it shares tensors with the optimizer.
        """
        self.state.seconds_by_phase = dict(spent)
        self.state.weights = copies(self.schedule.trained)
        self.state.optimizer = self.optimizer.state_dict()
        self.state.random = random_states(self.compute.device)
        return self.state

    @property
    def inputs(self) -> Inputs:
        """Inputs of the current stage."""
        return self.batches.inputs

    @property
    def optimizer(self) -> torch.optim.Optimizer:
        """Optimizer of the current stage."""
        return self.schedule.optimizer

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer steps in one pass over the training rows."""
        return self.batches.steps_per_epoch

    @property
    def planned_steps(self) -> int:
        """Total steps at the end of the run, if no stage ends early."""
        return self.schedule.planned_steps(self.state, self.steps_per_epoch)
