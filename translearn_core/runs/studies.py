"""The studies of a workspace: grids of runs in the queue, each run an ordinary one, asked for once."""

import json
import secrets
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from translearn_core.config import (
    CompareConfig,
    JobKind,
    PlannedRun,
    StudyConfig,
    expand_grid,
    job_id,
    referenced_jobs,
)
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.runs.queue import MODELS
from translearn_core.runs.records import UNREADABLE, Run, State, Unreadable
from translearn_core.runs.schema import job_owners, jobs, studies
from translearn_core.runs.store import RunStore
from translearn_core.runs.study_records import Study, StudyProgress, StudyRun
from translearn_core.runs.submissions import JobRequest, cancel, requeue_job, submit_jobs
from translearn_core.settings import settings

USUAL = ("linear", "full")
"""Recipes that others are held against where nobody says."""

GONE = "There is no such study in your workspace: it was deleted, or the link is somebody else's."


class Studies:
    """The studies in a store; whatever belongs to a person is asked for by owner."""

    def __init__(self, store: RunStore) -> None:
        self._store = store

    def add(
        self,
        owner: str,
        name: str,
        config: StudyConfig,
        blocks: Mapping[str, int],
        baseline: str | None = None,
    ) -> Study:
        """Keep a study and ask for all its runs; asked for again, it goes on.

        Parameters
        ----------
        owner, name : str
        config : StudyConfig
        blocks : mapping of backbone label to its number of blocks
        baseline : str, optional
            Cell that the others are held against, or a recipe: then its cell with the most rows.

        Raises
        ------
        ConfigError
            If something in it cannot be; nothing is asked for then.
        NotFoundError
            If it names a data set or teacher that the owner does not have.
        """
        name = name[:200] or "study"
        planned = expand_grid(config, blocks)
        against = _baseline(planned, baseline)
        wishes = self._wishes(owner, name, planned)
        new, now = secrets.token_hex(8), time.time()
        row: dict[str, Any] = {
            "id": new,
            "owner": owner,
            "name": name,
            "dataset": config.data.dataset,
            "config": config.model_dump_json(),
            "blocks": json.dumps(dict(blocks)),
            "runs": json.dumps([asdict(run) for run in _study_runs(planned)]),
            "baseline": against,
            "created": now,
        }
        with self._store.writing() as db:
            same = (studies.c.owner == owner, studies.c.config == row["config"])
            found = db.scalar(select(studies.c.id).where(*same))
            if found is None:
                db.execute(insert(studies).values(**row))
            else:
                again = {part: row[part] for part in ("name", "blocks", "runs")}
                again |= {"baseline": against} if baseline else {}
                db.execute(update(studies).where(studies.c.id == found).values(**again))
            _ask_all(db, owner, wishes, now)
        return self.get(owner, found or new)

    def all(self, owner: str) -> list[Study]:
        """Return the owner's studies, newest first; `unreadable` has those that cannot be read."""
        return [study for study in self._listed(owner) if isinstance(study, Study)]

    def unreadable(self, owner: str) -> list[Unreadable]:
        """Return the owner's studies that this version cannot read, newest first; they can be deleted."""
        return [study for study in self._listed(owner) if isinstance(study, Unreadable)]

    def get(self, owner: str, study: str) -> Study:
        """Return one of the owner's studies."""
        with self._store.reading() as db:
            return _read(db, owner, study)

    def rename(self, owner: str, study: str, name: str) -> None:
        """Give a study another name; its runs keep theirs."""
        self._change(owner, study, name=name[:200])

    def set_baseline(self, owner: str, study: str, cell: str) -> None:
        """Choose the cell that the others are held against."""
        cells = self.get(owner, study).cells
        if cell not in cells:
            raise ConfigError("baseline", cell, f"one of {', '.join(cells)}")
        self._change(owner, study, baseline=cell)

    def find(self, owner: str) -> frozenset[str]:
        """Return the jobs that the owner's studies asked for, without those there were before."""
        with self._store.reading() as db:
            asked = [(job, row.created) for row in db.execute(_mine(owner)) for job in _jobs_of(row)]
            rows = db.execute(
                select(job_owners.c.job, job_owners.c.created).where(job_owners.c.owner == owner)
            )
            since = {row.job: row.created for row in rows}
        return frozenset(job for job, created in asked if since.get(job, 0.0) >= created)

    def progress(self, owner: str, of: Collection[str]) -> StudyProgress:
        """Return how far these jobs are, such as a study's."""
        found = select(jobs.c.id, jobs.c.state).join(job_owners, job_owners.c.job == jobs.c.id)
        with self._store.reading() as db:
            rows = db.execute(found.where(job_owners.c.owner == owner, jobs.c.id.in_(list(of)))).all()
        return StudyProgress.of(of, {row.id: State(row.state) for row in rows})

    def failed(self, study: Study) -> list[Run]:
        """Return the runs of a study that failed; their reasons say why."""
        with self._store.reading() as db:
            found = _in_state(db, study.owner, study.jobs, (State.FAILED,))
        mine = {run.job.id: run for run in self._store.runs(study.owner)}
        return [mine[job] for job in study.jobs if job in found and job in mine]

    def stop(self, owner: str, study: str) -> int:
        """Stop all that waits or runs, and return how many; what others want too goes on."""
        with self._store.writing() as db:
            live = tuple(state for state in State if state.live)
            found = _in_state(db, owner, _read(db, owner, study).jobs, live)
            return sum(cancel(db, owner, job) for job in found)

    def resume(self, owner: str, study: str) -> int:
        """Ask again for what was stopped, failed or deleted, and return how many runs that are."""
        mine = self.get(owner, study)
        planned = [p for p in expand_grid(mine.config, mine.blocks) if job_id(p.config) in set(mine.jobs)]
        wishes = self._wishes(owner, mine.name, planned)
        with self._store.writing() as db:
            kept = _in_state(db, owner, mine.jobs, tuple(State))
            again = sum(requeue_job(db, owner, job) for job in mine.jobs if job in kept)
            new = [wish for wish in wishes if job_id(wish.config) not in kept]
            _ask_all(db, owner, new, time.time())
        return again + len(new)

    def extend(self, owner: str, study: str, config: StudyConfig, blocks: Mapping[str, int]) -> Study:
        """Let a study ask for more: what `config` asks beyond it is asked for, what there was stays.

        Raises
        ------
        ConfigError
            If something in it cannot be, or it is about other data.
        """
        before = self.get(owner, study)
        if config.data != before.config.data:
            raise ConfigError("data", config.data.dataset, "the data set, columns and split of the study")
        planned = expand_grid(config, blocks)
        wishes = self._wishes(owner, before.name, planned)
        with self._store.writing() as db:
            before = _read(db, owner, study)  # as it is now
            there, asked = set(before.jobs), {job_id(one.config) for one in planned}
            runs = [*_study_runs(planned), *(run for run in before.runs if run.job not in asked)]
            place = {run.job for run in before.runs if run.cell == before.baseline}
            values = {
                "config": config.model_dump_json(),
                "blocks": json.dumps({**before.blocks, **blocks}),
                "runs": json.dumps([asdict(run) for run in runs]),
                "baseline": next(run.cell for run in runs if run.job in place),
            }
            db.execute(update(studies).where(studies.c.id == before.id).values(**values))
            _ask_all(db, owner, [w for w in wishes if job_id(w.config) not in there], time.time())
        return self.get(owner, study)

    def delete(self, owner: str, study: str, *, runs: bool = False) -> None:
        """Delete a study with its comparisons, and if asked the runs that were made for it alone."""
        with self._store.writing() as db:
            mine = _row(db, owner, study)
            of = _jobs_of(mine)
            db.execute(delete(studies).where(studies.c.id == mine.id))
            gone = _comparisons(db, owner, of)
            if runs:
                others = {job for row in db.execute(_mine(owner)) for job in _jobs_of(row)}
                alone = (job_owners.c.job.in_(of - others), job_owners.c.created >= mine.created)
                made = set(db.scalars(select(job_owners.c.job).where(job_owners.c.owner == owner, *alone)))
                answers = select(jobs.c.id).where(jobs.c.parent.in_(made), jobs.c.kind.not_in(MODELS))
                gone |= made | set(db.scalars(answers))
            db.execute(delete(job_owners).where(job_owners.c.owner == owner, job_owners.c.job.in_(gone)))
        self._store.sweep()

    def _wishes(self, owner: str, name: str, planned: Sequence[PlannedRun]) -> list[JobRequest]:
        """Return what to ask for; all that the runs build on must be the owner's, and there must be room."""
        self._store.check_quota(owner, settings())
        reach: dict[tuple[str, ...], tuple[str | None, str | None]] = {}
        wishes = []
        for one in planned:
            named = (one.config.data.dataset, *referenced_jobs(one.config))
            if named not in reach:
                reach[named] = self._store.dependents(owner, one.config)
            wishes.append(JobRequest(one.config, f"{name}: {one.name}, seed {one.seed}", *reach[named]))
        return wishes

    def _listed(self, owner: str) -> list[Study | Unreadable]:
        with self._store.reading() as db:
            return [_study_of(row) for row in db.execute(_mine(owner).order_by(studies.c.created.desc()))]

    def _change(self, owner: str, study: str, **values: str) -> None:
        with self._store.writing() as db:
            db.execute(update(studies).where(studies.c.id == _read(db, owner, study).id).values(**values))


