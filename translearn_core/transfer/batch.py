"""Inputs of a model in training or prediction, and their batches."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations import CachedStates
from translearn_core.inputs.examples import ModelInput, Rows, batches_by_cost
from translearn_core.inputs.words import SentenceWords


@dataclass(frozen=True)
class Batch:
    """Tensors of some rows: the model's input, with the `states` entering block `cut`, or pooled vectors.

    `targets`, shape (rows, positions), are those of a prediction per position, `IGNORE_INDEX` where there is
    none; targets per row are the task's.
    """

    inputs: ModelInput | None = None
    cut: int = 0
    states: Tensor | None = None
    pooled: Tensor | None = None
    standardised: Tensor | None = None
    targets: Tensor | None = None

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on `device`, copied asynchronously from pinned memory."""
        if device.type == "cpu":
            return self
        return self._map(lambda t: t.to(device, non_blocking=True), lambda inputs: inputs.to(device))

    def pin(self) -> "Batch":
        """Return the batch in pinned memory."""
        return self._map(Tensor.pin_memory, ModelInput.pin)

    def _map(self, tensor: Callable[[Tensor], Tensor], inputs: Callable[[ModelInput], ModelInput]) -> "Batch":
        tensors = (self.states, self.pooled, self.standardised, self.targets)
        moved = (None if t is None else tensor(t) for t in tensors)
        return Batch(None if self.inputs is None else inputs(self.inputs), self.cut, *moved)


@dataclass(frozen=True)
class Inputs:
    """Model inputs of the rows of one run: examples, and cached outputs of frozen layers.

    `cost` is that of each row, see `Rows`. `cached_states` holds hidden states at the boundary. If only the
    head trains, `pooled`, shape (rows, width), replaces backbone and examples, and `standardised` is
    `pooled` standardised. If the rows are words, `sentence` is the sentence of each: words of one sentence
    belong in one batch, where they share a pass.
    """

    cost: NDArray[np.int64]
    examples: Rows | None = None
    cached_states: CachedStates | None = None
    pooled: Tensor | None = None
    standardised: Tensor | None = None
    sentence: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, examples: Rows) -> "Inputs":
        """Return inputs without cached outputs."""
        return cls(examples.cost, examples, sentence=sentence_of(examples))

    def units(self, rows: NDArray[np.int64]) -> list[NDArray[np.int64]] | None:
        """Return the rows of each sentence among `rows`, None if the rows are not words."""
        if self.sentence is None:
            return None
        order = rows[np.argsort(self.sentence[rows], kind="stable")]
        _, starts = np.unique(self.sentence[order], return_index=True)
        return np.split(order, starts[1:])

    def batches(self, rows: NDArray[np.int64], budget: int) -> Iterator[NDArray[np.int64]]:
        """Yield `rows` in batches of similar cost, see `batches_by_cost`; words by whole sentences."""
        units = None if self.pooled is not None else self.units(rows)
        if units is None:
            yield from (rows[part] for part in batches_by_cost(self.cost[rows], budget))
            return
        first = np.array([unit[0] for unit in units], dtype=np.int64)
        for part in batches_by_cost(self.cost[first], budget):
            yield np.concatenate([units[i] for i in part])

    def tokens(self, rows: NDArray[np.int64]) -> int:
        """Return the tokens of some rows, each sentence counted once."""
        if self.sentence is not None:
            rows = rows[np.unique(self.sentence[rows], return_index=True)[1]]
        return int(self.cost[rows].sum())

    def at_epoch(self, epoch: int) -> "Inputs":
        """Return the inputs of an epoch, counted from 0; here the same in all."""
        del epoch
        return self

    def batch(self, index: NDArray[np.int64], *, learning: bool = False) -> Batch:
        """Return some rows as a batch; pooled vectors standardised if `learning`."""
        if self.pooled is not None:
            rows = torch.from_numpy(index)
            if learning and self.standardised is not None:
                return Batch(standardised=self.standardised[rows])
            return Batch(pooled=self.pooled[rows])
        assert self.examples is not None
        if self.cached_states is None:
            return Batch(self.examples.batch(index))
        return Batch(self.examples.batch(index), self.cached_states.cut, self.cached_states.batch(index))


def sentence_of(rows: Rows) -> NDArray[np.int64] | None:
    """Return the sentence of each row, None if the rows are not words."""
    return rows.sentence if isinstance(rows, SentenceWords) else None
