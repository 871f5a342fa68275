"""Store of a workspace: data sets, jobs and runs by owner.

Entries of other owners raise `NotFoundError`.
"""

import json
from collections.abc import Sequence
from functools import cache
from statistics import median
from typing import Any, TypeVar, overload

from sqlalchemy import delete, exists, or_, select, update

from translearn_core.config import ExperimentConfig, JobConfig, ReadOptions, job_id, referenced_jobs
from translearn_core.config.settings import settings
from translearn_core.errors import NotFoundError, WorkspaceError
from translearn_core.jobs import DIAGNOSE, READ, TRAIN, JobSpec, Slot
from translearn_core.jobs.tables import TEXT_CHECK
from translearn_core.results import EpochPoint, History, StepPoint
from translearn_core.runs.database.room_tables import room_work, rooms
from translearn_core.runs.database.schema import job_owners, jobs, points
from translearn_core.runs.database.subjects import delete_references
from translearn_core.runs.database.transitions import requeue
from translearn_core.runs.dataset_store import DatasetStore
from translearn_core.runs.queue import MODELS, results_of
from translearn_core.runs.records import UNREADABLE, Dataset, Run, State, Unreadable, run_of
from translearn_core.runs.rooms.records import Room
from translearn_core.runs.submissions import (
    JobRequest,
    cancel,
    requeue_job,
    submit_job,
    submit_target_runs,
    target_run_of,
)
from translearn_core.runs.workspace import Workspace

C = TypeVar("C", bound=JobConfig)

RECENT_RUNS = 10
"""Finished runs that the wait of others is estimated from."""

LOCAL = "local"
"""Owner of everything made by the command line."""


