"""The training loop. It knows nothing of files or screens: what happens is told to one plain callable."""

import logging
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from translearn_core.activations import Compute, Report, quiet
from translearn_core.config import ClassWeights, FreezePlan, Stage, TrainingConfig
from translearn_core.config.rates import HEAD, joined, peak_rates, rates_at, training_parts
from translearn_core.errors import TrainingError, out_of_memory
from translearn_core.results import EpochPoint, StepPoint
from translearn_core.training.batches import batch_order
from translearn_core.training.checkpoint import Checkpoint, random_states, restore_random
from translearn_core.training.drift import part_changes
from translearn_core.training.dropout import quick_dropout
from translearn_core.training.evaluate import answers, confusion_of, macro_f1
from translearn_core.training.loading import batches
from translearn_core.training.optimizer import make_optimizer, set_rates
from translearn_core.training.teaching import Lesson
from translearn_core.transfer import Batch, Classifier, Inputs

log = logging.getLogger(__name__)

STEP_POINTS = 2000
"""Steps noted in a run's history at most, evenly spaced."""

Hook = Callable[["Moment"], None]
"""Called after every step and every epoch; raising stops the run."""


@dataclass(frozen=True)
class Moment:
    """What the loop tells: a point of the history, how far it is, and how to get the state to keep.

    Long runs note only some of their steps: there `point` is None in between. `stage` counts from 0; `ended`
    says that it did.
    """

    point: StepPoint | EpochPoint | None
    step: int
    steps: int
    checkpoint: Callable[[dict[str, float]], Checkpoint]
    stage: int = 0
    ended: bool = False


@dataclass(frozen=True)
class Rows:
    """The rows a run learns from and chooses on; `labels` has one class index per row of the inputs.

    Without rows to choose on, the last epoch is taken.
    """

    labels: NDArray[np.int64]
    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    classes: int


InputsFor = Callable[[FreezePlan], Inputs]
"""What was computed once for the stage in which a plan trains, with the weights as they now are."""


