"""Gradients of one step: forward, loss and backward, in micro-batches if memory runs out."""

import logging
import math
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import Parameter

from translearn_core.activations import Compute
from translearn_core.config import TrainingConfig
from translearn_core.config.lr_schedule import HEAD
from translearn_core.errors import TrainingError, out_of_memory
from translearn_core.training.contrastive.pair_loss import PairObjective
from translearn_core.training.distillation import DistillationTarget
from translearn_core.training.regularization.dropout import fast_cpu_dropout
from translearn_core.training.regularization.mixout import Mixout
from translearn_core.training.task import AddedLoss, StepPart, TrainingTask
from translearn_core.transfer import Batch, Classifier, Inputs, TransferModel
from translearn_core.transfer.objectives import IGNORE_INDEX

log = logging.getLogger(__name__)


class StepOutput(NamedTuple):
    """Sum of the losses of `n` targets, unweighted and without teacher; outputs, one per row if any.

    The loss is comparable with the validation loss.
    """

    loss_sum: float
    n: int
    outputs: Tensor | None

    @property
    def loss(self) -> float:
        """Mean loss."""
        return self.loss_sum / self.n


class _Part(NamedTuple):
    """Micro-batch: indices of its rows, their tensors and targets, and its number among `pieces`."""

    rows: Tensor
    batch: Batch
    targets: Tensor
    piece: int = 0
    pieces: int = 1