class RunStore(DatasetStore):
    """Data sets, jobs and runs of one workspace."""

    def read_again(self, owner: str, dataset: str, options: ReadOptions) -> Dataset:
        """Return the data set of the same files with other read options; an unused one is replaced."""
        old = self.dataset(owner, dataset)
        files = {part: path.read_bytes() for part, path in self.workspace.sources(old.digest).items()}
        unused = not any(
            run.job.spec not in (READ, DIAGNOSE, TEXT_CHECK)
            for run in self._runs(job_owners.c.owner == owner, jobs.c.dataset == old.digest)
        )
        new = self.add_dataset(owner, old.name, files, options=options)
        if unused and new.digest != old.digest:
            self.delete_dataset(owner, old.id)
        return new

    def submit(self, owner: str, config: JobConfig, name: str | None = None) -> Run:
        """Submit a job and return the owner's run of it.

        Equal configurations share one job, whoever submits them; a stopped or failed job is queued again.

        Raises
        ------
        NotFoundError
            If the configuration refers to a data set or job that the owner does not have.
        """
        if config.kind in MODELS:
            self.check_quota(owner, settings())
        request = JobRequest(config, name or config.kind, *self.dependencies(owner, config))
        with self._engine.begin() as db:  # one transaction, since a job without an owner would be swept
            submit_job(db, owner, request, rename=bool(name))
        run = self.run(owner, job_id(config))
        if run.state is State.DONE and isinstance(config, ExperimentConfig) and config.data.several_targets:
            self.submit_target_runs(run.job.id, again=False)
        return run

    def submit_target_runs(self, job: str, *, again: bool = True) -> None:
        """Submit the run of each target of a training of several, for all who have the training.

        `again`: also those that are done, because it was trained again.
        """
        config = self.job(job).config
        assert isinstance(config, ExperimentConfig)
        with self._engine.begin() as db:
            submit_target_runs(db, config, again=again)

    @overload
    def run(self, owner: str, run: str) -> Run: ...

    @overload
    def run(self, owner: str, run: str, spec: JobSpec[C, Any]) -> Run[C]: ...

    def run(self, owner: str, run: str, spec: JobSpec[Any, Any] | None = None) -> Run[Any]:
        """Return one of the owner's runs, of any or of one kind, by its id or its job's."""
        record = run_of(self._row(owner, run))
        if isinstance(record, Unreadable):
            raise NotFoundError(UNREADABLE)
        if spec is not None and record.job.spec is not spec:
            raise NotFoundError(f"Run {run} is no {spec.name}: choose another.")
        return record

    @overload
    def runs(self, owner: str) -> list[Run[ExperimentConfig]]: ...

    @overload
    def runs(self, owner: str, spec: JobSpec[C, Any]) -> list[Run[C]]: ...

    def runs(self, owner: str, spec: JobSpec[Any, Any] = TRAIN) -> list[Run[Any]]:
        """Return the owner's readable runs of one kind, newest first."""
        return self._runs(job_owners.c.owner == owner, jobs.c.kind == spec.kind)

    def unreadable(self, owner: str) -> list[Unreadable]:
        """Return the owner's trainings and pretrainings that this version cannot read, newest first.

        Unreadable diagnostics are left out: they are computed again, and deleted with their run.
        """
        records = map(run_of, self._rows(job_owners.c.owner == owner, jobs.c.kind.in_(MODELS)))
        return [record for record in records if isinstance(record, Unreadable)]

    def rename(self, owner: str, run: str, name: str) -> None:
        """Rename a run."""
        with self._engine.begin() as db:
            db.execute(
                update(job_owners)
                .where(job_owners.c.owner == owner, job_owners.c.id == run)
                .values(name=name[:200])
            )

    def request_stop(self, owner: str, run: str) -> bool:
        """Stop a run; returns False if the job goes on for other owners."""
        job = self.run(owner, run).job.id
        with self._engine.begin() as db:
            return cancel(db, owner, job)

    def resume(self, owner: str, run: str) -> bool:
        """Queue a stopped, failed or interrupted run again; it continues from its last checkpoint."""
        job = self.run(owner, run).job.id
        with self._engine.begin() as db:
            return requeue_job(db, owner, job)

    def recompute(self, owner: str, run: str) -> bool:
        """Queue a run with lost or damaged results again; a training continues from its checkpoint."""
        job = self.run(owner, run).job.id
        with self._engine.begin() as db:
            return requeue(db, job, (State.DONE, State.STOPPED, State.FAILED))

    def delete_run(self, owner: str, run: str) -> None:
        """Delete a run and the results computed from it; shared files stay for other owners."""
        row = self._row(owner, run)
        with self._engine.begin() as db:
            targets = set(db.scalars(select(jobs.c.id).where(target_run_of(row.id))))
            for job in (row.id, *targets):
                children = select(jobs.c.id).where(or_(results_of(job), jobs.c.id.in_(targets)))
                own = (job_owners.c.owner == owner, job_owners.c.job.in_(children))
                db.execute(delete(job_owners).where(*own))
            db.execute(delete(job_owners).where(job_owners.c.id == row.run))
            delete_references(db, owner, [row.run])
        self.sweep()

    def delete_weights(self, owner: str, run: str) -> None:
        """Delete the model and the checkpoints of a finished training; its results stay readable.

        Raises
        ------
        WorkspaceError
            If the training or a job that reads the weights is not finished, or another owner has the run.
        """
        record = self.run(owner, run, TRAIN)
        if record.state.live:
            raise WorkspaceError(f"{record.name!r} is not finished: stop it, or wait until it is.")
        job = record.job.id
        with self._engine.begin() as db:
            if db.scalar(select(exists().where(job_owners.c.job == job, job_owners.c.owner != owner))):
                raise WorkspaceError(
                    f"Somebody else has the same run as {record.name!r} and shares its weights: they stay."
                )
            live = [str(state) for state in State if state.live]
            reads = or_(results_of(job), jobs.c.config.contains(job))
            query = select(job_owners.c.name).join(jobs, jobs.c.id == job_owners.c.job)
            if (name := db.scalar(query.where(reads, jobs.c.id != job, jobs.c.state.in_(live)))) is not None:
                raise WorkspaceError(
                    f"{name!r} is not finished and needs the weights of {record.name!r}: wait for it, or "
                    "stop it."
                )
            self.workspace.delete_weights(job)

    def queue_position(self, run: Run) -> int:
        """Return the position in the queue, 1 = next; 0 if it is not queued."""
        if run.state is not State.QUEUED:
            return 0
        order = self.waiting(run.job.spec.slot)
        return order.index(run.job.id) + 1 if run.job.id in order else 0

    def expected_wait(self, run: Run, position: int | None = None) -> float | None:
        """Return the seconds until a queued run is expected to start, by the last runs; None if unknown.

        Each run ahead, and the one that runs, counts as long as the median of the last `RECENT_RUNS` did.
        `position` is that in the queue, if it is known already.
        """
        ahead, slot = self.queue_position(run) if position is None else position, str(run.job.spec.slot)
        ended = (jobs.c.slot == slot, jobs.c.state == str(State.DONE), jobs.c.started.is_not(None))
        query = select(jobs.c.finished - jobs.c.started).where(*ended).order_by(jobs.c.finished.desc())
        with self._reader.begin() as db:
            seconds = list(db.scalars(query.limit(RECENT_RUNS)))
        return median(seconds) * ahead if seconds and ahead else None

    def queued_behind(self, run: Run) -> tuple[JobSpec[Any, Any], bool] | None:
        """Return the kind of the job that a queued run waits for, and whether its owner has that job too."""
        if run.state is not State.QUEUED or not (running := self.running(run.job.spec.slot)):
            return None
        job = running[0]
        owned = (job_owners.c.owner == run.owner, job_owners.c.job == job.id)
        with self._reader.begin() as db:
            return job.spec, bool(db.scalar(select(exists().where(*owned))))

    def paused_room(self, run: Run) -> Room | None:
        """Return the paused room that a queued training waits for; None if it may start."""
        if run.state is not State.QUEUED or run.job.spec.slot is not Slot.TRAINING:
            return None
        query = select(rooms).join(room_work, room_work.c.room == rooms.c.id)
        with self._reader.begin() as db:
            row = db.execute(query.where(room_work.c.subject == run.id, rooms.c.paused)).first()
        if row is None or run.job.id in self.waiting(Slot.TRAINING):  # who is not in the room has it too
            return None
        return Room(**row._mapping)

    def history(self, job: str) -> History:
        """Return the training history of a job so far."""
        with self._reader.begin() as db:
            rows = db.execute(
                select(points.c.kind, points.c.data).where(points.c.job == job).order_by(points.c.id)
            ).all()
        parsed = [(kind, json.loads(data)) for kind, data in rows]
        return History(
            steps=tuple(StepPoint(**d) for kind, d in parsed if kind == "step"),
            epochs=tuple(EpochPoint.parse(d) for kind, d in parsed if kind == "epoch"),
        )

    def dependencies(self, owner: str, config: JobConfig) -> tuple[str | None, str | None]:
        """Return digest and parent job that `config` depends on; both must belong to the owner."""
        digest = config.dataset_digest()
        if digest:
            self.dataset(owner, digest)
        parents = self._runs_by_id(owner, referenced_jobs(config))
        for run in parents:
            digest = digest or run.job.config.dataset_digest()
        return digest, parents[0].job.id if parents else None

    def _runs_by_id(self, owner: str, ids: Sequence[str]) -> list[Run]:
        runs: dict[str, Run] = {}
        for start in range(0, len(ids), 1000):  # databases limit the parameters of a statement
            chunk = ids[start : start + 1000]
            matches = or_(job_owners.c.id.in_(chunk), job_owners.c.job.in_(chunk))
            for run in self._runs(job_owners.c.owner == owner, matches):
                runs |= {run.id: run, run.job.id: run}
        if missing := [name for name in ids if name not in runs]:
            raise NotFoundError(
                f"Run {missing[0]}, which this builds on, is not in your workspace: it was deleted, or it is "
                "somebody else's. Choose another."
            )
        return [runs[name] for name in ids]

    def _row(self, owner: str, run: str) -> Any:
        rows = self._rows(job_owners.c.owner == owner, or_(job_owners.c.id == run, job_owners.c.job == run))
        if not rows:
            raise NotFoundError(
                "There is no such run in your workspace: it was deleted, or the link is somebody else's."
            )
        return rows[0]

    def _runs(self, *where: Any) -> list[Run]:
        return [run for run in map(run_of, self._rows(*where)) if isinstance(run, Run)]

    def _rows(self, *where: Any) -> Sequence[Any]:
        columns = [
            job_owners.c.id.label("run"),
            job_owners.c.owner,
            job_owners.c.name,
            job_owners.c.created.label("claimed"),
            job_owners.c.stopping,
        ]
        with self._reader.begin() as db:
            return db.execute(
                select(jobs, *columns)
                .join(job_owners, job_owners.c.job == jobs.c.id)
                .where(*where)
                .order_by(job_owners.c.created.desc())
            ).all()


@cache
def open_store() -> RunStore:
    """Return this process's store according to the settings."""
    return RunStore(Workspace(settings().workspace), settings().database_url)