class Loop:
    """One training run that can be left after any step and gone on with.

    It goes through the stages of a course, the model's own plan being the last one. `trained` holds by name
    the parameters that train in any stage, `learning` those that train now.
    """

    def __init__(
        self,
        model: Classifier,
        inputs: Inputs,
        rows: Rows,
        config: TrainingConfig,
        compute: Compute,
        report: Report = quiet,
        *,
        before: Sequence[Stage] = (),
        inputs_for: InputsFor | None = None,
        lesson: Lesson | None = None,
    ) -> None:
        self.model, self.inputs, self.rows, self.config, self.compute = model, inputs, rows, config, compute
        self.report, self.lesson = report, lesson
        self.inputs_for = inputs_for or (lambda _: inputs)
        last = Stage(plan=model.allowed, epochs=config.epochs, patience=config.patience)
        self.course = (*before, last)
        self.peaks = peak_rates(config, model.source.n_blocks)
        self.parts = model.parts
        device = compute.device
        self.labels = torch.tensor(
            rows.labels, device=device
        )  # a copy: what comes from a file may be read-only
        weights = class_weights(rows, config.class_weights)
        self.weights = None if weights is None else weights.to(device)
        self.pieces = 1
        named = dict(model.named_parameters())
        self.trained = {name: named[name] for name in sorted(model.names(model.allowed))}
        self.start = {name: p.detach().clone() for name, p in self.trained.items()}
        torch.manual_seed(config.seed)
        self.state = Checkpoint.fresh(rows.classes)
        self._optimizer: torch.optim.Optimizer | None = None
        self._open()

    @property
    def optimizer(self) -> torch.optim.Optimizer:
        """The optimizer of the stage that runs; it holds `learning` and nothing else."""
        assert self._optimizer is not None
        return self._optimizer

    @property
    def stage(self) -> Stage:
        """The stage that runs."""
        return self.course[self.state.stage]

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer steps in one pass over the training rows, for every epoch the same."""
        return -(-len(self.rows.train) // self.config.batch_size)

    @property
    def end(self) -> int:
        """The step after the last one, if no stage ends early."""
        state, each = self.state, self.steps_per_epoch
        began = state.step - state.stage_epoch * each - state.step_in_epoch
        return began + each * sum(stage.epochs for stage in self.course[state.stage :])

    def resume(self, state: Checkpoint) -> None:
        """Go on from `state` as if nothing had happened."""
        self._take(state)
        restore_random(state.random, self.compute.device)

    def extend(self, parent: Checkpoint) -> None:
        """Train `config.epochs` more epochs of the last stage after a parent run's last one.

        The best epoch so far stays a candidate.
        """
        if parent.stage != len(self.course) - 1:
            raise TrainingError(
                f"The run to go on from ended in stage {parent.stage + 1} of {len(self.course)}: "
                "resume it first."
            )
        self._take(parent)
        state = self.state
        state.finished, state.waited, state.stage_epoch, state.stage_best, state.spent = False, 0, 0, -1.0, {}
        state.origin_epoch, state.origin_step = parent.epoch, parent.step
        state.since = dict.fromkeys(state.since, parent.step)

    def run(self, hook: Hook) -> Inputs:
        """Train to the last epoch or until patience ends, then take the best epoch's weights.

        Returns what was computed once for the model's own plan.
        """
        while not self.state.finished:
            if not self._over():
                self._epoch(hook)
            elif self.state.stage + 1 < len(self.course):
                self._advance()
            else:
                self.state.finished = True
        return self.close()

    def close(self) -> Inputs:
        """Put the best epoch's weights into the model, and the model's own plan in force.

        Before the first epoch ends, what there is stays. Returns what was computed once for that plan.
        """
        with torch.no_grad():
            for name, parameter in self.trained.items():
                if name in self.state.best:
                    parameter.copy_(self.state.best[name])
        if self.state.stage + 1 < len(self.course):
            self.model.freeze(self.model.allowed)
            self.inputs = self.inputs_for(self.model.allowed)
        return self.inputs

    def checkpoint(self, spent: dict[str, float]) -> Checkpoint:
        """Return the state of this moment and the seconds `spent` so far.

        Write it before the next step, the optimizer goes on using its tensors.
        """
        self.state.spent = dict(spent)
        self.state.weights = copies(self.trained)
        self.state.optimizer = self.optimizer.state_dict()
        self.state.random = random_states(self.compute.device)
        return self.state

    def _open(self) -> None:
        """Let the present stage's parameters learn; those that did before keep their moments."""
        self.model.freeze(self.stage.plan)
        self.learning = {name: p for name, p in self.trained.items() if p.requires_grad}
        for name, parameter in self.trained.items():
            if name not in self.learning:
                parameter.grad = None
        self._optimizer = make_optimizer(self.learning, self.parts, self.config, self._optimizer)
        now = training_parts(self.stage.plan, self.model.source.n_blocks)
        self.state.since = joined(self.state.since, now, self.state.step)
        self._only: Batch | None = None

    def _advance(self) -> None:
        state = self.state
        state.stage, state.stage_epoch, state.stage_best, state.waited = state.stage + 1, 0, -1.0, 0
        self._open()
        self.inputs = self.inputs_for(self.stage.plan)

    def _over(self) -> bool:
        """Whether the present stage is: its epochs are done, or it has gained nothing for a while."""
        stage, state = self.stage, self.state
        tired = stage.patience is not None and state.waited >= stage.patience
        return state.step_in_epoch == 0 and (state.stage_epoch >= stage.epochs or tired)

    def _epoch(self, hook: Hook) -> None:
        state, began = self.state, time.monotonic() - self.state.seconds
        order = self._batches(state.epoch)
        self.model.train()
        end, origin = self.end, state.origin_step
        stride = max(1, (end - origin) // STEP_POINTS)
        for index, batch in self._ready(order[state.step_in_epoch :]):
            point = self.step(index, batch, end, len(order))
            state.seconds = time.monotonic() - began
            noted = point if state.step % stride == 0 else None
            if noted:
                state.history.append(noted)
            hook(Moment(noted, state.step - origin, end - origin, self.checkpoint, state.stage))
        closed = self._close_epoch()
        done, steps = state.step - origin, end - origin
        hook(Moment(closed, done, steps, self.checkpoint, state.stage, self._over()))

    def step(self, index: NDArray[np.int64], batch: Batch, end: int, in_epoch: int) -> StepPoint:
        """Take one step on the rows `index`, whose batch this is; the run is planned to end at step `end`.

        The model is in training mode; walking through its modules takes longer than a step of the head.
        """
        state, started = self.state, time.perf_counter()
        rates = rates_at(state.step, end, state.since, self.peaks, self.config)
        set_rates(self.optimizer, rates)
        value, predicted = self._learn(index, batch)
        if self.config.l2_sp:
            self._pull_back()
        if (state.stage_epoch == 0 and state.step_in_epoch == 0) or not state.moved:
            state.moved = sorted({*state.moved, *self._with_gradient()})
        norm = torch.nn.utils.clip_grad_norm_(self.learning.values(), self.config.clip)
        if not math.isfinite(value):
            raise TrainingError(
                f"The loss became {value} at step {state.step + 1}: lower the learning rate "
                f"(now {self.config.lr:g}, head {self.config.head_lr:g}) or choose float32."
            )
        self.optimizer.step()
        seen = confusion_of(self.rows.labels[index], predicted, self.rows.classes)
        state.confusion += torch.from_numpy(seen)
        state.loss_sum += value * len(index)
        state.step += 1
        state.step_in_epoch += 1
        seconds = max(1e-9, time.perf_counter() - started)
        return StepPoint(
            step=state.step,
            epoch=state.epoch + state.step_in_epoch / in_epoch,
            loss=value,
            lr=max((rate for part, rate in rates.items() if part != HEAD), default=0.0),
            head_lr=rates[HEAD],
            grad_norm=float(norm),
            tokens_per_second=float(self.inputs.lengths[index].sum()) / seconds,
        )

    def _with_gradient(self) -> Iterable[str]:
        return (name for name, p in self.learning.items() if p.grad is not None and bool(p.grad.any()))

    @torch.no_grad()
    def _pull_back(self) -> None:
        """Add the gradient of L2-SP: towards the start, the head towards nothing (arXiv:1802.01483)."""
        for name, parameter in self.learning.items():
            if parameter.grad is not None and self.parts[name] != HEAD:
                parameter.grad.add_(parameter - self.start[name], alpha=self.config.l2_sp)

    def _learn(self, index: NDArray[np.int64], batch: Batch) -> tuple[float, NDArray[np.int64]]:
        """Fill the gradients of one step; return its loss and what was predicted.

        Where memory runs out the batch is taken in halves, quarters, …: the gradients add up to the same.
        """
        while True:
            try:
                self.optimizer.zero_grad(set_to_none=True)
                if self.pieces == 1:
                    return self._backward(index, batch, 1.0)
                parts = [p for p in np.array_split(index, self.pieces) if len(p)]
                shares = [self._weight(p) / self._weight(index) for p in parts]
                done = [
                    self._backward(p, self.inputs.batch(p, learning=True), share)
                    for p, share in zip(parts, shares, strict=True)
                ]
                loss = sum(value * len(p) for (value, _), p in zip(done, parts, strict=True)) / len(index)
                return loss, np.concatenate([predicted for _, predicted in done])
            except (RuntimeError, MemoryError) as error:
                if not out_of_memory(error) or self.pieces >= len(index):
                    raise
            self.pieces = min(len(index), 2 * self.pieces)
            log.warning("memory ran out: batches of %s texts go in %s pieces", len(index), self.pieces)
            if self.compute.device.type == "cuda":
                torch.cuda.empty_cache()

    def _backward(
        self, index: NDArray[np.int64], batch: Batch, share: float
    ) -> tuple[float, NDArray[np.int64]]:
        where = torch.from_numpy(index)
        labels = self.labels[where]
        with quick_dropout(self.compute.device):
            logits = self.model(batch, self.compute)
            loss = functional.cross_entropy(logits, labels, weight=self.weights)
            if self.lesson is not None:
                loss = self.lesson.loss(logits, where, loss)
        (loss if share == 1.0 else loss * share).backward()  # type: ignore[no-untyped-call]
        # shown without class weights and teacher, so that it can be read beside the validation loss
        plain = self.weights is None and self.lesson is None
        told = loss if plain else functional.cross_entropy(logits.detach(), labels)
        return told.item(), logits.detach().argmax(-1).cpu().numpy()

    def _weight(self, index: NDArray[np.int64]) -> float:
        """What some rows count in the mean of the loss."""
        if self.weights is None:
            return float(len(index))
        return float(self.weights[self.labels[torch.from_numpy(index)]].sum())

    def _close_epoch(self) -> EpochPoint:
        state, rows = self.state, self.rows
        seen = state.confusion.numpy()
        loss = accuracy = score = math.nan
        if len(rows.validation):
            scores, _ = answers(self.model, self.inputs, rows.validation, self.compute, self.report)
            labels = rows.labels[rows.validation]
            found = confusion_of(labels, scores.argmax(1), rows.classes)
            right = np.clip(scores[np.arange(len(labels)), labels], 1e-12, None)
            loss, accuracy, score = float(-np.log(right).mean()), accuracy_of(found), macro_f1(found)
        better = not score <= state.best_score  # without validation rows the last epoch is taken
        state.epoch, state.step_in_epoch, state.stage_epoch = state.epoch + 1, 0, state.stage_epoch + 1
        if better:
            state.best_score, state.best_epoch, state.best = score, state.epoch, copies(self.trained)
            state.best_moved = list(state.moved)
        gained = not score <= state.stage_best
        state.waited = 0 if gained else state.waited + 1
        state.stage_best = score if gained else state.stage_best
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
            moved=part_changes(self.model, self.start),
        )
        state.history.append(point)
        state.loss_sum, state.seconds = 0.0, 0.0
        state.confusion = torch.zeros_like(state.confusion)
        return point

    def _take(self, state: Checkpoint) -> None:
        if set(state.weights) != set(self.trained):
            raise TrainingError(
                "The checkpoint holds other tensors than this plan trains: "
                "start a new run instead of resuming."
            )
        self.state = state
        with torch.no_grad():
            for name, parameter in self.trained.items():
                parameter.copy_(state.weights[name])
        if state.stage:
            self._open()
            self.inputs = self.inputs_for(self.stage.plan)
        self.optimizer.load_state_dict(state.optimizer)

    def _ready(self, order: list[NDArray[np.int64]]) -> Iterable[tuple[NDArray[np.int64], Batch]]:
        """Return the batches of `order`; a single one of vectors is the same in every epoch."""
        if len(order) != 1 or self.inputs.pooled is None:
            return batches(self.inputs, order, self.compute.device)
        if self._only is None:
            self._only = self.inputs.batch(order[0], learning=True)
        return [(order[0], self._only)]

    def _batches(self, epoch: int) -> list[NDArray[np.int64]]:
        if self.config.batch_size >= len(self.rows.train):
            return [self.rows.train]
        # vectors have no padding to save: there the order is a plain shuffle
        lengths = (
            np.zeros_like(self.inputs.lengths) if self.inputs.pooled is not None else self.inputs.lengths
        )
        size = self.config.batch_size
        return batch_order(lengths, self.rows.train, size, seed=self.config.seed, epoch=epoch)


def class_weights(rows: Rows, how: ClassWeights) -> Tensor | None:
    """Return a weight per class: inverse frequency among the training rows, mean 1 over rows.

    None if all count the same.
    """
    if how is ClassWeights.NONE:
        return None
    counts = np.bincount(rows.labels[rows.train], minlength=rows.classes).astype(np.float64)
    weights = np.where(counts > 0, counts.sum() / (np.count_nonzero(counts) * np.maximum(counts, 1)), 0.0)
    return torch.from_numpy(weights.astype(np.float32))


def accuracy_of(confusion: NDArray[np.int64]) -> float:
    """Return the share of rows on the diagonal."""
    return float(np.trace(confusion) / max(1, confusion.sum()))


def copies(parameters: dict[str, torch.nn.Parameter]) -> dict[str, Tensor]:
    """Return copies of parameters on the CPU."""
    return {name: p.detach().to("cpu", copy=True) for name, p in parameters.items()}
