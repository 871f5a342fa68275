"""Records of studies and their progress."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from translearn_core.config import StudyConfig
from translearn_core.jobs import CompareConfig, StudyArm
from translearn_core.runs.records import State, Unreadable


@dataclass(frozen=True)
class StudyRun:
    """Run of a study: name and factors of its arm, seed and job."""

    arm: str
    factors: dict[str, str]
    seed: int
    job: str

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "StudyRun":
        """Return a stored run, whose arm earlier versions called `cell`."""
        return cls(**{"arm" if name == "cell" else name: value for name, value in stored.items()})


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
    def arms(self) -> dict[str, dict[str, str]]:
        """Factors of each arm by its name: recipe, backbone, rows and, if varied, boundary."""
        return {run.arm: run.factors for run in self.runs}

    def comparison(self, done: Collection[str], baseline: str | None = None) -> CompareConfig | None:
        """Return the comparison of the arms with finished runs (`done`); None without any.

        The baseline is `baseline`, the study's own, or the first arm, whichever has a finished run.
        """
        jobs: dict[str, tuple[str, ...]] = {}
        for run in self.runs:
            if run.job in done:
                jobs[run.arm] = (*jobs.get(run.arm, ()), run.job)
        if not jobs:
            return None
        baseline_arm = next((b for b in (baseline, self.baseline) if b in jobs), next(iter(jobs)))
        return CompareConfig(
            arms=tuple(StudyArm(name=n, jobs=j) for n, j in jobs.items()), baseline=baseline_arm
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


def study_of(row: Any) -> Study | Unreadable:
    """Return a row of the database as a study, or as one that this version cannot read."""
    try:
        config = StudyConfig.model_validate_json(row.config)
    except ValueError:
        return Unreadable(row.id, row.name, row.created)
    return Study(
        id=row.id,
        owner=row.owner,
        name=row.name,
        config=config,
        blocks=json.loads(row.blocks),
        runs=tuple(StudyRun.read(run) for run in json.loads(row.runs)),
        baseline=row.baseline,
        created=row.created,
    )
