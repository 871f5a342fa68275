"""What the store says of a study: what it is made of, and how far its runs are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields

from translearn_core.config import Cell, CompareConfig, StudyConfig
from translearn_core.runs.records import State


@dataclass(frozen=True)
class StudyRun:
    """One run of a study: its cell by name and by what is varied, its seed, and the job."""

    cell: str
    factors: dict[str, str]
    seed: int
    job: str


@dataclass(frozen=True)
class Study:
    """One owner's study; `blocks` counts those of each backbone by its label."""

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
        """Jobs of all runs."""
        return tuple(run.job for run in self.runs)

    @property
    def cells(self) -> dict[str, dict[str, str]]:
        """Cells by name: what they are in recipe, backbone, rows and, where it is varied, boundary."""
        return {run.cell: run.factors for run in self.runs}

    def comparison(self, done: Collection[str], baseline: str | None = None) -> CompareConfig | None:
        """Return the question of how the cells with finished runs compare, None where there is none.

        They are held against `baseline`, else the study's own, else, where that has no finished run, against
        the first that has one.
        """
        jobs: dict[str, tuple[str, ...]] = {}
        for run in self.runs:
            if run.job in done:
                jobs[run.cell] = (*jobs.get(run.cell, ()), run.job)
        if not jobs:
            return None
        against = next((b for b in (baseline, self.baseline) if b in jobs), next(iter(jobs)))
        return CompareConfig(cells=tuple(Cell(name=n, jobs=j) for n, j in jobs.items()), baseline=against)


@dataclass(frozen=True)
class StudyProgress:
    """A study's jobs by where they stand; those that are `gone` were deleted."""

    done: tuple[str, ...] = ()
    running: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @classmethod
    def of(cls, jobs: Collection[str], states: Mapping[str, State]) -> "StudyProgress":
        """Sort `jobs` by their states; one that has none is gone."""

        def those(*wanted: State | None) -> tuple[str, ...]:
            return tuple(job for job in jobs if states.get(job) in wanted)

        return cls(
            done=those(State.DONE),
            running=those(State.RUNNING),
            waiting=those(State.QUEUED, State.INTERRUPTED),
            stopped=those(State.STOPPED),
            failed=those(State.FAILED),
            gone=those(None),
        )

    @property
    def total(self) -> int:
        """How many jobs there are, deleted ones counted."""
        return sum(len(getattr(self, place.name)) for place in fields(self))

    @property
    def state(self) -> State:
        """Where the study as a whole stands."""
        if self.running:
            return State.RUNNING
        if self.waiting:
            return State.QUEUED
        if len(self.done) == self.total:
            return State.DONE
        return State.FAILED if self.failed else State.STOPPED

    def summary(self) -> str:
        """Return it in words: how many are done, and the others where there are some."""
        rest = {"running": self.running, "waiting": self.waiting, "stopped": self.stopped}
        rest |= {"failed": self.failed, "deleted": self.gone}
        said = [f"{len(self.done)} of {self.total} done"]
        return ", ".join(said + [f"{len(there)} {name}" for name, there in rest.items() if there])
