"""What a stage is fed: the batches of one epoch after another."""

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray

from translearn_core.config import TrainingConfig
from translearn_core.training.batches import batch_order
from translearn_core.training.prefetch import prefetch_batches
from translearn_core.transfer import Batch, Inputs


class BatchLoader:
    """The rows `train` of `inputs` in batches, in an order of its own for every epoch."""

    def __init__(
        self, inputs: Inputs, train: NDArray[np.int64], training: TrainingConfig, device: torch.device
    ) -> None:
        self.inputs, self.train, self.training, self.device = inputs, train, training, device
        self._single: Batch | None = None

    def order(self, epoch: int) -> list[NDArray[np.int64]]:
        """Return the rows of every batch of an epoch."""
        size, seed = self.training.batch_size, self.training.seed
        if size >= len(self.train):
            return [self.train]
        lengths = self.inputs.lengths
        if self.inputs.pooled is not None:  # no padding to save: there the order is a plain shuffle
            lengths = np.zeros_like(lengths)
        return batch_order(lengths, self.train, size, seed=seed, epoch=epoch)

    def ready(self, order: list[NDArray[np.int64]]) -> Iterable[tuple[NDArray[np.int64], Batch]]:
        """Return the batches of `order`; a single one of vectors is the same in every epoch."""
        if len(order) != 1 or self.inputs.pooled is None:
            return prefetch_batches(self.inputs, order, self.device)
        if self._single is None:
            self._single = self.inputs.batch(order[0], learning=True)
        return [(order[0], self._single)]
