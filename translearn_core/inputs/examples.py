"""Rows of one run and their batches, whatever their modality."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

ProgressCallback = Callable[[str, float, float], None]
"""``report(stage, done, total)``: called between steps of a job; may raise to stop it."""


def no_progress(stage: str, done: float, total: float) -> None:
    """No-op progress callback."""


@dataclass(frozen=True)
class ModelInput:
    """Batch of a model: ``model(**tensors)``; `mask` is 1 at positions that count in pooling, None: all do.

    `mask` has shape (rows, positions). If the rows are words, `words`, shape (words, 2), has the row of
    `tensors` and the position of each.
    """

    tensors: dict[str, Tensor]
    mask: Tensor | None
    words: Tensor | None = None

    def to(self, device: torch.device) -> "ModelInput":
        """Return the batch on `device`, copied asynchronously from pinned memory."""
        return self._map(lambda tensor: tensor.to(device, non_blocking=True))

    def pin(self) -> "ModelInput":
        """Return the batch in pinned memory."""
        return self._map(Tensor.pin_memory)

    def _map(self, function: Callable[[Tensor], Tensor]) -> "ModelInput":
        tensors = {name: function(tensor) for name, tensor in self.tensors.items()}
        others = (None if tensor is None else function(tensor) for tensor in (self.mask, self.words))
        return ModelInput(tensors, *others)


class Rows(Protocol):
    """Rows that can be batched; `cost` is the number of positions of each, such as its tokens, shape (n,)."""

    @property
    def cost(self) -> NDArray[np.int64]: ...  # noqa: D102

    def __len__(self) -> int: ...

    def batch(self, rows: NDArray[np.int64]) -> ModelInput:
        """Return some rows as tensors, padded to the costliest."""


class Examples(Rows, Protocol):
    """Rows with cache keys: a digest each, and the settings of their `preprocessing`, as in a file name.

    `noun` names one row in sentences.
    """

    noun: str

    @property
    def digests(self) -> Sequence[bytes]: ...  # noqa: D102

    @property
    def preprocessing(self) -> str: ...  # noqa: D102


def batches_by_cost(cost: NDArray[np.int64], budget: int) -> Iterator[NDArray[np.int64]]:
    """Yield indices in batches of similar cost, highest first: `budget` padded positions or a single row."""
    order = np.argsort(-cost, kind="stable")
    start = 0
    while start < len(order):
        size = max(1, budget // max(1, int(cost[order[start]])))
        yield order[start : start + size]
        start += size
