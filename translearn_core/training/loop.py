"""The training loop. It knows nothing of files or screens: what happens is told to one plain callable."""

import logging
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from translearn_core.activations import Compute, Report, quiet
from translearn_core.config import ClassWeights, TrainingConfig
from translearn_core.errors import TrainingError, out_of_memory
from translearn_core.results import EpochPoint, StepPoint
from translearn_core.training.batches import batch_order
from translearn_core.training.checkpoint import Checkpoint, random_states, restore_random
from translearn_core.training.dropout import quick_dropout
from translearn_core.training.evaluate import answers, confusion_of, macro_f1
from translearn_core.training.loading import batches
from translearn_core.training.optimizer import make_optimizer, rate_factor, set_rates
from translearn_core.transfer import Batch, Classifier, Inputs

log = logging.getLogger(__name__)

STEP_POINTS = 2000
"""Steps noted in a run's history at most, evenly spaced."""

Hook = Callable[["Moment"], None]
"""Called after every step and every epoch; raising stops the run."""


@dataclass(frozen=True)
class Moment:
    """What the loop tells: a point of the history, how far it is, and how to get the state to keep.

    Long runs note only some of their steps: there `point` is None in between.
    """

    point: StepPoint | EpochPoint | None
    step: int
    steps: int
    checkpoint: Callable[[dict[str, float]], Checkpoint]


@dataclass(frozen=True)
class Rows:
    """The rows a run learns from and chooses on; `labels` has one class index per row of the inputs.

    Without rows to choose on, the last epoch is taken.
    """

    labels: NDArray[np.int64]
    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    classes: int


class Loop:
    """One training run that can be left after any step and gone on with.

    `trained` holds the parameters that train, by name.
    """

    def __init__(
        self,
        model: Classifier,
        inputs: Inputs,
        rows: Rows,
        config: TrainingConfig,
        compute: Compute,
        report: Report = quiet,
    ) -> None:
        self.model, self.inputs, self.rows, self.config, self.compute = model, inputs, rows, config, compute
        self.report = report
        device = compute.device
        self.labels = torch.tensor(
            rows.labels, device=device
        )  # a copy: what comes from a file may be read-only
        weights = class_weights(rows, config.class_weights)
        self.weights = None if weights is None else weights.to(device)
        self.pieces = 1
        self._only: Batch | None = None
        self.optimizer = make_optimizer(model, config)
        self.trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
        torch.manual_seed(config.seed)
        self.state = Checkpoint.fresh(model.plan.model_dump_json(), rows.classes)

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer steps in one pass over the training rows, for every epoch the same."""
        return len(self._batches(0))

    def resume(self, state: Checkpoint) -> None:
        """Go on from `state` as if nothing had happened."""
        self._take(state)
        restore_random(state.random, self.compute.device)

    def extend(self, parent: Checkpoint) -> None:
        """Train `config.epochs` more epochs after a parent run's last one.

        The best epoch so far stays a candidate.
        """
        self._take(parent)
        self.state.finished, self.state.waited, self.state.spent = False, 0, {}
        self.state.origin_epoch, self.state.origin_step = parent.epoch, parent.step

    def run(self, hook: Hook) -> None:
        """Train to the last epoch or until patience ends, then take the best epoch's weights."""
        last = self.state.origin_epoch + self.config.epochs
        while self.state.epoch < last and not self.state.finished:
            self._epoch(hook)
        self.state.finished = True
        self.restore_best()

    def restore_best(self) -> None:
        """Put the best epoch's weights into the model; before the first epoch ends, what there is stays."""
        with torch.no_grad():
            for name, parameter in self.trained.items():
                if name in self.state.best:
                    parameter.copy_(self.state.best[name])

    def checkpoint(self, spent: dict[str, float]) -> Checkpoint:
        """Return the state of this moment and the seconds `spent` so far.

        Write it before the next step, the optimizer goes on using its tensors.
        """
        self.state.spent = dict(spent)
        self.state.weights = copies(self.trained)
        self.state.optimizer = self.optimizer.state_dict()
        self.state.random = random_states(self.compute.device)
        return self.state

    def _epoch(self, hook: Hook) -> None:
        state, began = self.state, time.monotonic() - self.state.seconds
        order = self._batches(state.epoch)
        self.model.train()
        total = self.steps_per_epoch * self.config.epochs
        stride = max(1, total // STEP_POINTS)
        for index, batch in self._ready(order[state.step_in_epoch :]):
            point = self.step(index, batch, total, len(order))
            state.seconds = time.monotonic() - began
            noted = point if state.step % stride == 0 else None
            if noted:
                state.history.append(noted)
            hook(Moment(noted, state.step - state.origin_step, total, self.checkpoint))
        hook(Moment(self._close_epoch(), state.step - state.origin_step, total, self.checkpoint))

    def step(self, index: NDArray[np.int64], batch: Batch, total: int, in_epoch: int) -> StepPoint:
        """Take one step on the rows `index`, whose batch this is; `total` steps are planned in all.

        The model is in training mode; walking through its modules takes longer than a step of the head.
        """
        state, started = self.state, time.perf_counter()
        rates = set_rates(self.optimizer, rate_factor(state.step - state.origin_step, total, self.config))
        value, predicted = self._learn(index, batch)
        if state.step == state.origin_step or not state.moved:
            state.moved = [
                name for name, p in self.trained.items() if p.grad is not None and bool(p.grad.any())
            ]
        norm = torch.nn.utils.clip_grad_norm_(self.trained.values(), self.config.clip)
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
            lr=rates.get("backbone", 0.0),
            head_lr=rates.get("head", 0.0),
            grad_norm=float(norm),
            tokens_per_second=float(self.inputs.lengths[index].sum()) / seconds,
        )

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
        labels = self.labels[torch.from_numpy(index)]
        with quick_dropout(self.compute.device):
            logits = self.model(batch, self.compute)
            loss = functional.cross_entropy(logits, labels, weight=self.weights)
        (loss if share == 1.0 else loss * share).backward()  # type: ignore[no-untyped-call]
        # shown without the class weights, so that it can be read beside the validation loss
        told = loss if self.weights is None else functional.cross_entropy(logits.detach(), labels)
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
        state.epoch, state.step_in_epoch = state.epoch + 1, 0
        if better:
            state.best_score, state.best_epoch, state.best, state.waited = (
                score,
                state.epoch,
                copies(self.trained),
                0,
            )
        else:
            state.waited += 1
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
        )
        state.history.append(point)
        state.loss_sum, state.seconds = 0.0, 0.0
        state.confusion = torch.zeros_like(state.confusion)
        state.finished = self.config.patience is not None and state.waited >= self.config.patience
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