def _ask_all(db: Connection, owner: str, wishes: Iterable[JobRequest], now: float) -> None:
    for place, wish in enumerate(wishes):  # their order is their place in the queue
        submit_jobs(db, owner, wish, rename=False, now=now + place * 1e-5)


def _baseline(planned: Sequence[PlannedRun], asked: str | None) -> str:
    """Return the name of the cell the others are held against."""
    if asked is not None and any(one.name == asked for one in planned):
        return asked
    for recipe in (asked,) if asked is not None else USUAL:
        if found := [one.name for one in planned if one.cell["recipe"] == recipe]:
            return found[-1]
    if asked is not None:
        names = dict.fromkeys(one.name for one in planned)
        raise ConfigError("baseline", asked, f"a cell or recipe of the study: {', '.join(names)}")
    return planned[0].name


def _study_runs(planned: Sequence[PlannedRun]) -> list[StudyRun]:
    return [StudyRun(one.name, one.cell, one.seed, job_id(one.config)) for one in planned]


def _mine(owner: str) -> Any:
    return select(studies).where(studies.c.owner == owner)


def _row(db: Connection, owner: str, study: str) -> Any:
    row = db.execute(_mine(owner).where(studies.c.id == study)).one_or_none()
    if row is None:
        raise NotFoundError(GONE)
    return row


