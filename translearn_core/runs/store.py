"""The runs of a workspace: what people asked for, what became of it, and the only queue there is.

Every change of state is one conditional UPDATE whose row count is checked, so that three processes may write
at once. Whatever belongs to a person is asked for by owner; what is not theirs is not found.
"""

import json
import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Table, delete, exists, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from translearn_core.config import JOBS, KIND_OF, Frozen, JobKind, Slot, identity
from translearn_core.errors import NotFoundError, QuotaError
from translearn_core.results import EpochPoint, History, StepPoint
from translearn_core.runs.records import STOPPING, Dataset, Flight, Job, Progress, Run, State, job_of
from translearn_core.runs.schema import claims, datasets, for_reading, jobs, open_database, points
from translearn_core.runs.turns import Waiting, in_turn
from translearn_core.runs.workspace import Workspace
from translearn_core.settings import Settings, settings

LOCAL = "local"
"""The owner of what the command line does."""

MAX_ATTEMPTS = 3
"""A job lost with its worker is started again at most twice."""


class RunStore:
    """Data sets, jobs and runs of one workspace."""

    def __init__(self, workspace: Workspace, url: str | None = None) -> None:
        self.workspace = workspace
        self._engine = open_database(workspace, url)
        self._reader = for_reading(self._engine)

    def close(self) -> None:
        """Close the connections; the next use opens new ones."""
        self._engine.dispose()

    # -- data sets
    # ------------------------------------------------------------------------------------------------

    def add_dataset(
        self, owner: str, name: str, files: dict[str, bytes], limits: Settings | None = None
    ) -> Dataset:
        """Keep a data set's files by part (``train``, ``validation``, ``test``).

        The same files come back as the same data set.

        Raises
        ------
        QuotaError
            If a file, or all that the owner keeps, is over the limits of the settings.
        """
        limits = limits or settings()
        for part, data in files.items():
            if len(data) > limits.max_upload_mb * 1_000_000:
                raise QuotaError(
                    f"The {part} file has {len(data) / 1e6:.0f} MB; this installation takes {limits.max_upload_mb} MB: "
                    "upload fewer rows, or have TRANSLEARN_MAX_UPLOAD_MB raised."
                )
        size = sum(map(len, files.values()))
        if (used := self.disk(owner)) + size > limits.max_owner_mb * 1_000_000:
            raise QuotaError(
                f"Your data sets and runs fill {used / 1e6:.0f} of {limits.max_owner_mb} MB: delete some on the Runs page."
            )
        digest = self.workspace.keep_files(files)
        row = {
            "id": secrets.token_hex(8),
            "owner": owner,
            "name": name[:200] or "data",
            "digest": digest,
            "bytes": size,
            "created": time.time(),
        }
        with self._engine.begin() as db:
            if not _inserted(db, datasets, row):
                mine = (datasets.c.owner == owner, datasets.c.digest == digest)
                db.execute(update(datasets).where(*mine).values(created=row["created"], name=row["name"]))
        if not self.workspace.dataset(digest).exists():  # somebody deleted theirs before this row was there
            self.workspace.keep_files(files)
        return next(d for d in self.datasets(owner) if d.digest == digest)

    def datasets(self, owner: str) -> list[Dataset]:
        """Return the owner's data sets, newest first."""
        with self._reader.begin() as db:
            rows = db.execute(
                select(datasets).where(datasets.c.owner == owner).order_by(datasets.c.created.desc())
            ).all()
        return [Dataset(**row._mapping) for row in rows]

    def dataset(self, owner: str, dataset: str) -> Dataset:
        """Return one of the owner's data sets, by id or digest."""
        for found in self.datasets(owner):
            if dataset in (found.id, found.digest):
                return found
        raise NotFoundError(
            "There is no such data set in your workspace: it was deleted, or the link is somebody else's."
        )

    def delete_dataset(self, owner: str, dataset: str) -> None:
        """Delete a data set, the owner's runs on it, and the files nobody else needs."""
        digest = self.dataset(owner, dataset).digest
        with self._engine.begin() as db:
            mine = select(jobs.c.id).where(jobs.c.dataset == digest)
            db.execute(delete(claims).where(claims.c.owner == owner, claims.c.job.in_(mine)))
            db.execute(delete(datasets).where(datasets.c.owner == owner, datasets.c.digest == digest))
            read = exists().where(jobs.c.dataset == digest, jobs.c.state == str(State.RUNNING))
            if not db.scalar(select(or_(exists().where(datasets.c.digest == digest), read))):
                self.workspace.set_aside(datasets=[digest])
        self.sweep()

    # -- runs
    # -----------------------------------------------------------------------------------------------------

    def submit(self, owner: str, config: Frozen, name: str | None = None) -> Run:
        """Ask for a job and return the owner's run of it.

        The same question asked again, by whoever, is the same job: done it stays done, stopped or failed it
        is queued again.

        Raises
        ------
        NotFoundError
            If the configuration names a data set or job that the owner does not have.
        """
        kind = KIND_OF[type(config)]
        job, now = identity(config), time.time()
        digest, parent = self._reach(owner, config)
        row = {
            "id": job,
            "kind": str(kind),
            "slot": str(JOBS[kind][1]),
            "config": config.model_dump_json(),
            "dataset": digest,
            "parent": parent,
            "state": str(State.QUEUED),
            "stop": False,
            "attempts": 0,
            "created": now,
            "queued": now,
        }
        claim = {
            "id": secrets.token_hex(8),
            "owner": owner,
            "job": job,
            "name": (name or str(kind))[:200],
            "created": now,
        }
        with self._engine.begin() as db:  # one transaction: a job without a claim would be swept
            if not _inserted(db, jobs, row):
                _requeue(db, job, (State.STOPPED, State.FAILED))
            if not _inserted(db, claims, {**claim, "stopping": False}):
                values: dict[str, Any] = {"stopping": False} | ({"name": name[:200]} if name else {})
                db.execute(
                    update(claims).where(claims.c.owner == owner, claims.c.job == job).values(**values)
                )
        return self.run(owner, job)

    def run(self, owner: str, run: str) -> Run:
        """Return one of the owner's runs, by its id or its job's."""
        found = self._runs(claims.c.owner == owner, or_(claims.c.id == run, claims.c.job == run))
        if not found:
            raise NotFoundError(
                "There is no such run in your workspace: it was deleted, or the link is somebody else's."
            )
        return found[0]

    def runs(self, owner: str, kind: JobKind = JobKind.TRAIN) -> list[Run]:
        """Return the owner's runs of one kind, newest first."""
        return self._runs(claims.c.owner == owner, jobs.c.kind == str(kind))

    def rename(self, owner: str, run: str, name: str) -> None:
        """Give a run another name."""
        with self._engine.begin() as db:
            db.execute(
                update(claims).where(claims.c.owner == owner, claims.c.id == run).values(name=name[:200])
            )

    def ask_to_stop(self, owner: str, run: str) -> bool:
        """Stop a run; returns False where others still want the same work, which then goes on."""
        job = self.run(owner, run).job.id
        with self._engine.begin() as db:
            db.execute(
                update(claims).where(claims.c.owner == owner, claims.c.job == job).values(stopping=True)
            )
            wanted = exists().where(claims.c.job == job, claims.c.stopping.is_(False))
            asked = _count(db, update(jobs).where(jobs.c.id == job, ~wanted).values(stop=True)) == 1
            waits = jobs.c.state.in_((State.QUEUED, State.INTERRUPTED))
            db.execute(
                update(jobs)
                .where(jobs.c.id == job, jobs.c.stop.is_(True), waits)
                .values(state=str(State.STOPPED), reason="Stopped before it began.", finished=time.time())
            )
        return asked

    def resume(self, owner: str, run: str) -> bool:
        """Queue a stopped, failed or interrupted run again; it goes on from its last checkpoint."""
        mine = self.run(owner, run)
        with self._engine.begin() as db:
            db.execute(update(claims).where(claims.c.id == mine.id).values(stopping=False))
            return _requeue(db, mine.job.id, (State.STOPPED, State.FAILED, State.INTERRUPTED))

    def delete_run(self, owner: str, run: str) -> None:
        """Delete a run and what was computed from it; files go when nobody else needs them."""
        mine = self.run(owner, run)
        with self._engine.begin() as db:
            children = select(jobs.c.id).where(
                jobs.c.parent == mine.job.id, jobs.c.kind != str(JobKind.TRAIN)
            )
            db.execute(delete(claims).where(claims.c.owner == owner, claims.c.job.in_(children)))
            db.execute(delete(claims).where(claims.c.id == mine.id))
        self.sweep()

    def place(self, run: Run) -> int:
        """Place in the queue, 1 = next; 0 if it is not waiting."""
        if run.state is not State.QUEUED:
            return 0
        order = self.waiting(JOBS[run.job.kind][1])
        return order.index(run.job.id) + 1 if run.job.id in order else 0

    def history(self, job: str) -> History:
        """Return all points a training job has written so far."""
        with self._reader.begin() as db:
            rows = db.execute(
                select(points.c.kind, points.c.data).where(points.c.job == job).order_by(points.c.id)
            ).all()
        parsed = [(kind, json.loads(data)) for kind, data in rows]
        return History(
            steps=tuple(StepPoint(**d) for kind, d in parsed if kind == "step"),
            epochs=tuple(EpochPoint(**d) for kind, d in parsed if kind == "epoch"),
        )

    def disk(self, owner: str) -> int:
        """Bytes that the owner's data sets and runs take."""
        with self._reader.begin() as db:
            digests = set(db.scalars(select(datasets.c.digest).where(datasets.c.owner == owner)))
            mine = set(db.scalars(select(claims.c.job).where(claims.c.owner == owner)))
        return self.workspace.weight(datasets=digests, jobs=mine)

    def disk_of(self, job: str) -> int:
        """Bytes that one job's files take."""
        return self.workspace.weight(datasets=set(), jobs={job})

    # -- the queue, for the engine and its workers
    # ----------------------------------------------------------------

    def waiting(self, slot: Slot) -> list[str]:
        """Queued jobs of one slot, in the order their owners' turns give."""
        with self._reader.begin() as db:
            rows = db.execute(
                select(jobs.c.id, jobs.c.queued, claims.c.owner)
                .join(claims, claims.c.job == jobs.c.id)
                .where(jobs.c.state == str(State.QUEUED), jobs.c.slot == str(slot))
            ).all()
            turns = db.execute(
                select(claims.c.owner, func.max(jobs.c.started))
                .join(jobs, claims.c.job == jobs.c.id)
                .where(jobs.c.slot == str(slot), jobs.c.started.is_not(None))
                .group_by(claims.c.owner)
            ).all()
        owners: dict[str, list[str]] = {}
        since: dict[str, float] = {}
        for job, queued, owner in rows:
            owners.setdefault(job, []).append(owner)
            since[job] = queued
        waiting = [Waiting(job, tuple(sorted(who)), since[job]) for job, who in owners.items()]
        return in_turn(waiting, {owner: started for owner, started in turns})

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

    def flights(self) -> dict[str, Flight]:
        """Return the running jobs by identity."""
        columns = (jobs.c.id, jobs.c.worker, jobs.c.stop, jobs.c.stage)
        with self._reader.begin() as db:
            rows = db.execute(select(*columns).where(jobs.c.state == str(State.RUNNING))).all()
        return {row.id: Flight(row.worker, bool(row.stop), row.stage == STOPPING) for row in rows}

    def begin(self, job: str, worker: str) -> bool:
        """Take a queued job; False if somebody else did, or it was stopped meanwhile.

        `worker` is a token of this attempt only. Where it is handed back (`finish`, `interrupt`, `report`,
        `add_points`), what comes from an attempt that was given up meanwhile has no effect.
        """
        now = time.time()
        with self._engine.begin() as db:
            return _moved(
                db, job, (State.QUEUED,), State.RUNNING, worker=worker, started=now, heartbeat=now, attempts=jobs.c.attempts + 1,
                reason=None, stage="starting", done=0.0, total=0.0, seconds_left=None,
            )  # fmt: skip

    def finish(self, job: str, state: State, reason: str | None = None, *, worker: str | None = None) -> bool:
        """End a running job as done, stopped or failed.

        Stopped while somebody wants it again, it is queued again.
        """
        with self._engine.begin() as db:
            if state is State.STOPPED and self._wanted_again(db, job, worker):
                return True
            ended = {"reason": reason, "finished": time.time(), "seconds_left": None}
            return _moved(db, job, (State.RUNNING,), state, *_of(worker), **ended)

    def interrupt(self, job: str, reason: str, *, worker: str | None = None, blame: bool = True) -> bool:
        """Note that a running job lost its worker.

        Queued again from its checkpoint by `revive`, failed after `MAX_ATTEMPTS` starts.

        An orderly end of the engine is not the job's to `blame`: that start is not counted.
        """
        now, mine = time.time(), _of(worker)
        with self._engine.begin() as db:
            if self._wanted_again(db, job, worker):
                return True
            if _moved(
                db,
                job,
                (State.RUNNING,),
                State.STOPPED,
                jobs.c.stop.is_(True),
                *mine,
                reason=reason,
                finished=now,
            ):
                return True
            if not blame:
                return _moved(
                    db, job, (State.RUNNING,), State.INTERRUPTED, *mine, reason=reason, attempts=jobs.c.attempts - 1
                )  # fmt: skip
            if _moved(
                db,
                job,
                (State.RUNNING,),
                State.INTERRUPTED,
                jobs.c.attempts < MAX_ATTEMPTS,
                *mine,
                reason=reason,
            ):
                return True
            final = f"{reason} It was started {MAX_ATTEMPTS} times: resume it to try again."
            return _moved(db, job, (State.RUNNING,), State.FAILED, *mine, finished=now, reason=final)

    def revive(self) -> int:
        """Queue interrupted jobs again, in their old places; returns how many."""
        with self._engine.begin() as db:
            return _count(
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

    def rewind(self, job: str, step: int) -> None:
        """Forget points after `step`: they will be computed again."""
        with self._engine.begin() as db:
            db.execute(delete(points).where(points.c.job == job, points.c.step > step))

    def sweep(self) -> None:
        """Delete jobs nobody wants any more and data sets nobody has, with their files.

        Ask running ones to stop first.
        """
        with self._engine.begin() as db:
            unwanted = ~exists().where(claims.c.job == jobs.c.id)
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
            self.workspace.set_aside(datasets=self._older(kept - used), jobs=gone)
        self.workspace.empty()

    # -- within
    # -----------------------------------------------------------------------------------------------------

    def _older(self, digests: Iterable[str], seconds: float = 60.0) -> set[str]:
        # files are written before their row: give a data set that is just coming in time to get one
        horizon = time.time() - seconds
        known = self.workspace.dataset
        return {d for d in digests if known(d).exists() and known(d).stat().st_mtime < horizon}

    def _reach(self, owner: str, config: Frozen) -> tuple[str | None, str | None]:
        """Return the data set's digest and the parent job that `config` names, after checking that both are the owner's."""
        data = getattr(config, "data", config)
        digest: str | None = getattr(data, "dataset", None)
        parent: str | None = getattr(config, "job", None) or getattr(config, "continues", None)
        if digest:
            self.dataset(owner, digest)
        if parent:
            run = self.run(owner, parent)
            digest = digest or getattr(getattr(run.job.config, "data", None), "dataset", None)
        return digest, parent

    def _runs(self, *where: Any) -> list[Run]:
        mine = [
            claims.c.id.label("run"),
            claims.c.owner,
            claims.c.name,
            claims.c.created.label("claimed"),
            claims.c.stopping,
        ]
        with self._reader.begin() as db:
            rows = db.execute(
                select(jobs, *mine)
                .join(claims, claims.c.job == jobs.c.id)
                .where(*where)
                .order_by(claims.c.created.desc())
            ).all()
        return [Run(r.run, r.owner, r.name, r.claimed, bool(r.stopping), job_of(r)) for r in rows]

    def _wanted_again(self, db: Connection, job: str, worker: str | None) -> bool:
        # asked to stop by all, and then asked for by somebody before it had
        wanted = exists().where(claims.c.job == jobs.c.id, claims.c.stopping.is_(False))
        again = {"stop": False, "attempts": 0, "queued": time.time(), "reason": None}
        return _moved(
            db, job, (State.RUNNING,), State.QUEUED, jobs.c.stop.is_(True), wanted, *_of(worker), **again
        )


def _of(worker: str | None) -> tuple[Any, ...]:
    return () if worker is None else (jobs.c.worker == worker,)


def _requeue(db: Connection, job: str, states: tuple[State, ...]) -> bool:
    return _moved(
        db, job, states, State.QUEUED, queued=time.time(), stop=False, attempts=0, finished=None, reason=None
    )


def _moved(
    db: Connection, job: str, origin: tuple[State, ...], target: State, *conditions: Any, **values: Any
) -> bool:
    where = (jobs.c.id == job, jobs.c.state.in_([str(s) for s in origin]), *conditions)
    return _count(db, update(jobs).where(*where).values(state=str(target), **values)) == 1


def _inserted(db: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Insert `row` unless there is one like it; returns whether it was inserted."""
    dialect = postgresql if db.dialect.name == "postgresql" else sqlite
    return _count(db, dialect.insert(table).values(**row).on_conflict_do_nothing()) == 1


def _count(db: Connection, statement: Any) -> int:
    return cast("CursorResult[Any]", db.execute(statement)).rowcount


@cache
def open_store() -> RunStore:
    """Return this process's store, as the settings say."""
    chosen = settings()
    return RunStore(Workspace(chosen.workspace), chosen.database_url)
