"""Studies of a workspace: grids of ordinary runs in the queue."""

import json
import secrets
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from translearn_core.config import PlannedRun, StudyConfig, Way, expand_grid, job_id, referenced_jobs
from translearn_core.config.base import canonical_json
from translearn_core.config.settings import settings
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.runs.database.schema import job_owners, jobs, studies
from translearn_core.runs.database.subjects import delete_references
from translearn_core.runs.queue import MODELS
from translearn_core.runs.records import UNREADABLE, Run, State, Unreadable
from translearn_core.runs.rooms.work import record_work
from translearn_core.runs.store import RunStore
from translearn_core.runs.studies.comparisons import comparisons_of
from translearn_core.runs.studies.pretrainings import (
    obsolete_pretrainings,
    parents_of,
    pretraining_jobs,
    pretraining_requests,
)
from translearn_core.runs.studies.records import Study, StudyProgress, StudyRun, study_of
from translearn_core.runs.submissions import JobRequest, cancel, requeue_job, submit_job

DEFAULT_BASELINES = ("linear", "full")
"""Recipes to choose the baseline from, in this order."""

NOT_FOUND = "There is no such study in your workspace: it was deleted, or the link is somebody else's."


class Studies:
    """Studies in a store, by owner."""

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
        """Store a study and submit all its runs; an equal study is continued.

        Parameters
        ----------
        blocks : mapping of backbone label to its number of blocks
        baseline : str, optional
            Name of an arm, or a recipe: then its arm with the most rows.

        Raises
        ------
        ConfigError
            If a setting is invalid; nothing is submitted then.
        NotFoundError
            If it refers to a data set or teacher that the owner does not have.
        """
        name = name[:200] or "study"
        planned = expand_grid(config, blocks)
        baseline_cell = baseline_arm(planned, baseline)
        requests = self._requests(owner, name, planned)
        now = time.time()
        row: dict[str, Any] = {
            "id": secrets.token_hex(8),
            "owner": owner,
            "name": name,
            "dataset": config.data.dataset,
            "config": canonical_json(config),
            "blocks": json.dumps(dict(blocks)),
            "runs": json.dumps([asdict(run) for run in _study_runs(planned)]),
            "baseline": baseline_cell,
            "created": now,
        }
        with self._store.writing() as db:
            equal = (studies.c.owner == owner, studies.c.config == row["config"])
            existing = db.scalar(select(studies.c.id).where(*equal))
            if existing is None:
                db.execute(insert(studies).values(**row))
                record_work(db, owner, row["id"])
            else:
                values = {column: row[column] for column in ("name", "blocks", "runs")}
                values |= {"baseline": baseline_cell} if baseline else {}
                db.execute(update(studies).where(studies.c.id == existing).values(**values))
            _submit_all(db, owner, requests, now)
        return self.get(owner, existing or row["id"])

    def all(self, owner: str) -> list[Study]:
        """Return the owner's readable studies, newest first."""
        return [study for study in self._records(owner) if isinstance(study, Study)]

    def unreadable(self, owner: str) -> list[Unreadable]:
        """Return the owner's studies that this version cannot read, newest first."""
        return [study for study in self._records(owner) if isinstance(study, Unreadable)]

    def get(self, owner: str, study: str) -> Study:
        """Return one of the owner's studies."""
        with self._store.reading() as db:
            return _read(db, owner, study)

    def rename(self, owner: str, study: str, name: str) -> None:
        """Rename a study, but not its runs."""
        self._update(owner, study, name=name[:200])

    def set_baseline(self, owner: str, study: str, arm: str) -> None:
        """Set the baseline arm."""
        arms = self.get(owner, study).arms
        if arm not in arms:
            raise ConfigError("baseline", arm, f"one of {', '.join(arms)}")
        self._update(owner, study, baseline=arm)

    def find(self, owner: str) -> frozenset[str]:
        """Return the jobs submitted by the owner's studies, without those that existed before."""
        with self._store.reading() as db:
            submitted = [(job, row.created) for row in db.execute(_owned(owner)) for job in _jobs_of(row)]
            rows = db.execute(
                select(job_owners.c.job, job_owners.c.created).where(job_owners.c.owner == owner)
            )
            since = {row.job: row.created for row in rows}
        return frozenset(job for job, created in submitted if since.get(job, 0.0) >= created)

    def progress(self, owner: str, ids: Collection[str]) -> StudyProgress:
        """Return the progress of jobs, such as those of a study."""
        query = select(jobs.c.id, jobs.c.state).join(job_owners, job_owners.c.job == jobs.c.id)
        with self._store.reading() as db:
            rows = db.execute(query.where(job_owners.c.owner == owner, jobs.c.id.in_(list(ids)))).all()
        return StudyProgress.of(ids, {row.id: State(row.state) for row in rows})

    def failed(self, study: Study) -> list[Run]:
        """Return the failed runs of a study."""
        with self._store.reading() as db:
            failed = _in_state(db, study.owner, study.jobs, (State.FAILED,))
        runs = {run.job.id: run for run in self._store.runs(study.owner)}
        return [runs[job] for job in study.jobs if job in failed and job in runs]

    def stop(self, owner: str, study: str) -> int:
        """Stop queued and running jobs, except those of other owners too; return how many.

        Its pretrainings stop too where no other live job waits for them.
        """
        with self._store.writing() as db:
            live = tuple(state for state in State if state.live)
            record = _read(db, owner, study)
            stopped = sum(cancel(db, owner, job) for job in _in_state(db, owner, record.jobs, live))
            own = _in_state(db, owner, pretraining_jobs(record), live)
            for job in own - parents_of(db, [str(State.QUEUED), str(State.INTERRUPTED)]):
                cancel(db, owner, job)
            return stopped

    def resume(self, owner: str, study: str) -> int:
        """Submit stopped, failed and deleted runs again; return how many."""
        record = self.get(owner, study)
        ids = set(record.jobs)
        planned = [run for run in expand_grid(record.config, record.blocks) if job_id(run.config) in ids]
        requests = self._requests(owner, record.name, planned)
        with self._store.writing() as db:
            pretrainings = pretraining_jobs(record)
            existing = _in_state(db, owner, (*record.jobs, *pretrainings), tuple(State))
            for job in existing & pretrainings:
                requeue_job(db, owner, job)
            requeued = sum(requeue_job(db, owner, job) for job in record.jobs if job in existing)
            deleted = [request for request in requests if job_id(request.config) not in existing]
            _submit_all(db, owner, deleted, time.time())
        return requeued + sum(job_id(request.config) in ids for request in deleted)

    def extend(self, owner: str, study: str, config: StudyConfig, blocks: Mapping[str, int]) -> Study:
        """Extend a study to `config`: submit the additional runs and keep all others.

        Raises
        ------
        ConfigError
            If a setting is invalid, or the data differ.
        """
        before = self.get(owner, study)
        if config.data != before.config.data:
            raise ConfigError("data", config.data.dataset, "the data set, columns and split of the study")
        planned = expand_grid(config, blocks)
        requests = self._requests(owner, before.name, planned)
        with self._store.writing() as db:
            before = _read(db, owner, study)  # again, inside the transaction
            old, new = set(before.jobs), {job_id(run.config) for run in planned}
            runs = [*_study_runs(planned), *(run for run in before.runs if run.job not in new)]
            baseline_jobs = {run.job for run in before.runs if run.arm == before.baseline}
            values = {
                "config": canonical_json(config),
                "blocks": json.dumps({**before.blocks, **blocks}),
                "runs": json.dumps([asdict(run) for run in runs]),
                "baseline": next(run.arm for run in runs if run.job in baseline_jobs),
            }
            db.execute(update(studies).where(studies.c.id == before.id).values(**values))
            _submit_all(db, owner, [r for r in requests if job_id(r.config) not in old], time.time())
        return self.get(owner, study)

    def delete(self, owner: str, study: str, *, runs: bool = False) -> None:
        """Delete a study with its comparisons and, with `runs`, the runs made for it alone."""
        with self._store.writing() as db:
            row = _row(db, owner, study)
            ids = _jobs_of(row)
            db.execute(delete(studies).where(studies.c.id == row.id))
            obsolete = comparisons_of(db, owner, ids)
            if runs:
                others = {job for other in db.execute(_owned(owner)) for job in _jobs_of(other)}
                alone = (job_owners.c.job.in_(ids - others), job_owners.c.created >= row.created)
                trained = set(db.scalars(select(job_owners.c.job).where(job_owners.c.owner == owner, *alone)))
                trained |= obsolete_pretrainings(db, study_of(row), trained)
                derived = select(jobs.c.id).where(jobs.c.parent.in_(trained), jobs.c.kind.not_in(MODELS))
                obsolete |= trained | set(db.scalars(derived))
            gone = (job_owners.c.owner == owner, job_owners.c.job.in_(obsolete))
            delete_references(db, owner, [row.id, *db.scalars(select(job_owners.c.id).where(*gone))])
            db.execute(delete(job_owners).where(*gone))
        self._store.sweep()

    def _requests(self, owner: str, name: str, planned: Sequence[PlannedRun]) -> list[JobRequest]:
        """Return the requests of runs, after checking the owner's quota and access to their dependencies."""
        self._store.check_quota(owner, settings())
        dependencies: dict[tuple[str, ...], tuple[str | None, str | None]] = {}
        requests = [*pretraining_requests(name, planned)]
        for run in planned:
            ids = (run.config.data.dataset, *referenced_jobs(run.config))
            if ids not in dependencies:
                dependencies[ids] = self._dependencies(owner, run)
            split = run.config.data.split
            fold = "" if split.k_folds is None else f", fold {split.fold + 1} of {split.k_folds}"
            title = f"{name}: {run.name}, seed {run.seed}{fold}"
            requests.append(JobRequest(run.config, title, *dependencies[ids]))
        return requests

    def _dependencies(self, owner: str, run: PlannedRun) -> tuple[str | None, str | None]:
        """Return digest and parent job of a run; its pretraining is submitted with it."""
        if run.pretraining is None:
            return self._store.dependencies(owner, run.config)
        teacher = run.config.model_copy(update={"backbone": run.pretraining.backbone})
        digest, _ = self._store.dependencies(owner, teacher)  # of the run but its pretraining
        return digest, job_id(run.pretraining)

    def _records(self, owner: str) -> list[Study | Unreadable]:
        with self._store.reading() as db:
            return [study_of(row) for row in db.execute(_owned(owner).order_by(studies.c.created.desc()))]

    def _update(self, owner: str, study: str, **values: str) -> None:
        with self._store.writing() as db:
            db.execute(update(studies).where(studies.c.id == _read(db, owner, study).id).values(**values))


