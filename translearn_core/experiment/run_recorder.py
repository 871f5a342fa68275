"""Recording of a training run: checkpoints, history, phase timings; and resuming."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from translearn_core.activations import ProgressCallback
from translearn_core.config import ExperimentConfig
from translearn_core.errors import ConfigError, DamagedFileError
from translearn_core.experiment.self_training import RoundsWriter
from translearn_core.results import EpochPoint
from translearn_core.training.callbacks import Record, TrainingEvent
from translearn_core.training.checkpoints.checkpoint import Checkpoint
from translearn_core.training.checkpoints.resume import extend, resume
from translearn_core.training.loop import Loop
from translearn_core.training.snapshots import SnapshotWriter

log = logging.getLogger(__name__)

CHECKPOINT_SECONDS = 120.0
"""Seconds between checkpoints within an epoch."""
EPOCH_SECONDS = 15.0
"""Minimum seconds between checkpoints at epoch ends: with one-step epochs, writing took 40 % of the time."""


@dataclass
class PhaseTimer:
    """Seconds spent per named phase."""

    spent: dict[str, float] = field(default_factory=dict)
    since: float = field(default_factory=time.perf_counter)

    def switch(self, name: str) -> None:
        """Add the time since the last call to phase `name`."""
        now = time.perf_counter()
        self.spent[name] = self.spent.get(name, 0.0) + now - self.since
        self.since = now

    def add(self, earlier: Mapping[str, float]) -> None:
        """Add the training time of earlier attempts; other phases are repeated, so theirs is not added."""
        self.spent["train"] = self.spent.get("train", 0.0) + earlier.get("train", 0.0)

    def totals(self) -> dict[str, float]:
        """Return read, encode, train, evaluate and their total, in seconds."""
        phases = {
            name: round(self.spent.get(name, 0.0), 3) for name in ("read", "encode", "train", "evaluate")
        }
        return phases | {"total": round(sum(self.spent.values()), 3)}


@dataclass
class RunRecorder:
    """Training callback that records points, writes checkpoints and snapshots, and reports progress.

    `rounds` writes the account of self-training; with it a stage is reported as a training.
    """

    folder: Path
    report: ProgressCallback
    record: Record
    clock: PhaseTimer
    snapshots: SnapshotWriter
    rounds: RoundsWriter
    stages: int = 1
    saved_at: float = field(default_factory=time.monotonic)

    def __call__(self, event: TrainingEvent) -> None:
        """Record one step or epoch."""
        interval = EPOCH_SECONDS if isinstance(event.point, EpochPoint) else CHECKPOINT_SECONDS
        if event.ended or time.monotonic() - self.saved_at > interval:
            self.clock.switch("train")
            event.checkpoint(self.clock.spent).write(self.folder)
            self.saved_at = time.monotonic()
        self.rounds()
        if event.point is not None:
            self.record([event.point])
        if isinstance(event.point, EpochPoint):
            self.clock.switch("train")
            self.snapshots(event.point, event.ended)
            self.clock.switch("evaluate")
        word = "training" if self.rounds.loop.labeller is not None else "training, stage"
        stage = f"{word} {event.stage + 1} of {self.stages}" if self.stages > 1 else "training"
        self.report(stage, event.step, event.steps)


def resume_or_start(
    loop: Loop,
    config: ExperimentConfig,
    folder: Path,
    parent: Path | None,
    record: Record,
    report: ProgressCallback,
) -> None:
    """Resume from this run's checkpoint, else extend its parent, else start from scratch.

    A run whose checkpoints are both damaged starts again; a parent's last one must be intact.
    """
    try:
        state = Checkpoint.read(folder)
    except DamagedFileError as error:
        log.warning("%s It is trained again from its beginning.", error)
        report("starting again, because its checkpoints are damaged", 0, 0)
        state = None
    if state:
        resume(loop, state)
        record(state.history)
    elif config.resume_from:
        state = Checkpoint.read(parent, newest=True) if parent else None
        if state is None:
            raise ConfigError(
                "resume_from", config.resume_from, "a run that is still here and has a checkpoint"
            )
        extend(loop, state)
        record(state.history)
