"""Records of the store: data sets, jobs and runs, immutable."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic

from typing_extensions import TypeVar

from translearn_core.config import JobConfig
from translearn_core.jobs import SPECS, JobSpec, spec_of
from translearn_core.storage.documents import parse_json

C = TypeVar("C", bound=JobConfig, covariant=True, default=JobConfig)


class State(StrEnum):
    """State of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    DONE = "done"

    @property
    def live(self) -> bool:
        """Whether it may change without a request."""
        return self in (State.QUEUED, State.RUNNING, State.INTERRUPTED)


@dataclass(frozen=True)
class Dataset:
    """Data set of one owner; its files are shared by digest."""

    id: str
    owner: str
    name: str
    digest: str
    bytes: int
    created: float


@dataclass(frozen=True)
class Progress:
    """Progress of a job: stage in words, `done` of `total` in its unit, estimated seconds left."""

    stage: str
    done: float
    total: float
    seconds_left: float | None = None


STOPPING = "stopping"
"""Stage of a job that has noticed the request to stop and is saving its state."""


@dataclass(frozen=True)
class RunningJob:
    """Running job: its worker's token, whether it must stop, and whether the worker has noticed that."""

    worker: str | None
    stop: bool
    stop_acknowledged: bool


@dataclass(frozen=True)
class Job(Generic[C]):
    """Job, shared by all owners of equal configurations."""

    id: str
    config: C
    state: State
    reason: str | None
    stop: bool
    attempts: int
    created: float
    started: float | None
    finished: float | None
    progress: Progress | None
    worker: str | None

    @property
    def spec(self) -> JobSpec[Any, Any]:
        """Specification of its kind."""
        return spec_of(self.config)


@dataclass(frozen=True)
class Run(Generic[C]):
    """Run: one owner's entry for a job, with its own id and name; the job may be shared."""

    id: str
    owner: str
    name: str
    created: float
    stopping: bool
    job: Job[C]

    @property
    def state(self) -> State:
        """State of its job."""
        return self.job.state


UNREADABLE = "This version cannot read its settings: make a new run."
"""Message for a run written by another version, or invalid."""


@dataclass(frozen=True)
class Unreadable:
    """Run or study whose settings this version cannot read; it can be listed and deleted."""

    id: str
    name: str
    created: float


def job_of(row: Any) -> Job:
    """Parse a row of the jobs table, and validate its configuration.

    Raises
    ------
    ValueError
        If this version cannot read it, including pydantic's `ValidationError`.
    """
    spec = SPECS.get(row.kind)
    if spec is None:
        raise ValueError(f"kind: {row.kind}")
    progress = None
    if row.stage is not None:
        progress = Progress(row.stage, row.done or 0.0, row.total or 0.0, row.seconds_left)
    return Job(
        id=row.id,
        config=spec.config.model_validate(parse_json(row.config)),
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
    """Parse a row of the jobs table joined with one owner's entry."""
    try:
        job = job_of(row)
    except ValueError:
        return Unreadable(row.run, row.name, row.claimed)
    return Run(row.run, row.owner, row.name, row.claimed, bool(row.stopping), job)
