"""Execution context of a job: configuration, result folder, progress reports and in-process cache."""

import time
from collections import OrderedDict
from collections.abc import Hashable, Iterator, MutableMapping, Sequence
from pathlib import Path
from typing import Any, Generic

from typing_extensions import TypeVar

from translearn_core.config import JobConfig
from translearn_core.errors import DamagedFileError, Stopped
from translearn_core.results import EpochPoint, StepPoint
from translearn_core.runs import STOPPING, Job, Progress, RunStore, artifacts
from translearn_core.worker.process.persistence import attempt, persist

T = TypeVar("T")
C = TypeVar("C", bound=JobConfig, covariant=True, default=JobConfig)

REPORT_SECONDS, POINTS_SECONDS = 0.25, 0.5
"""Minimum seconds between two writes of progress, and of history points."""

PAUSE_SECONDS = 5.0
"""Seconds to skip progress reports after the store refused one."""


class LruCache(MutableMapping[Hashable, Any]):
    """LRU cache of a process for backbones and models."""

    def __init__(self, limit: int = 6) -> None:
        self._limit = limit
        self._entries: OrderedDict[Hashable, Any] = OrderedDict()

    def __getitem__(self, key: Hashable) -> Any:
        self._entries.move_to_end(key)
        return self._entries[key]

    def __setitem__(self, key: Hashable, value: Any) -> None:
        self._entries[key] = value
        self._entries.move_to_end(key)
        while len(self._entries) > self._limit:
            self._entries.popitem(last=False)

    def __delitem__(self, key: Hashable) -> None:
        del self._entries[key]

    def __iter__(self) -> Iterator[Hashable]:
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)


class Context(Generic[C]):
    """Execution context of one job.

    Attributes
    ----------
    store : RunStore
    job : Job[C]
        Its record when it started; `job.attempts` > 1 after an interruption.
    config : C
        The job's validated configuration.
    folder : Path
        Result folder; exists, may hold files of an earlier attempt.
    warm : MutableMapping
        Small cache shared by the jobs of this process.
    """

    def __init__(
        self, store: RunStore, job: Job[C], folder: Path, warm: MutableMapping[Hashable, Any]
    ) -> None:
        self.store, self.job, self.folder, self.warm = store, job, folder, warm
        self.config = job.config
        self._points: list[StepPoint | EpochPoint] = []
        self._progress = job.progress or Progress("starting", 0.0, 0.0)
        self._reported = self._flushed = self._stage_done = 0.0
        self._stage_began = time.monotonic()
        self._stopping = False
        folder.mkdir(parents=True, exist_ok=True)

    def result(self, job: str, kind: type[T]) -> T | None:
        """Return the result of another job, or None.

        Raises
        ------
        DamagedFileError
            If its files are damaged; the other job is then marked as failed.
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
        """Report progress; written at most every `REPORT_SECONDS`, and whenever the stage changes.

        Raises
        ------
        Stopped
            If a stop was requested or the job was reassigned to another worker.
        """
        changed = stage != self._progress.stage
        if changed or done < self._stage_done:
            self._stage_began, self._stage_done = time.monotonic(), float(done)
        left = self._seconds_left(done, total) if seconds_left is None else seconds_left
        self._progress = Progress(stage, float(done), float(total), left)
        if force or changed or time.monotonic() - self._reported >= REPORT_SECONDS:
            self._write_progress()
        if self._stopping:
            raise Stopped(f"asked to stop while {stage}")

    def add_points(self, points: Sequence[StepPoint | EpochPoint]) -> None:
        """Append points to the job's history; written in batches."""
        self._points.extend(points)
        if time.monotonic() - self._flushed >= POINTS_SECONDS:
            self.flush()

    def flush(self, *, last: bool = False) -> None:
        """Write the buffered points; keep them if the store is unavailable, or wait for it if `last`."""
        points = tuple(self._points)

        def write() -> bool:
            self.store.add_points(self.job.id, points, worker=self.job.worker)
            return True

        if persist(write) if last else attempt(write):
            self._points.clear()
        self._flushed = time.monotonic()

    def _seconds_left(self, done: float, total: float) -> float | None:
        """Extrapolate the remaining seconds of this stage; None in its first second."""
        spent, advanced = time.monotonic() - self._stage_began, done - self._stage_done
        return spent * (total - done) / advanced if advanced > 0 and spent > 1.0 else None

    def _write_progress(self) -> None:
        if self._stopping:
            self._progress = Progress(STOPPING, 0.0, 0.0)
        stop = attempt(lambda: self.store.report(self.job.id, self._progress, worker=self.job.worker))
        self._reported = time.monotonic() + (PAUSE_SECONDS if stop is None else 0.0)
        if stop and not self._stopping:
            self._stopping = True
            self._write_progress()  # acknowledge the request before results are saved
