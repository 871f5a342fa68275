"""Records of studies and their progress."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields

from translearn_core.config import StudyConfig
from translearn_core.jobs import Cell, CompareConfig
from translearn_core.runs.records import State


@dataclass(frozen=True)
class StudyRun:
    """Run of a study: name and factors of its cell, seed and job."""

    cell: str
    factors: dict[str, str]
    seed: int
    job: str


@dataclass(frozen=True)
class Study:
    """Study of one owner; `blocks` is the number of blocks by backbone label."""

    id: str
    owner: str
    name: str
    config: StudyConfig
    blocks: dict[str, int]
    runs: tuple[StudyRun, ...] = field(repr=False)
    baseline: str
    created: float

    @property
    def jobs(self) -> tuple[str, ...]:
        """Job ids of all runs."""
        return tuple(run.job for run in self.runs)

    @property
    def cells(self) -> dict[str, dict[str, str]]:
        """Factors of each cell by its name: recipe, backbone, rows and, if varied, boundary."""
        return {run.cell: run.factors for run in self.runs}

    def comparison(self, done: Collection[str], baseline: str | None = None) -> CompareConfig | None:
        """Return the comparison of the cells with finished runs (`done`); None without any.

        The baseline is `baseline`, the study's own, or the first cell, whichever has a finished run.
        """
        jobs: dict[str, tuple[str, ...]] = {}
        for run in self.runs:
            if run.job in done:
                jobs[run.cell] = (*jobs.get(run.cell, ()), run.job)
        if not jobs:
            return None
        baseline_cell = next((b for b in (baseline, self.baseline) if b in jobs), next(iter(jobs)))
        return CompareConfig(
            arms=tuple(Cell(name=n, jobs=j) for n, j in jobs.items()), baseline=baseline_cell
        )


@dataclass(frozen=True)
class StudyProgress:
    """Jobs of a study by state; those in `gone` were deleted."""

    done: tuple[str, ...] = ()
    running: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @classmethod
    def of(cls, jobs: Collection[str], states: Mapping[str, State]) -> "StudyProgress":
        """Group `jobs` by their states; jobs without one are gone."""

        def in_state(*group: State | None) -> tuple[str, ...]:
            return tuple(job for job in jobs if states.get(job) in group)

        return cls(
            done=in_state(State.DONE),
            running=in_state(State.RUNNING),
            waiting=in_state(State.QUEUED, State.INTERRUPTED),
            stopped=in_state(State.STOPPED),
            failed=in_state(State.FAILED),
            gone=in_state(None),
        )

    @property
    def total(self) -> int:
        """Number of jobs, including deleted ones."""
        return sum(len(getattr(self, field.name)) for field in fields(self))

    @property
    def state(self) -> State:
        """State of the whole study."""
        if self.running:
            return State.RUNNING
        if self.waiting:
            return State.QUEUED
        if len(self.done) == self.total:
            return State.DONE
        return State.FAILED if self.failed else State.STOPPED

    def summary(self) -> str:
        """Describe the progress in words."""
        rest = {"running": self.running, "waiting": self.waiting, "stopped": self.stopped}
        rest |= {"failed": self.failed, "deleted": self.gone}
        counts = [f"{len(ids)} {name}" for name, ids in rest.items() if ids]
        return ", ".join([f"{len(self.done)} of {self.total} done", *counts])
