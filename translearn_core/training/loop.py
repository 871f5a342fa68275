"""The training loop. It knows nothing of files or screens: what happens is told to one plain callable."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from translearn_core.activations import Compute, Report, quiet
from translearn_core.config import ClassWeights, TrainingConfig
from translearn_core.errors import TrainingError
from translearn_core.results import EpochPoint, StepPoint
from translearn_core.training.batches import batch_order
from translearn_core.training.checkpoint import Checkpoint, random_states, restore_random
from translearn_core.training.evaluate import answers, confusion_of, macro_f1
from translearn_core.training.optimizer import make_optimizer, rate_factor, set_rates
from translearn_core.transfer import Classifier, Inputs

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
    """The rows a run learns from and chooses on; `labels` has one class index per row of the inputs."""

    labels: NDArray[np.int64]
    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    classes: int


class Loop:
    """One training run that can be left after any step and gone on with."""

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
        self.labels = torch.tensor(rows.labels)  # a copy: what comes from a file may be read-only
        self.weights = class_weights(rows, config.class_weights)
        self.optimizer = make_optimizer(model, config)
        torch.manual_seed(config.seed)
        self.state = Checkpoint.fresh(model.plan.model_dump_json(), rows.classes)

    @property
    def trained(self) -> dict[str, torch.nn.Parameter]:
        """Parameters that train, by name."""
        return {name: p for name, p in self.model.named_parameters() if p.requires_grad}

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
        batches = self._batches(state.epoch)
        total = self.steps_per_epoch * self.config.epochs
        stride = max(1, total // STEP_POINTS)
        for index in batches[state.step_in_epoch :]:
            point = self._step(index, total, len(batches))
            state.seconds = time.monotonic() - began
            noted = point if state.step % stride == 0 else None
            if noted:
                state.history.append(noted)
            hook(Moment(noted, state.step - state.origin_step, total, self.checkpoint))
        hook(Moment(self._close_epoch(), state.step - state.origin_step, total, self.checkpoint))

    def _step(self, index: NDArray[np.int64], total: int, in_epoch: int) -> StepPoint:
        state, started = self.state, time.perf_counter()
        self.model.train()
        rates = set_rates(self.optimizer, rate_factor(state.step - state.origin_step, total, self.config))
        labels = self.labels[torch.from_numpy(index)].to(self.compute.device)
        logits = self.model(self.inputs, index, self.compute)
        weights = None if self.weights is None else self.weights.to(self.compute.device)
        loss = functional.cross_entropy(logits, labels, weight=weights)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        if state.step == state.origin_step or not state.moved:
            state.moved = [
                name for name, p in self.trained.items() if p.grad is not None and bool(p.grad.any())
            ]
        norm = torch.nn.utils.clip_grad_norm_(list(self.trained.values()), self.config.clip)
        # shown without the class weights, so that it can be read beside the validation loss
        value = (loss if weights is None else functional.cross_entropy(logits.detach(), labels)).item()
        if not np.isfinite(value):
            raise TrainingError(
                f"The loss became {value} at step {state.step + 1}: lower the learning rate "
                f"(now {self.config.lr:g}, head {self.config.head_lr:g}) or choose float32."
            )
        self.optimizer.step()
        predicted = logits.detach().argmax(-1).cpu().numpy()
        state.confusion += torch.from_numpy(
            confusion_of(self.rows.labels[index], predicted, self.rows.classes)
        )
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
            tokens_per_second=float(self.inputs.tokens.lengths[index].sum()) / seconds,
        )

    def _close_epoch(self) -> EpochPoint:
        state, rows = self.state, self.rows
        scores, _ = answers(self.model, self.inputs, rows.validation, self.compute, self.report)
        labels = rows.labels[rows.validation]
        found = confusion_of(labels, scores.argmax(1), rows.classes)
        seen = state.confusion.numpy()
        score = macro_f1(found)
        better = score > state.best_score
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
        right = np.clip(scores[np.arange(len(labels)), labels], 1e-12, None)
        point = EpochPoint(
            epoch=state.epoch,
            step=state.step,
            train_loss=state.loss_sum / max(1, int(seen.sum())),
            train_accuracy=float(np.trace(seen) / max(1, seen.sum())),
            train_macro_f1=macro_f1(seen),
            validation_loss=float(-np.log(right).mean()),
            validation_accuracy=float(np.trace(found) / max(1, found.sum())),
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

    def _batches(self, epoch: int) -> list[NDArray[np.int64]]:
        lengths, size = self.inputs.tokens.lengths, self.config.batch_size
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


def copies(parameters: dict[str, torch.nn.Parameter]) -> dict[str, Tensor]:
    """Return copies of parameters on the CPU."""
    return {name: p.detach().to("cpu", copy=True) for name, p in parameters.items()}
