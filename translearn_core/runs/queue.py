"""Job queue of a workspace, for the engine and its workers.

Every state transition is one conditional UPDATE whose row count is checked, so that several processes may
write concurrently.
"""

import json
import time
from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)

from translearn_core.errors import DamagedFileError, NotFoundError
from translearn_core.jobs import BACKBONE_JOBS, COMPARE, SELECTION, SPECS, TRAIN, Slot
from translearn_core.results import EpochPoint, StepPoint
from translearn_core.runs.database.connection import CREATED, for_reading, open_database
from translearn_core.runs.database.schema import datasets, job_owners, jobs, meta, points
from translearn_core.runs.database.transitions import count, transition
from translearn_core.runs.fair_queue import waiting_jobs
from translearn_core.runs.records import STOPPING, Job, Progress, RunningJob, State, job_of
from translearn_core.runs.workspace import Workspace

MAX_ATTEMPTS = 3
"""Most starts of a job that loses its workers."""

MODELS = (TRAIN.kind, *(spec.kind for spec in BACKBONE_JOBS))
"""Kinds of jobs with large files, which are kept when their parent is deleted."""


class Queue:
    """Job queue of one workspace: order, workers, progress and final states."""

    def __init__(self, workspace: Workspace, url: str | None = None) -> None:
        self.workspace = workspace
        self._engine = open_database(workspace, url)
        self._reader = for_reading(self._engine)

    def close(self) -> None:
        """Close the connections; they are reopened on the next use."""
        self._engine.dispose()

    def writing(self) -> AbstractContextManager[Connection]:
        """Open a writing transaction; these are serialised."""
        return self._engine.begin()

    def reading(self) -> AbstractContextManager[Connection]:
        """Open a read-only transaction, which never waits."""
        return self._reader.begin()

    def waiting(self, slot: Slot, *, one_each: bool = False, background: bool = True) -> list[str]:
        """Return the queued jobs of one slot in fair order; see `waiting_jobs`."""
        with self._reader.begin() as db:
            return waiting_jobs(db, slot, one_each=one_each, background=background)

    def job(self, job: str) -> Job:
        """Return a job of any owner by its id."""
        with self._reader.begin() as db:
            row = db.execute(select(jobs).where(jobs.c.id == job)).one_or_none()
        if row is None:
            raise NotFoundError(f"Job {job} is no longer in the store.")
        return job_of(row)

    def busy(self) -> bool:
        """Whether any job is queued, running or interrupted."""
        with self._reader.begin() as db:
            live = [str(s) for s in State if s.live]
            return bool(db.scalar(select(exists().where(jobs.c.state.in_(live)))))

    def running(self, slot: Slot) -> list[Job]:
        """Return the running jobs of one slot, the oldest first; without those of other versions."""
        query = select(jobs).where(jobs.c.state == str(State.RUNNING), jobs.c.slot == str(slot))
        with self._reader.begin() as db:
            rows = db.execute(query.order_by(jobs.c.started)).all()
        return [job_of(row) for row in rows if row.kind in SPECS]

    def running_jobs(self) -> dict[str, RunningJob]:
        """Return the running jobs by id."""
        columns = (jobs.c.id, jobs.c.worker, jobs.c.stop, jobs.c.stage)
        with self._reader.begin() as db:
            rows = db.execute(select(*columns).where(jobs.c.state == str(State.RUNNING))).all()
        return {row.id: RunningJob(row.worker, bool(row.stop), row.stage == STOPPING) for row in rows}

    def begin(self, job: str, worker: str) -> bool:
        """Start a queued job; False if another worker did, or it was stopped.

        `worker` is a token of this attempt. Passed to `finish`, `interrupt`, `report` and `add_points`, it
        makes calls from an abandoned attempt ineffective.
        """
        now = time.time()
        with self._engine.begin() as db:
            values = {"stage": "starting", "done": 0.0, "total": 0.0, "seconds_left": None, "reason": None}
            values |= {"worker": worker, "started": now, "heartbeat": now, "attempts": jobs.c.attempts + 1}
            return transition(db, job, (State.QUEUED,), State.RUNNING, **values)

    def finish(self, job: str, state: State, reason: str | None = None, *, worker: str | None = None) -> bool:
        """End a running job as done, stopped or failed; requeue a stopped one that was requested again."""
        with self._engine.begin() as db:
            if state is State.STOPPED and self._requeue_requested(db, job, worker):
                return True
            values = {"reason": reason, "finished": time.time(), "seconds_left": None}
            return transition(db, job, (State.RUNNING,), state, *_by(worker), **values)

    def interrupt(self, job: str, reason: str, *, worker: str | None = None, blame: bool = True) -> bool:
        """Record that a running job lost its worker; it fails after `MAX_ATTEMPTS` starts.

        `requeue_lost` queues interrupted jobs again. `blame`: count this start, unlike those that an orderly
        end of the engine interrupted.
        """
        now, condition = time.time(), _by(worker)
        running = (State.RUNNING,)
        with self._engine.begin() as db:
            if self._requeue_requested(db, job, worker):
                return True
            stopped = (jobs.c.stop.is_(True), *condition)
            if transition(db, job, running, State.STOPPED, *stopped, reason=reason, finished=now):
                return True
            if not blame:
                uncounted = {"reason": reason, "attempts": jobs.c.attempts - 1}
                return transition(db, job, running, State.INTERRUPTED, *condition, **uncounted)
            retry = (jobs.c.attempts < MAX_ATTEMPTS, *condition)
            if transition(db, job, running, State.INTERRUPTED, *retry, reason=reason):
                return True
            final = f"{reason} It was started {MAX_ATTEMPTS} times: resume it to try again."
            return transition(db, job, running, State.FAILED, *condition, finished=now, reason=final)

    def put_back(self, job: str, worker: str) -> bool:
        """Queue a running job again that gives way to another; its worker notices at its next report."""
        values = {"attempts": jobs.c.attempts - 1, "stage": None, "worker": None}
        with self._engine.begin() as db:
            going = (jobs.c.stop.is_(False), *_by(worker))
            return transition(db, job, (State.RUNNING,), State.QUEUED, *going, **values)

    def mark_damaged(self, error: DamagedFileError) -> bool:
        """Mark a finished job with damaged files as failed; returns whether a job's state changed."""
        job = self.workspace.job_of(error.path)
        with self._engine.begin() as db:
            return job is not None and transition(db, job, (State.DONE,), State.FAILED, reason=str(error))

    def requeue_lost(self) -> int:
        """Queue interrupted jobs again, at their old positions; returns how many."""
        interrupted = update(jobs).where(jobs.c.state == str(State.INTERRUPTED))
        with self._engine.begin() as db:
            return count(db, interrupted.values(state=str(State.QUEUED)))

    def report(self, job: str, progress: Progress, *, worker: str | None = None) -> bool:
        """Record progress and a heartbeat; returns whether the job must stop, or has another worker."""
        running = (jobs.c.id == job, jobs.c.state == str(State.RUNNING), *_by(worker))
        with self._engine.begin() as db:
            db.execute(update(jobs).where(*running).values(heartbeat=time.time(), **asdict(progress)))
            stop = db.scalar(select(jobs.c.stop).where(*running))
        return stop is None or bool(stop)

    def add_points(
        self, job: str, new: Sequence[StepPoint | EpochPoint], *, worker: str | None = None
    ) -> None:
        """Append steps and epochs to a job's history."""
        rows = [
            {
                "job": job,
                "kind": "epoch" if isinstance(p, EpochPoint) else "step",
                "step": p.step,
                "data": json.dumps(asdict(p)),
            }
            for p in new
        ]
        if rows:
            with self._engine.begin() as db:
                if db.scalar(select(exists().where(jobs.c.id == job, *_by(worker)))):
                    db.execute(insert(points), rows)

    def forget_points(self, job: str) -> None:
        """Delete a job's history, which a continued run writes again from its checkpoint."""
        with self._engine.begin() as db:
            db.execute(delete(points).where(points.c.job == job))

    def forget_answers(self, job: str, *, kinds: Collection[str] | None = None) -> None:
        """Delete the results computed from a run's results, before it trains further; of `kinds` or all."""
        with self._engine.begin() as db:
            answer = results_of(job) if kinds is None else and_(results_of(job), jobs.c.kind.in_(kinds))
            ids = set(db.scalars(select(jobs.c.id).where(answer, jobs.c.state != str(State.RUNNING))))
            # running ones lose their owners and are asked to stop, so that their results are swept
            db.execute(delete(job_owners).where(job_owners.c.job.in_(select(jobs.c.id).where(answer))))
            db.execute(update(jobs).where(answer, jobs.c.state == str(State.RUNNING)).values(stop=True))
            db.execute(delete(jobs).where(jobs.c.id.in_(ids)))
            self.workspace.trash(jobs=ids)
        self.workspace.empty_trash()

    def sweep(self) -> None:
        """Delete jobs and data sets without an owner, with their files; request running jobs to stop."""
        with self._engine.begin() as db:
            orphaned = ~exists().where(job_owners.c.job == jobs.c.id)
            db.execute(update(jobs).where(orphaned, jobs.c.state == str(State.RUNNING)).values(stop=True))
            ids = set(db.scalars(select(jobs.c.id).where(orphaned, jobs.c.state != str(State.RUNNING))))
            used = set(db.scalars(select(jobs.c.dataset).where(jobs.c.state == str(State.RUNNING))))
            used |= set(db.scalars(select(datasets.c.digest)))
            db.execute(delete(points).where(points.c.job.in_(ids)))
            db.execute(delete(jobs).where(jobs.c.id.in_(ids)))
            folders = (self.workspace.root / "datasets").iterdir()
            digests = {path.name for path in folders if not path.name.startswith(".")}
            since = float(db.scalar(select(meta.c.value).where(meta.c.key == CREATED)) or 0.0)
            self.workspace.trash(datasets=self._stale(digests - used, since), jobs=ids)
        self.workspace.empty_trash()

    def _stale(self, digests: Iterable[str], since: float, seconds: float = 60.0) -> set[str]:
        # files are written before their row, so new folders are left alone; folders older than the database
        # (with a second for coarse file times) belong to a database that was damaged and moved away
        newest = time.time() - seconds
        folders = {d: self.workspace.dataset(d) for d in digests}
        return {
            d
            for d, folder in folders.items()
            if folder.exists() and since - 1.0 <= folder.stat().st_mtime < newest
        }

    def _requeue_requested(self, db: Connection, job: str, worker: str | None) -> bool:
        """Requeue a job that an owner requested again before it had stopped."""
        requested = exists().where(job_owners.c.job == jobs.c.id, job_owners.c.stopping.is_(False))
        conditions = (jobs.c.stop.is_(True), requested, *_by(worker))
        values = {"stop": False, "attempts": 0, "queued": time.time(), "reason": None}
        return transition(db, job, (State.RUNNING,), State.QUEUED, *conditions, **values)


def _by(worker: str | None) -> tuple[Any, ...]:
    return () if worker is None else (jobs.c.worker == worker,)


def results_of(job: str) -> Any:
    """Return the SQL condition that a job was computed from the results of `job`."""
    comparison = and_(jobs.c.kind.in_((COMPARE.kind, SELECTION.kind)), jobs.c.config.contains(job))
    return or_(and_(jobs.c.parent == job, jobs.c.kind.not_in(MODELS)), comparison)