def _submit_all(db: Connection, owner: str, requests: Iterable[JobRequest], now: float) -> None:
    for i, request in enumerate(requests):  # distinct times keep the order in the queue
        submit_job(db, owner, request, rename=False, now=now + i * 1e-5)


def baseline_arm(planned: Sequence[PlannedRun], baseline: str | None) -> str:
    """Return the name of the baseline arm, given an arm, a recipe or nothing; of ways, source only."""
    if baseline is not None and any(run.name == baseline for run in planned):
        return baseline
    for recipe in (baseline,) if baseline is not None else DEFAULT_BASELINES:
        if arms := [run.name for run in planned if run.factors["recipe"] == recipe]:
            return arms[-1]
    if baseline is not None:
        names = dict.fromkeys(run.name for run in planned)
        raise ConfigError("baseline", baseline, f"an arm or recipe of the study: {', '.join(names)}")
    from_source = (run.name for run in planned if run.factors.get("way") == Way.SOURCE)
    return next(from_source, planned[0].name)


def _study_runs(planned: Sequence[PlannedRun]) -> list[StudyRun]:
    return [StudyRun(run.name, run.factors, run.seed, job_id(run.config)) for run in planned]


def _owned(owner: str) -> Any:
    return select(studies).where(studies.c.owner == owner)


def _row(db: Connection, owner: str, study: str) -> Any:
    row = db.execute(_owned(owner).where(studies.c.id == study)).one_or_none()
    if row is None:
        raise NotFoundError(NOT_FOUND)
    return row


def _read(db: Connection, owner: str, study: str) -> Study:
    record = study_of(_row(db, owner, study))
    if isinstance(record, Unreadable):
        raise NotFoundError(UNREADABLE)
    return record


def _jobs_of(row: Any) -> set[str]:
    return {run["job"] for run in json.loads(row.runs)}


def _in_state(db: Connection, owner: str, ids: Collection[str], states: Sequence[State]) -> set[str]:
    """Return those of the jobs `ids` that the owner has in one of `states`."""
    query = select(jobs.c.id).join(job_owners, job_owners.c.job == jobs.c.id)
    in_states = jobs.c.state.in_([str(state) for state in states])
    return set(db.scalars(query.where(job_owners.c.owner == owner, jobs.c.id.in_(list(ids)), in_states)))