class Gradients:
    """Forward and backward passes of `model`; each batch is split into `micro_batches`."""

    def __init__(
        self,
        model: TransferModel,
        task: TrainingTask,
        compute: Compute,
        distillation: DistillationTarget | None,
        mixout: Mixout | None = None,
        added_loss: AddedLoss | None = None,
    ) -> None:
        self.mixout, self.added_loss = mixout, added_loss
        self.step, self.progress = 0, 0.0
        self.model, self.compute, self.distillation = model, compute, distillation
        self.micro_batches = 1
        self.use(task)

    def use(self, task: TrainingTask) -> None:
        """Train on a task from the next step on."""
        device = self.compute.device
        self.objective = task.objective
        self.targets = None if task.targets is None else task.targets.to(device)
        self.weights = None if task.weights is None else task.weights.to(device)

    def at(self, step: int, progress: float) -> None:
        """Set the number of the next step, from 0, and the share of the training that is done."""
        self.step, self.progress = step, progress

    def backward(
        self, index: NDArray[np.int64], batch: Batch, inputs: Inputs, optimizer: torch.optim.Optimizer
    ) -> StepOutput:
        """Compute the gradients of one step.

        `batch` holds the rows `index` of `inputs`; the gradients of `optimizer` are cleared first. When
        memory runs out the batch is halved, quartered, …; the accumulated gradients are the same.
        """
        while True:
            try:
                optimizer.zero_grad(set_to_none=True)
                return self._accumulate(self._parts(index, batch, inputs), inputs)
            except (RuntimeError, MemoryError) as error:
                if not out_of_memory(error) or self.micro_batches >= len(index):
                    raise
                if isinstance(self.objective, PairObjective):  # pieces would lose the pairs between them
                    raise TrainingError(
                        f"Memory ran out with batches of {len(index)} texts, which contrastive fine-tuning "
                        "cannot split: lower training.batch_size or features.token_limit, or train fewer "
                        "blocks."
                    ) from error
            self.micro_batches = min(len(index), 2 * self.micro_batches)
            log.warning("memory ran out: batches of %s rows go in %s pieces", len(index), self.micro_batches)
            if self.compute.device.type == "cuda":
                torch.cuda.empty_cache()

    def _parts(self, index: NDArray[np.int64], batch: Batch, inputs: Inputs) -> list[_Part]:
        if self.micro_batches == 1:
            return [self._part(index, batch)]
        pieces = [piece for piece in np.array_split(index, self.micro_batches) if len(piece)]
        parts = [self._part(piece, inputs.batch(piece, learning=True)) for piece in pieces]
        return [part._replace(piece=k, pieces=len(parts)) for k, part in enumerate(parts)]

    def _part(self, index: NDArray[np.int64], batch: Batch) -> _Part:
        rows = torch.from_numpy(index)
        if self.targets is not None:
            return _Part(rows, batch, self.targets[rows])
        assert batch.targets is not None
        targets = batch.targets[batch.targets != IGNORE_INDEX]
        return _Part(rows, batch, targets.to(self.compute.device))

    def _accumulate(self, parts: Sequence[_Part], inputs: Inputs) -> StepOutput:
        total = sum(self._weight(part) for part in parts)
        count = sum(len(part.targets) for part in parts)
        results = [self._backward(part, total, count, inputs) for part in parts]
        if (heads := self.model.target_heads) is not None:
            heads.clear_idle_gradients()
        has_outputs = self.targets is not None and not isinstance(self.objective, PairObjective)
        outputs = torch.cat([output for _, output in results]) if has_outputs else None
        return StepOutput(sum(loss for loss, _ in results), count, outputs)

    def _backward(self, part: _Part, total: float, count: int, inputs: Inputs) -> tuple[float, Tensor]:
        """Add the gradients of a part, of `count` targets that weigh `total` in all."""
        mixing = nullcontext() if self.mixout is None else self.mixout.mixing()
        with fast_cpu_dropout(self.compute.device), mixing:
            outputs, added = self._outputs(part, inputs)
            losses = weighted = self.objective.loss(outputs, part.targets)
            if self.weights is not None:
                weighted = self.objective.loss(outputs, part.targets, self.weights[part.rows])
            loss = weighted.sum() / total
            if self.distillation is not None:
                loss = self.distillation.loss(self.objective, outputs, part.rows, loss, count)
            if added is not None:
                loss = loss + added * len(part.rows) / count
        loss.backward()  # type: ignore[no-untyped-call]
        return losses.detach().sum().item(), outputs.detach().cpu() if self.targets is not None else outputs

    def _outputs(self, part: _Part, inputs: Inputs) -> tuple[Tensor, Tensor | None]:
        """Return the outputs of a part, and the loss of rows without a label that is added for it.

        Pairs of texts are compared by their features.
        """
        model, added = self.model, self.added_loss
        if isinstance(self.objective, PairObjective):
            assert isinstance(model, Classifier)
            return model.features(part.batch, self.compute).float(), None
        frozen = part.batch.standardised is not None
        if added is None or (frozen and added.needs_features):
            return model(part.batch, self.compute), None
        assert isinstance(model, Classifier)
        source = model(part.batch, self.compute) if frozen else model.features(part.batch, self.compute)
        outputs: Tensor = source if frozen else model.head(source)
        place = StepPart(part.rows.numpy(), self.step, self.progress, part.piece, part.pieces)
        return outputs, added.loss(model, source, inputs, self.compute, place)

    def _weight(self, part: _Part) -> float:
        if self.weights is None:
            return float(len(part.targets))
        return float(self.weights[part.rows].reshape(len(part.rows), -1).mean(1).sum())


@torch.no_grad()
def l2_sp_gradient(
    trainable: Mapping[str, Parameter], start: Mapping[str, Tensor], parts: Mapping[str, str], strength: float
) -> None:
    """Add the L2-SP gradient to backbone parameters; the head uses weight decay instead.

    References
    ----------
    Li et al. 2018, arXiv:1802.01483.
    """
    for name, parameter in trainable.items():
        if parameter.grad is not None and parts[name] != HEAD:
            parameter.grad.add_(parameter - start[name], alpha=strength)


def parameters_with_gradient(trainable: Mapping[str, Parameter]) -> list[str]:
    """Return the names of parameters with a non-zero gradient."""
    return [name for name, p in trainable.items() if p.grad is not None and bool(p.grad.any())]


def check_finite(loss: float, step: int, training: TrainingConfig) -> None:
    """Raise TrainingError if the loss at `step`, counted from 1, is NaN or infinite."""
    if not math.isfinite(loss):
        raise TrainingError(
            f"The loss became {loss} at step {step}: lower the learning rate (now {training.lr:g}, head "
            f"{training.head_lr:g}) or choose float32."
        )
