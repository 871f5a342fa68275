"""What the store hands out: a data set, a job and one owner's run, as immutable records."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from translearn_core.config import JOBS, BaseConfig, JobKind
from translearn_core.documents import parse_json


class State(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    DONE = "done"

    @property
    def live(self) -> bool:
        """Whether it may still change by itself."""
        return self in (State.QUEUED, State.RUNNING, State.INTERRUPTED)


@dataclass(frozen=True)
class Dataset:
    """One owner's data set; its files are shared by digest."""

    id: str
    owner: str
    name: str
    digest: str
    bytes: int
    created: float


@dataclass(frozen=True)
class Progress:
    """How far a job is.

    `stage` in words, `done` of `total` in that stage's unit, `seconds_left` where it can be told.
    """

    stage: str
    done: float
    total: float
    seconds_left: float | None = None


STOPPING = "stopping"
"""The stage of a job that has heard it is to stop and is keeping what there is."""


@dataclass(frozen=True)
class RunningJob:
    """A running job as the engine sees it.

    Its token, whether it was asked to stop, and whether it has heard that.
    """

    worker: str | None
    stop: bool
    heartbeat: bool


@dataclass(frozen=True)
class Job:
    """A piece of work, shared by all who asked for it."""

    id: str
    kind: JobKind
    config: BaseConfig
    state: State
    reason: str | None
    stop: bool
    attempts: int
    created: float
    started: float | None
    finished: float | None
    progress: Progress | None
    worker: str | None


@dataclass(frozen=True)
class Run:
    """One owner's row for a job: the name and link are theirs, the work and its files may be shared."""

    id: str
    owner: str
    name: str
    created: float
    stopping: bool
    job: Job

    @property
    def state(self) -> State:
        """State of the work behind it."""
        return self.job.state


UNREADABLE = "This version cannot read its settings: make a new run."
"""What is said of a run that another version wrote, or that was written wrongly."""


@dataclass(frozen=True)
class Unreadable:
    """One owner's run or study whose settings this version cannot read: to be seen, and deleted."""

    id: str
    name: str
    created: float


def job_of(row: Any) -> Job:
    """Read a row of the jobs table, its configuration validated again.

    Raises
    ------
    ValueError
        If this version cannot read it; pydantic's `ValidationError` is one.
    """
    kind = JobKind(row.kind)
    progress = None
    if row.stage is not None:
        progress = Progress(row.stage, row.done or 0.0, row.total or 0.0, row.seconds_left)
    return Job(
        id=row.id,
        kind=kind,
        config=JOBS[kind][0].model_validate(parse_json(row.config)),
        state=State(row.state),
        reason=row.reason,
        stop=bool(row.stop),
        attempts=row.attempts,
        created=row.created,
        started=row.started,
        finished=row.finished,
        progress=progress,
        worker=row.worker,
    )


def run_of(row: Any) -> Run | Unreadable:
    """Read a row of the jobs table with one owner's claim to it."""
    try:
        job = job_of(row)
    except ValueError:
        return Unreadable(row.run, row.name, row.claimed)
    return Run(row.run, row.owner, row.name, row.claimed, bool(row.stopping), job)
