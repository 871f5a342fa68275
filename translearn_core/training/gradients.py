"""Gradients of one step: forward, loss and backward, in micro-batches if memory runs out."""

import logging
import math
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import Parameter, functional

from translearn_core.activations import Compute
from translearn_core.config import ClassWeights, TrainingConfig
from translearn_core.config.lr_schedule import HEAD
from translearn_core.errors import TrainingError, out_of_memory
from translearn_core.training.distillation import DistillationTarget
from translearn_core.training.dropout import fast_cpu_dropout
from translearn_core.training.training_rows import TrainingRows, class_weights
from translearn_core.transfer import Batch, Classifier, Inputs

log = logging.getLogger(__name__)


class Gradients:
    """Forward and backward passes of `model`; each batch is split into `micro_batches`."""

    def __init__(
        self,
        model: Classifier,
        rows: TrainingRows,
        weighting: ClassWeights,
        compute: Compute,
        distillation: DistillationTarget | None,
    ) -> None:
        self.model, self.compute, self.distillation = model, compute, distillation
        # copied: arrays from a file may be read-only
        self.labels = torch.tensor(rows.labels, device=compute.device)
        weights = class_weights(rows, weighting)
        self.weights = None if weights is None else weights.to(compute.device)
        self.micro_batches = 1

    def backward(
        self, index: NDArray[np.int64], batch: Batch, inputs: Inputs, optimizer: torch.optim.Optimizer
    ) -> tuple[float, NDArray[np.int64]]:
        """Compute the gradients of one step; return its loss and the predicted classes.

        `batch` holds the rows `index` of `inputs`; the gradients of `optimizer` are cleared first. When
        memory runs out the batch is halved, quartered, …; the accumulated gradients are the same.
        """
        while True:
            try:
                optimizer.zero_grad(set_to_none=True)
                if self.micro_batches == 1:
                    return self._backward(index, batch, 1.0)
                return self._accumulate(index, inputs)
            except (RuntimeError, MemoryError) as error:
                if not out_of_memory(error) or self.micro_batches >= len(index):
                    raise
            self.micro_batches = min(len(index), 2 * self.micro_batches)
            log.warning("memory ran out: batches of %s texts go in %s pieces", len(index), self.micro_batches)
            if self.compute.device.type == "cuda":
                torch.cuda.empty_cache()

    def _accumulate(self, index: NDArray[np.int64], inputs: Inputs) -> tuple[float, NDArray[np.int64]]:
        parts = [p for p in np.array_split(index, self.micro_batches) if len(p)]
        shares = [self._weight(p) / self._weight(index) for p in parts]
        results = [
            self._backward(p, inputs.batch(p, learning=True), share)
            for p, share in zip(parts, shares, strict=True)
        ]
        loss = sum(value * len(p) for (value, _), p in zip(results, parts, strict=True)) / len(index)
        return loss, np.concatenate([predicted for _, predicted in results])

    def _backward(
        self, index: NDArray[np.int64], batch: Batch, share: float
    ) -> tuple[float, NDArray[np.int64]]:
        rows = torch.from_numpy(index)
        labels = self.labels[rows]
        with fast_cpu_dropout(self.compute.device):
            logits = self.model(batch, self.compute)
            loss = functional.cross_entropy(logits, labels, weight=self.weights)
            if self.distillation is not None:
                loss = self.distillation.loss(logits, rows, loss)
        (loss if share == 1.0 else loss * share).backward()  # type: ignore[no-untyped-call]
        # reported without class weights and teacher, comparable with the validation loss
        plain = self.weights is None and self.distillation is None
        reported = loss if plain else functional.cross_entropy(logits.detach(), labels)
        return reported.item(), logits.detach().argmax(-1).cpu().numpy()

    def _weight(self, index: NDArray[np.int64]) -> float:
        """Return the total class weight of some rows."""
        if self.weights is None:
            return float(len(index))
        return float(self.weights[self.labels[torch.from_numpy(index)]].sum())


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
