"""The gradients of one step: forward, loss and backward, in as many pieces as memory asks for."""

import logging
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import Parameter, functional

from translearn_core.activations import Compute
from translearn_core.config import ClassWeights
from translearn_core.config.lr_schedule import HEAD
from translearn_core.errors import out_of_memory
from translearn_core.training.distillation import DistillationTarget
from translearn_core.training.dropout import fast_cpu_dropout
from translearn_core.training.training_rows import TrainingRows, class_weights
from translearn_core.transfer import Batch, Classifier, Inputs

log = logging.getLogger(__name__)


class Gradients:
    """Fills the gradients of `model`, one batch after another; `pieces` is in how many a batch goes."""

    def __init__(
        self,
        model: Classifier,
        rows: TrainingRows,
        how: ClassWeights,
        compute: Compute,
        lesson: DistillationTarget | None,
    ) -> None:
        self.model, self.compute, self.lesson = model, compute, lesson
        # a copy: what comes from a file may be read-only
        self.labels = torch.tensor(rows.labels, device=compute.device)
        weights = class_weights(rows, how)
        self.weights = None if weights is None else weights.to(compute.device)
        self.pieces = 1

    def backward(
        self, index: NDArray[np.int64], batch: Batch, inputs: Inputs, optimizer: torch.optim.Optimizer
    ) -> tuple[float, NDArray[np.int64]]:
        """Fill the gradients of one step; return its loss and what was predicted.

        `batch` is that of the rows `index` of `inputs`; the gradients that `optimizer` sees are cleared
        before. Where memory runs out the batch is taken in halves, quarters, …: they add up to the same.
        """
        while True:
            try:
                optimizer.zero_grad(set_to_none=True)
                if self.pieces == 1:
                    return self._backward(index, batch, 1.0)
                return self._in_pieces(index, inputs)
            except (RuntimeError, MemoryError) as error:
                if not out_of_memory(error) or self.pieces >= len(index):
                    raise
            self.pieces = min(len(index), 2 * self.pieces)
            log.warning("memory ran out: batches of %s texts go in %s pieces", len(index), self.pieces)
            if self.compute.device.type == "cuda":
                torch.cuda.empty_cache()

    def _in_pieces(self, index: NDArray[np.int64], inputs: Inputs) -> tuple[float, NDArray[np.int64]]:
        parts = [p for p in np.array_split(index, self.pieces) if len(p)]
        shares = [self._weight(p) / self._weight(index) for p in parts]
        done = [
            self._backward(p, inputs.batch(p, learning=True), share)
            for p, share in zip(parts, shares, strict=True)
        ]
        loss = sum(value * len(p) for (value, _), p in zip(done, parts, strict=True)) / len(index)
        return loss, np.concatenate([predicted for _, predicted in done])

    def _backward(
        self, index: NDArray[np.int64], batch: Batch, share: float
    ) -> tuple[float, NDArray[np.int64]]:
        where = torch.from_numpy(index)
        labels = self.labels[where]
        with fast_cpu_dropout(self.compute.device):
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


@torch.no_grad()
def l2_sp_gradient(
    learning: Mapping[str, Parameter], start: Mapping[str, Tensor], parts: Mapping[str, str], strength: float
) -> None:
    """Add the gradient of L2-SP: towards the start, the head towards nothing (arXiv:1802.01483)."""
    for name, parameter in learning.items():
        if parameter.grad is not None and parts[name] != HEAD:
            parameter.grad.add_(parameter - start[name], alpha=strength)


def parameters_with_gradient(learning: Mapping[str, Parameter]) -> list[str]:
    """Return the names of those whose gradient is not nothing."""
    return [name for name, p in learning.items() if p.grad is not None and bool(p.grad.any())]
