"""Training task: rows with their targets, objective and metrics; the loop knows nothing else of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations import Compute, ProgressCallback
from translearn_core.transfer import Classifier, Inputs, TransferModel
from translearn_core.transfer.objectives import Objective


class BatchSampler(Protocol):
    """Batches of an epoch of a task that draws its rows itself."""

    def steps_per_epoch(self, batch_size: int) -> int:
        """Return the number of batches of an epoch."""

    def order(
        self, cost: NDArray[np.int64], batch_size: int, *, seed: int, epoch: int
    ) -> list[NDArray[np.int64]]:
        """Return the rows of every batch of an epoch; a function of seed and epoch alone."""


class TrainingTask(Protocol):
    """What a loop trains: indices of training and validation rows, and how outputs are judged.

    Without validation rows the last epoch counts as the best.
    """

    @property
    def train(self) -> NDArray[np.int64]: ...  # noqa: D102

    @property
    def validation(self) -> NDArray[np.int64]: ...  # noqa: D102

    @property
    def objective(self) -> Objective: ...  # noqa: D102

    @property
    def targets(self) -> Tensor | None:
        """One target per row; None if batches have one per position."""

    @property
    def weights(self) -> Tensor | None:
        """Weight of each row in the loss, or of each output of a row; None: all count the same."""

    @property
    def groups(self) -> NDArray[np.int64] | None:
        """Group of each row, whose batches are drawn apart from those of other groups; None: one group."""

    @property
    def sampler(self) -> "BatchSampler | None":
        """What draws its batches, and measures its epochs; None: every row once an epoch."""

    @property
    def selection(self) -> str:
        """Validation metric that selects the best epoch: the highest value, of the loss the lowest.

        An empty one selects the last epoch.
        """

    @property
    def learned_weights(self) -> Mapping[str, float]:
        """Current weight of each of several targets' losses by its column; empty if none are learned."""

    def at_stage(self, stage: int) -> "TrainingTask":
        """Return what trains in a stage, counted from 0: the task itself, or one of several targets."""

    def metrics(self, rows: NDArray[np.int64], outputs: Tensor) -> dict[str, float]:
        """Return the metrics, except the loss, of the outputs of some rows."""

    def validate(
        self, model: TransferModel, inputs: Inputs, compute: Compute, report: ProgressCallback
    ) -> dict[str, float]:
        """Return loss and metrics on the validation rows, the loss first; the loss is NaN without rows."""


@dataclass(frozen=True)
class StepPart:
    """Part of a step's batch: the rows `rows` are piece `piece` of `pieces`, both counted from 0.

    `progress` is the share of the training that is done.
    """

    rows: NDArray[np.int64]
    step: int = 0
    progress: float = 0.0
    piece: int = 0
    pieces: int = 1


class AddedLoss(Protocol):
    """Loss of rows without a label that each step adds to that of its batch.

    `needs_features`: it is a loss between features, and none is added while the backbone is frozen.
    """

    needs_features: ClassVar[bool]

    def loss(
        self,
        model: Classifier,
        source: Tensor,
        inputs: Inputs,
        compute: Compute,
        part: StepPart,
    ) -> Tensor:
        """Return the weighted loss for a part of a batch with the features, or else outputs, `source`."""
