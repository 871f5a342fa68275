"""The queue of a workspace, as the engine and its workers see it.

Every change of state is one conditional UPDATE whose row count is checked, so that three processes may
write at once.
"""

import json
import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any, cast

from sqlalchemy import (
    Connection,
    CursorResult,
    Table,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from translearn_core.config import JobKind, Slot
from translearn_core.errors import DamagedFileError, NotFoundError
from translearn_core.results import EpochPoint, StepPoint
from translearn_core.runs.fair_queue import QueuedJob, fair_order
from translearn_core.runs.records import STOPPING, Job, Progress, RunningJob, State, job_of
from translearn_core.runs.schema import (
    CREATED,
    datasets,
    for_reading,
    job_owners,
    jobs,
    meta,
    open_database,
    points,
)
from translearn_core.runs.workspace import Workspace

MAX_ATTEMPTS = 3
"""A job lost with its worker is started again at most twice."""

MODELS = (str(JobKind.TRAIN), str(JobKind.PRETRAIN))
"""Jobs that stay when what they build on is deleted, and whose files are large."""


class Queue:
    """Jobs of one workspace: which is next, who does it, how far it is, how it ended."""

    def __init__(self, workspace: Workspace, url: str | None = None) -> None:
        self.workspace = workspace
        self._engine = open_database(workspace, url)
        self._reader = for_reading(self._engine)

    def close(self) -> None:
        """Close the connections; the next use opens new ones."""
        self._engine.dispose()

    def writing(self) -> AbstractContextManager[Connection]:
        """Open a transaction that may write; they go one at a time."""
        return self._engine.begin()

    def reading(self) -> AbstractContextManager[Connection]:
        """Open a transaction that only reads and waits for nobody."""
        return self._reader.begin()

    def waiting(self, slot: Slot, *, one_each: bool = False) -> list[str]:
        """Queued jobs of one slot, in the order their owners' turns give.

        `one_each`: only those of owners for whom no job of this slot runs already.
        """
        with self._reader.begin() as db:
            running = select(job_owners.c.owner).join(jobs, job_owners.c.job == jobs.c.id)
            running = running.where(jobs.c.slot == str(slot), jobs.c.state == str(State.RUNNING))
            busy = set(db.scalars(running)) if one_each else set()
            rows = db.execute(
                select(jobs.c.id, jobs.c.queued, job_owners.c.owner)
                .join(job_owners, job_owners.c.job == jobs.c.id)
                .where(jobs.c.state == str(State.QUEUED), jobs.c.slot == str(slot))
            ).all()
            turns = db.execute(
                select(job_owners.c.owner, func.max(jobs.c.started))
                .join(jobs, job_owners.c.job == jobs.c.id)
                .where(jobs.c.slot == str(slot), jobs.c.started.is_not(None))
                .group_by(job_owners.c.owner)
            ).all()
        owners: dict[str, list[str]] = {}
        since: dict[str, float] = {}
        for job, queued, owner in rows:
            owners.setdefault(job, []).append(owner)
            since[job] = queued
        waiting = [
            QueuedJob(job, tuple(sorted(who)), since[job])
            for job, who in owners.items()
            if not busy.issuperset(who)
        ]
        return fair_order(waiting, {row[0]: row[1] for row in turns})

    def job(self, job: str) -> Job:
        """Return a job by its identity, for the engine and its workers."""
        with self._reader.begin() as db:
            row = db.execute(select(jobs).where(jobs.c.id == job)).one_or_none()
        if row is None:
            raise NotFoundError(f"Job {job} is no longer in the store.")
        return job_of(row)

    def busy(self) -> bool:
        """Whether anything waits or runs."""
        with self._reader.begin() as db:
            live = [str(s) for s in State if s.live]
            return bool(db.scalar(select(exists().where(jobs.c.state.in_(live)))))

    def running_jobs(self) -> dict[str, RunningJob]:
        """Return the running jobs by identity."""
        columns = (jobs.c.id, jobs.c.worker, jobs.c.stop, jobs.c.stage)
        with self._reader.begin() as db:
            rows = db.execute(select(*columns).where(jobs.c.state == str(State.RUNNING))).all()
        return {row.id: RunningJob(row.worker, bool(row.stop), row.stage == STOPPING) for row in rows}

    def begin(self, job: str, worker: str) -> bool:
        """Take a queued job; False if somebody else did, or it was stopped meanwhile.

        `worker` is a token of this attempt only. Where it is handed back (`finish`, `interrupt`, `report`,
        `add_points`), what comes from an attempt that was given up meanwhile has no effect.
        """
        now = time.time()
        with self._engine.begin() as db:
            fresh = {"stage": "starting", "done": 0.0, "total": 0.0, "seconds_left": None, "reason": None}
            fresh |= {"worker": worker, "started": now, "heartbeat": now, "attempts": jobs.c.attempts + 1}
            return transition(db, job, (State.QUEUED,), State.RUNNING, **fresh)

    def finish(self, job: str, state: State, reason: str | None = None, *, worker: str | None = None) -> bool:
        """End a running job as done, stopped or failed.

        Stopped while somebody wants it again, it is queued again.
        """
        with self._engine.begin() as db:
            if state is State.STOPPED and self._wanted_again(db, job, worker):
                return True
            ended = {"reason": reason, "finished": time.time(), "seconds_left": None}
            return transition(db, job, (State.RUNNING,), state, *_of(worker), **ended)

    def interrupt(self, job: str, reason: str, *, worker: str | None = None, blame: bool = True) -> bool:
        """Note that a running job lost its worker.

        Queued again from its checkpoint by `revive`, failed after `MAX_ATTEMPTS` starts.

        An orderly end of the engine is not the job's to `blame`: that start is not counted.
        """
        now, mine = time.time(), _of(worker)
        with self._engine.begin() as db:
            if self._wanted_again(db, job, worker):
                return True
            here, ended = (State.RUNNING,), {"reason": reason, "finished": now}
            if transition(db, job, here, State.STOPPED, jobs.c.stop.is_(True), *mine, **ended):
                return True
            if not blame:
                uncounted = {"reason": reason, "attempts": jobs.c.attempts - 1}
                return transition(db, job, here, State.INTERRUPTED, *mine, **uncounted)
            if transition(
                db, job, here, State.INTERRUPTED, jobs.c.attempts < MAX_ATTEMPTS, *mine, reason=reason
            ):
                return True
            final = f"{reason} It was started {MAX_ATTEMPTS} times: resume it to try again."
            return transition(db, job, here, State.FAILED, *mine, finished=now, reason=final)

    def mark_damaged(self, error: DamagedFileError) -> bool:
        """Note that what a finished job left is no longer whole: it counts as failed, and can be done again.

        Returns whether a job's state changed.
        """
        job = self.workspace.job_of(error.path)
        with self._engine.begin() as db:
            return job is not None and transition(db, job, (State.DONE,), State.FAILED, reason=str(error))

    def requeue_lost(self) -> int:
        """Queue interrupted jobs again, in their old places; returns how many."""
        with self._engine.begin() as db:
            return count(
                db, update(jobs).where(jobs.c.state == str(State.INTERRUPTED)).values(state=str(State.QUEUED))
            )

    def report(self, job: str, progress: Progress, *, worker: str | None = None) -> bool:
        """Note progress and that the worker lives.

        Returns whether the job is to stop, or is no longer this worker's.
        """
        running = (jobs.c.id == job, jobs.c.state == str(State.RUNNING), *_of(worker))
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
                if db.scalar(select(exists().where(jobs.c.id == job, *_of(worker)))):
                    db.execute(insert(points), rows)

    def forget_points(self, job: str) -> None:
        """Forget a job's history: a run that goes on writes it again from its checkpoint."""
        with self._engine.begin() as db:
            db.execute(delete(points).where(points.c.job == job))

    def forget_answers(self, job: str) -> None:
        """Delete what was computed from a run's model, which goes on training."""
        with self._engine.begin() as db:
            answer = results_of(job)
            gone = set(db.scalars(select(jobs.c.id).where(answer, jobs.c.state != str(State.RUNNING))))
            # one that runs loses its claims: it is asked to stop, and what it says is not kept
            db.execute(delete(job_owners).where(job_owners.c.job.in_(select(jobs.c.id).where(answer))))
            db.execute(update(jobs).where(answer, jobs.c.state == str(State.RUNNING)).values(stop=True))
            db.execute(delete(jobs).where(jobs.c.id.in_(gone)))
            self.workspace.trash(jobs=gone)
        self.workspace.empty_trash()

    def sweep(self) -> None:
        """Delete jobs nobody wants any more and data sets nobody has, with their files.

        Ask running ones to stop first.
        """
        with self._engine.begin() as db:
            unwanted = ~exists().where(job_owners.c.job == jobs.c.id)
            db.execute(update(jobs).where(unwanted, jobs.c.state == str(State.RUNNING)).values(stop=True))
            gone = set(db.scalars(select(jobs.c.id).where(unwanted, jobs.c.state != str(State.RUNNING))))
            used = set(db.scalars(select(jobs.c.dataset).where(jobs.c.state == str(State.RUNNING))))
            used |= set(db.scalars(select(datasets.c.digest)))
            db.execute(delete(points).where(points.c.job.in_(gone)))
            db.execute(delete(jobs).where(jobs.c.id.in_(gone)))
            kept = {
                path.name
                for path in (self.workspace.root / "datasets").iterdir()
                if not path.name.startswith(".")
            }
            since = float(db.scalar(select(meta.c.value).where(meta.c.key == CREATED)) or 0.0)
            self.workspace.trash(datasets=self._older(kept - used, since), jobs=gone)
        self.workspace.empty_trash()

    def _older(self, digests: Iterable[str], since: float, seconds: float = 60.0) -> set[str]:
        # files are written before their row: give a data set that is just coming in time to get one; and
        # what is older than the database (by a clock of the disk, which is coarser) belongs to one that was
        # damaged and moved away
        horizon = time.time() - seconds
        folders = {d: self.workspace.dataset(d) for d in digests}
        return {
            d
            for d, home in folders.items()
            if home.exists() and since - 1.0 <= home.stat().st_mtime < horizon
        }

    def _wanted_again(self, db: Connection, job: str, worker: str | None) -> bool:
        # asked to stop by all, and then asked for by somebody before it had
        wanted = exists().where(job_owners.c.job == jobs.c.id, job_owners.c.stopping.is_(False))
        again = {"stop": False, "attempts": 0, "queued": time.time(), "reason": None}
        return transition(
            db, job, (State.RUNNING,), State.QUEUED, jobs.c.stop.is_(True), wanted, *_of(worker), **again
        )


def _of(worker: str | None) -> tuple[Any, ...]:
    return () if worker is None else (jobs.c.worker == worker,)


def results_of(job: str) -> Any:
    """Return the condition that a job was computed from what `job` left: a picture, a comparison."""
    names_it = and_(jobs.c.kind == str(JobKind.COMPARE), jobs.c.config.contains(job))
    return or_(and_(jobs.c.parent == job, jobs.c.kind.not_in(MODELS)), names_it)


def requeue(db: Connection, job: str, states: tuple[State, ...]) -> bool:
    """Queue a job that ended in one of `states` again."""
    return transition(
        db, job, states, State.QUEUED, queued=time.time(), stop=False, attempts=0, finished=None, reason=None
    )


def transition(
    db: Connection, job: str, origin: tuple[State, ...], target: State, *conditions: Any, **values: Any
) -> bool:
    """Change a job's state if it is in one of `origin` and `conditions` hold; returns whether it did."""
    where = (jobs.c.id == job, jobs.c.state.in_([str(s) for s in origin]), *conditions)
    return count(db, update(jobs).where(*where).values(state=str(target), **values)) == 1


def inserted(db: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Insert `row` unless there is one like it; returns whether it was inserted."""
    dialect = postgresql if db.dialect.name == "postgresql" else sqlite
    return count(db, dialect.insert(table).values(**row).on_conflict_do_nothing()) == 1


def count(db: Connection, statement: Any) -> int:
    """Run a statement and return how many rows it changed."""
    return cast("CursorResult[Any]", db.execute(statement)).rowcount
