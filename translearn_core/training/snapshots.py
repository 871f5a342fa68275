"""Looking at some rows again after every stage, so that a training can be replayed."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from translearn_core.activations import TextBatchSource
from translearn_core.config import ExperimentConfig
from translearn_core.results import EpochPoint, Snapshot
from translearn_core.results.diagnostics.snapshots import snapshot_stride
from translearn_core.runs import artifacts
from translearn_core.training.checkpoint import Checkpoint
from translearn_core.transfer import StageInputs

FOLDER = "replay"


class SnapshotWriter:
    """Keeps what every layer makes of the rows `index`: before training, and after each stage.

    A run in one stage is looked at after its epochs. Where only the head trains nothing moves, and where the
    architecture's layers cannot be seen nothing is kept.
    """

    def __init__(
        self,
        folder: Path,
        supply: StageInputs,
        config: ExperimentConfig,
        texts: Sequence[str],
        index: NDArray[np.int64],
    ) -> None:
        self.folder, self.supply, self.index = folder / FOLDER, supply, index
        backbone = supply.model.source
        self.texts = TextBatchSource(
            [texts[i] for i in index], backbone.tokenizer, config.features.token_limit
        )
        self.on = config.trains_backbone and backbone.anatomy.supports_partial_forward
        self.staged = bool(config.stages)
        self.stride = snapshot_stride(config.training.epochs)

    def begin(self, state: Checkpoint) -> None:
        """Look before the first step; a run that goes on has been looked at."""
        if self.on and not state.step:
            self._look(0, 0, 0)

    def __call__(self, point: EpochPoint, ended: bool) -> None:
        """Look after an epoch, if it is one of those to be kept; `ended` says that its stage ended."""
        if self.on and (ended or (not self.staged and point.epoch % self.stride == 0)):
            self._look(point.epoch, point.step, point.stage)

    def _look(self, epoch: int, step: int, stage: int) -> None:
        found = self.supply.encoder(self.texts).pooled(self.supply.model.how.pooling)
        vectors = np.stack([layer.vectors().numpy().astype(np.float16) for layer in found])
        artifacts.save(self.folder / f"{epoch:06d}", Snapshot(epoch, step, stage, self.index, vectors))


def snapshots(folder: Path) -> list[Snapshot]:
    """Return what was kept of a run, in order; empty if nothing moved or nothing could be seen.

    Raises
    ------
    DamagedFileError
        If one is no longer what was kept: it cannot be seen again without training again.
    """
    found = (artifacts.read(path, Snapshot) for path in sorted((folder / FOLDER).glob("[0-9]*")))
    return [snapshot for snapshot in found if snapshot is not None]
