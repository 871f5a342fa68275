"""What a job is given: its configuration, its folder, the store to report to, and what stayed warm."""

import time
from collections import OrderedDict
from collections.abc import Hashable, Iterator, MutableMapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from translearn_core.config import BaseConfig
from translearn_core.errors import DamagedFileError, Stopped
from translearn_core.results import EpochPoint, StepPoint
from translearn_core.runs import STOPPING, Job, Progress, RunStore, artifacts
from translearn_core.worker.persistence import attempt, persist

T = TypeVar("T")

REPORT_SECONDS, POINTS_SECONDS = 0.25, 0.5
"""A report, or a batch of points, is written at most so often."""

PAUSE_SECONDS = 5.0
"""How long no report is tried after the store could not take one."""


class LruCache(MutableMapping[Hashable, Any]):
    """The few things a process keeps between jobs (backbones, models); the least recently used goes first."""

    def __init__(self, limit: int = 6) -> None:
        self._limit = limit
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def __getitem__(self, key: Hashable) -> Any:
        self._kept.move_to_end(key)
        return self._kept[key]

    def __setitem__(self, key: Hashable, value: Any) -> None:
        self._kept[key] = value
        self._kept.move_to_end(key)
        while len(self._kept) > self._limit:
            self._kept.popitem(last=False)

    def __delitem__(self, key: Hashable) -> None:
        del self._kept[key]

    def __iter__(self) -> Iterator[Hashable]:
        return iter(tuple(self._kept))

    def __len__(self) -> int:
        return len(self._kept)


class Context:
    """One job being done.

    Attributes
    ----------
    store : RunStore
    job : Job
        As the store had it when the job began; `job.attempts` > 1 means it was interrupted before.
    config : Frozen
        The job's configuration, validated again.
    folder : Path
        Where its results go; exists, and may hold what an earlier attempt left.
    warm : MutableMapping
        Kept between the jobs of this process, a few entries only.
    """

    def __init__(
        self, store: RunStore, job: Job, config: BaseConfig, folder: Path, warm: MutableMapping[Hashable, Any]
    ) -> None:
        self.store, self.job, self.config, self.folder, self.warm = store, job, config, folder, warm
        self._points: list[StepPoint | EpochPoint] = []
        self._progress = job.progress or Progress("starting", 0.0, 0.0)
        self._reported = self._flushed = self._stage_done = 0.0
        self._stage_began = time.monotonic()
        self._stopping = False
        folder.mkdir(parents=True, exist_ok=True)

    def result(self, job: str, kind: type[T]) -> T | None:
        """Return what another job left; None if there is none.

        Raises
        ------
        DamagedFileError
            If it is no longer whole; that job counts as failed from then on.
        """
        try:
            return artifacts.read(self.store.workspace.run(job), kind)
        except DamagedFileError as error:
            self.store.mark_damaged(error)
            raise

    def report(
        self,
        stage: str,
        done: float = 0,
        total: float = 0,
        seconds_left: float | None = None,
        *,
        force: bool = False,
    ) -> None:
        """Say how far the job is, as often as you like: four times a second and at a new stage it is written.

        Raises
        ------
        Stopped
            If somebody asked the job to stop, or it was given to another worker.
        """
        changed = stage != self._progress.stage
        if changed or done < self._stage_done:
            self._stage_began, self._stage_done = time.monotonic(), float(done)
        left = self._seconds_left(done, total) if seconds_left is None else seconds_left
        self._progress = Progress(stage, float(done), float(total), left)
        if force or changed or time.monotonic() - self._reported >= REPORT_SECONDS:
            self._tell()
        if self._stopping:
            raise Stopped(f"asked to stop while {stage}")

    def add_points(self, points: Sequence[StepPoint | EpochPoint]) -> None:
        """Append to the job's history; written in batches, the rest at the end of the job."""
        self._points.extend(points)
        if time.monotonic() - self._flushed >= POINTS_SECONDS:
            self.flush()

    def flush(self, *, last: bool = False) -> None:
        """Write the points that wait; where the store cannot take them now they wait on.

        The `last` time, that is waited for.
        """
        points = tuple(self._points)

        def write() -> bool:
            self.store.add_points(self.job.id, points, worker=self.job.worker)
            return True

        if persist(write) if last else attempt(write):
            self._points.clear()
        self._flushed = time.monotonic()

    def _seconds_left(self, done: float, total: float) -> float | None:
        """Return the seconds this stage will still take at its pace so far; None before there is one."""
        spent, gone = time.monotonic() - self._stage_began, done - self._stage_done
        return spent * (total - done) / gone if gone > 0 and spent > 1.0 else None

    def _tell(self) -> None:
        if self._stopping:
            self._progress = Progress(STOPPING, 0.0, 0.0)
        stop = attempt(lambda: self.store.report(self.job.id, self._progress, worker=self.job.worker))
        self._reported = time.monotonic() + (PAUSE_SECONDS if stop is None else 0.0)
        if stop and not self._stopping:
            self._stopping = True
            self._tell()  # that it was heard: there is time now to keep what there is
