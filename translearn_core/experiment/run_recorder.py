"""What is kept of a run while it trains: its state, its record and its time; and how it is taken up again."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from translearn_core.activations import ProgressCallback
from translearn_core.config import ExperimentConfig
from translearn_core.errors import ConfigError, DamagedFileError
from translearn_core.results import EpochPoint, StepPoint
from translearn_core.training import Checkpoint, Loop, SnapshotWriter, TrainingEvent, extend, resume

log = logging.getLogger(__name__)

CHECKPOINT_SECONDS = 120.0
"""Within an epoch, a run's state is kept so often."""
EPOCH_SECONDS = 15.0
"""Between epochs so often: where few rows make epochs of one step, writing it took two fifths of the time."""

Record = Callable[[Sequence[StepPoint | EpochPoint]], None]
"""Where the points of a history go."""


@dataclass
class PhaseTimer:
    """Seconds spent by name of the work."""

    spent: dict[str, float] = field(default_factory=dict)
    since: float = field(default_factory=time.perf_counter)

    def switch(self, name: str) -> None:
        """Book the time since the last call under `name`."""
        now = time.perf_counter()
        self.spent[name] = self.spent.get(name, 0.0) + now - self.since
        self.since = now

    def add(self, earlier: Mapping[str, float]) -> None:
        """Count what earlier attempts of this run spent training; the rest is done again."""
        self.spent["train"] = self.spent.get("train", 0.0) + earlier.get("train", 0.0)

    def totals(self) -> dict[str, float]:
        """Return read, encode, train, evaluate and their total, in seconds."""
        named = {
            name: round(self.spent.get(name, 0.0), 3) for name in ("read", "encode", "train", "evaluate")
        }
        return named | {"total": round(sum(self.spent.values()), 3)}


@dataclass
class RunRecorder:
    """The loop's hook: points into the record, checkpoints on disk, progress and time left to the person."""

    folder: Path
    report: ProgressCallback
    record: Record
    clock: PhaseTimer
    replay: SnapshotWriter
    stages: int = 1
    kept: float = field(default_factory=time.monotonic)

    def __call__(self, moment: TrainingEvent) -> None:
        """Note one step or epoch."""
        between = isinstance(moment.point, EpochPoint)
        if moment.ended or time.monotonic() - self.kept > (EPOCH_SECONDS if between else CHECKPOINT_SECONDS):
            self.clock.switch("train")
            moment.checkpoint(self.clock.spent).write(self.folder)
            self.kept = time.monotonic()
        if moment.point is not None:
            self.record([moment.point])
        if isinstance(moment.point, EpochPoint):
            self.clock.switch("train")
            self.replay(moment.point, moment.ended)
            self.clock.switch("evaluate")
        which = f", stage {moment.stage + 1} of {self.stages}" if self.stages > 1 else ""
        self.report(f"training{which}", moment.step, moment.steps)


def resume_or_start(
    loop: Loop,
    config: ExperimentConfig,
    folder: Path,
    parent: Path | None,
    record: Record,
    report: ProgressCallback,
) -> None:
    """Go on from this run's own checkpoint, else from its parent's last epoch, else begin.

    Where both checkpoints that a run keeps are damaged, it begins again; a parent's last one must be whole.
    """
    try:
        own = Checkpoint.read(folder)
    except DamagedFileError as error:
        log.warning("%s It is trained again from its beginning.", error)
        report("starting again, because its checkpoints are damaged", 0, 0)
        own = None
    if own:
        resume(loop, own)
        record(own.history)
    elif config.continues:
        before = Checkpoint.read(parent, newest=True) if parent else None
        if before is None:
            raise ConfigError("continues", config.continues, "a run that is still here and has a checkpoint")
        extend(loop, before)
        record(before.history)