def _read(db: Connection, owner: str, study: str) -> Study:
    found = _study_of(_row(db, owner, study))
    if isinstance(found, Unreadable):
        raise NotFoundError(UNREADABLE)
    return found


def _jobs_of(row: Any) -> set[str]:
    return {run["job"] for run in json.loads(row.runs)}


def _study_of(row: Any) -> Study | Unreadable:
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
        runs=tuple(StudyRun(**run) for run in json.loads(row.runs)),
        baseline=row.baseline,
        created=row.created,
    )


def _in_state(db: Connection, owner: str, of: Sequence[str], states: Sequence[State]) -> set[str]:
    """Return which of these jobs the owner has in one of these states."""
    found = select(jobs.c.id).join(job_owners, job_owners.c.job == jobs.c.id)
    here = jobs.c.state.in_([str(state) for state in states])
    return set(db.scalars(found.where(job_owners.c.owner == owner, jobs.c.id.in_(of), here)))


def _comparisons(db: Connection, owner: str, of: set[str]) -> set[str]:
    """Return the owner's comparisons of no other jobs than these."""
    found = select(jobs.c.id, jobs.c.config).join(job_owners, job_owners.c.job == jobs.c.id)
    rows = db.execute(found.where(job_owners.c.owner == owner, jobs.c.kind == str(JobKind.COMPARE)))
    return {row.id for row in rows if _compares_only(row.config, of)}


def _compares_only(config: str, of: set[str]) -> bool:
    try:
        return set(referenced_jobs(CompareConfig.model_validate_json(config))) <= of
    except ValueError:
        return False  # not to be read: it goes with the runs it names
