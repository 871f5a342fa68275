"""Snapshots of layer representations during training, for replay."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from translearn_core.config import Cell, ExperimentConfig
from translearn_core.results import EpochPoint, Snapshot
from translearn_core.results.diagnostics.snapshots import snapshot_stride
from translearn_core.runs import artifacts
from translearn_core.training.checkpoints.checkpoint import Checkpoint
from translearn_core.transfer import StageInputs

FOLDER = "replay"


class SnapshotWriter:
    """Writer of pooled vectors of the rows `index` at every layer: before training and after each stage.

    A run of one stage has snapshots after epochs. None are written if only the head trains or the
    architecture does not support partial forward passes.
    """

    def __init__(
        self,
        folder: Path,
        stage_inputs: StageInputs,
        config: ExperimentConfig,
        texts: Sequence[Cell],
        index: NDArray[np.int64],
    ) -> None:
        self.folder, self.stage_inputs, self.index = folder / FOLDER, stage_inputs, index
        backbone = stage_inputs.model.loaded_backbone
        self.texts = backbone.inputs([texts[i] for i in index], config.features)
        self.enabled = config.trains_backbone and backbone.info.supports_partial_forward
        self.staged = bool(config.stages)
        self.stride = snapshot_stride(config.training.epochs)

    def begin(self, state: Checkpoint) -> None:
        """Write the snapshot before the first step; a resumed run has it already."""
        if self.enabled and not state.step:
            self._write(0, 0, 0)

    def __call__(self, point: EpochPoint, ended: bool) -> None:
        """Write a snapshot after an epoch if one is due; `ended`: the stage ended with it."""
        if self.enabled and (ended or (not self.staged and point.epoch % self.stride == 0)):
            self._write(point.epoch, point.step, point.stage)

    def _write(self, epoch: int, step: int, stage: int) -> None:
        layers = self.stage_inputs.encoder(self.texts).pooled(self.stage_inputs.model.feature_config.pooling)
        vectors = np.stack([layer.vectors().numpy().astype(np.float16) for layer in layers])
        artifacts.save(self.folder / f"{epoch:06d}", Snapshot(epoch, step, stage, self.index, vectors))


def snapshots(folder: Path) -> list[Snapshot]:
    """Return the snapshots of a run in order; empty if it wrote none.

    Raises
    ------
    DamagedFileError
        If a snapshot is damaged; only training again restores it.
    """
    paths = sorted((folder / FOLDER).glob("[0-9]*"))
    return [snapshot for path in paths if (snapshot := artifacts.read(path, Snapshot)) is not None]
