"""The store of a workspace: what people bring and ask for, and what became of it.

Whatever belongs to a person is asked for by owner; what is not theirs is not found.
"""

import json
import secrets
import time
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import and_, delete, exists, or_, select, update

from translearn_core.config import JOB_KIND, JOBS, BaseConfig, JobKind, ReadOptions, job_id, referenced_jobs
from translearn_core.errors import NotFoundError, QuotaError
from translearn_core.results import EpochPoint, History, StepPoint
from translearn_core.runs.queue import MODELS, Queue, inserted, requeue, results_of
from translearn_core.runs.records import UNREADABLE, Dataset, Run, State, Unreadable, run_of
from translearn_core.runs.schema import datasets, job_owners, jobs, points, studies
from translearn_core.runs.submissions import JobRequest, cancel, requeue_job, submit_jobs
from translearn_core.runs.workspace import Workspace
from translearn_core.settings import Settings, settings

LOCAL = "local"
"""The owner of what the command line does."""


class RunStore(Queue):
    """Data sets, jobs and runs of one workspace."""

    def add_dataset(
        self,
        owner: str,
        name: str,
        files: dict[str, bytes],
        limits: Settings | None = None,
        options: ReadOptions | None = None,
    ) -> Dataset:
        """Keep a data set's files by part (``train``, ``validation``, ``test``), and how they are to be read.

        The same files, read in the same way, come back as the same data set.

        Raises
        ------
        QuotaError
            If a file, or all that the owner keeps, is over the limits of the settings.
        """
        limits = limits or settings()
        for part, data in files.items():
            if len(data) > limits.max_upload_mb * 1_000_000:
                raise QuotaError(
                    f"The {part} file has {len(data) / 1e6:.0f} MB; this installation takes "
                    f"{limits.max_upload_mb} MB: upload fewer rows, or have TRANSLEARN_MAX_UPLOAD_MB raised."
                )
        size = sum(map(len, files.values()))
        self.check_quota(owner, limits, size)
        digest = self.workspace.keep_files(files, options)
        row = {
            "id": secrets.token_hex(8),
            "owner": owner,
            "name": name[:200] or "data",
            "digest": digest,
            "bytes": size,
            "created": time.time(),
        }
        with self._engine.begin() as db:
            if not inserted(db, datasets, row):
                mine = (datasets.c.owner == owner, datasets.c.digest == digest)
                db.execute(update(datasets).where(*mine).values(created=row["created"], name=row["name"]))
        if not self.workspace.dataset(digest).exists():  # somebody deleted theirs before this row was there
            self.workspace.keep_files(files, options)
        return next(d for d in self.datasets(owner) if d.digest == digest)

    def read_again(self, owner: str, dataset: str, options: ReadOptions) -> Dataset:
        """Return the data set of the same files read as `options` say; an unused one is replaced."""
        old = self.dataset(owner, dataset)
        files = {part: path.read_bytes() for part, path in self.workspace.sources(old.digest).items()}
        unused = not any(
            getattr(run.job.config, "dataset", old.digest) != old.digest
            or run.job.kind not in (JobKind.READ, JobKind.DIAGNOSE)
            for run in self._runs(job_owners.c.owner == owner, jobs.c.dataset == old.digest)
        )
        new = self.add_dataset(owner, old.name, files, options=options)
        if unused and new.digest != old.digest:
            self.delete_dataset(owner, old.id)
        return new

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
            on_it = select(jobs.c.id).where(jobs.c.dataset == digest)
            from_it = and_(jobs.c.parent.in_(on_it), jobs.c.kind.not_in(MODELS))
            mine = select(jobs.c.id).where(or_(jobs.c.dataset == digest, from_it))
            db.execute(delete(job_owners).where(job_owners.c.owner == owner, job_owners.c.job.in_(mine)))
            db.execute(delete(datasets).where(datasets.c.owner == owner, datasets.c.digest == digest))
            db.execute(delete(studies).where(studies.c.owner == owner, studies.c.dataset == digest))
            read = exists().where(jobs.c.dataset == digest, jobs.c.state == str(State.RUNNING))
            if not db.scalar(select(or_(exists().where(datasets.c.digest == digest), read))):
                self.workspace.trash(datasets=[digest])
        self.sweep()

    def submit(self, owner: str, config: BaseConfig, name: str | None = None) -> Run:
        """Ask for a job and return the owner's run of it.

        The same question asked again, by whoever, is the same job: done it stays done, stopped or failed it
        is queued again.

        Raises
        ------
        NotFoundError
            If the configuration names a data set or job that the owner does not have.
        """
        kind, job = JOB_KIND[type(config)], job_id(config)
        if kind in MODELS:
            self.check_quota(owner, settings())
        wish = JobRequest(config, name or str(kind), *self.dependents(owner, config))
        with self._engine.begin() as db:  # one transaction: a job without a claim would be swept
            submit_jobs(db, owner, wish, rename=bool(name))
        return self.run(owner, job)

    def run(self, owner: str, run: str) -> Run:
        """Return one of the owner's runs, by its id or its job's."""
        found = run_of(self._claimed(owner, run))
        if isinstance(found, Unreadable):
            raise NotFoundError(UNREADABLE)
        return found

    def runs(self, owner: str, kind: JobKind = JobKind.TRAIN) -> list[Run]:
        """Return the owner's runs of one kind, newest first; `unreadable` has those that cannot be read."""
        return self._runs(job_owners.c.owner == owner, jobs.c.kind == str(kind))

    def unreadable(self, owner: str) -> list[Unreadable]:
        """Return the owner's trainings and pre-trainings that this version cannot read, newest first.

        Answers that it cannot read are asked for anew, and go with what they were computed from.
        """
        found = map(run_of, self._rows(job_owners.c.owner == owner, jobs.c.kind.in_(MODELS)))
        return [one for one in found if isinstance(one, Unreadable)]

    def rename(self, owner: str, run: str, name: str) -> None:
        """Give a run another name."""
        with self._engine.begin() as db:
            db.execute(
                update(job_owners)
                .where(job_owners.c.owner == owner, job_owners.c.id == run)
                .values(name=name[:200])
            )

    def request_stop(self, owner: str, run: str) -> bool:
        """Stop a run; returns False where others still want the same work, which then goes on."""
        job = self.run(owner, run).job.id
        with self._engine.begin() as db:
            return cancel(db, owner, job)

    def resume(self, owner: str, run: str) -> bool:
        """Queue a stopped, failed or interrupted run again; it goes on from its last checkpoint."""
        mine = self.run(owner, run)
        with self._engine.begin() as db:
            return requeue_job(db, owner, mine.job.id)

    def ask_anew(self, owner: str, run: str) -> bool:
        """Queue a run again whose results are gone or damaged; a training goes on from its checkpoint."""
        mine = self.run(owner, run)
        with self._engine.begin() as db:
            return requeue(db, mine.job.id, (State.DONE, State.STOPPED, State.FAILED))

    def delete_run(self, owner: str, run: str) -> None:
        """Delete a run and what was computed from it; files go when nobody else needs them."""
        mine = self._claimed(owner, run)
        with self._engine.begin() as db:
            children = select(jobs.c.id).where(results_of(mine.id))
            db.execute(delete(job_owners).where(job_owners.c.owner == owner, job_owners.c.job.in_(children)))
            db.execute(delete(job_owners).where(job_owners.c.id == mine.run))
        self.sweep()

    def queue_position(self, run: Run) -> int:
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
            mine = set(db.scalars(select(job_owners.c.job).where(job_owners.c.owner == owner)))
        return self.workspace.disk_usage(datasets=digests, jobs=mine)

    def disk_of(self, job: str) -> int:
        """Bytes that one job's files take."""
        return self.workspace.disk_usage(datasets=set(), jobs={job})

    def owns_anything(self, owner: str) -> bool:
        """Whether an owner has a data set or a run."""
        rows = [exists().where(table.c.owner == owner) for table in (datasets, job_owners)]
        with self._reader.begin() as db:
            return bool(db.scalar(select(or_(*rows))))

    def check_quota(self, owner: str, limits: Settings, coming: int = 0) -> None:
        """Raise `QuotaError` if an owner, or all together, have no room left for so many bytes more."""
        if (used := self.disk(owner)) + coming > limits.max_owner_mb * 1_000_000:
            raise QuotaError(
                f"Your data sets and runs fill {used / 1e6:.0f} of {limits.max_owner_mb} MB: "
                "delete some on the Runs page."
            )
        if (used := self.workspace.total_weight()) + coming > limits.max_total_mb * 1_000_000:
            raise QuotaError(
                f"The data sets and runs of all people here fill {used / 1e6:.0f} of {limits.max_total_mb} "
                "MB: delete some of yours on the Runs page, or have TRANSLEARN_MAX_TOTAL_MB raised."
            )

    def dependents(self, owner: str, config: BaseConfig) -> tuple[str | None, str | None]:
        """Return the digest and the parent job that `config` names; both must be the owner's."""
        data = getattr(getattr(config, "experiment", config), "data", config)
        digest: str | None = getattr(data, "dataset", None)
        if digest:
            self.dataset(owner, digest)
        parents = self._needed(owner, referenced_jobs(config))
        for run in parents:
            digest = digest or getattr(getattr(run.job.config, "data", run.job.config), "dataset", None)
        return digest, parents[0].job.id if parents else None

    def _needed(self, owner: str, named: Sequence[str]) -> list[Run]:
        found: dict[str, Run] = {}
        for start in range(0, len(named), 1000):  # a database takes so many names at once
            some = named[start : start + 1000]
            of_them = or_(job_owners.c.id.in_(some), job_owners.c.job.in_(some))
            for run in self._runs(job_owners.c.owner == owner, of_them):
                found |= {run.id: run, run.job.id: run}
        if missing := [name for name in named if name not in found]:
            raise NotFoundError(
                f"Run {missing[0]}, which this builds on, is not in your workspace: it was deleted, or it is "
                "somebody else's. Choose another."
            )
        return [found[name] for name in named]

    def _claimed(self, owner: str, run: str) -> Any:
        found = self._rows(job_owners.c.owner == owner, or_(job_owners.c.id == run, job_owners.c.job == run))
        if not found:
            raise NotFoundError(
                "There is no such run in your workspace: it was deleted, or the link is somebody else's."
            )
        return found[0]

    def _runs(self, *where: Any) -> list[Run]:
        return [one for one in map(run_of, self._rows(*where)) if isinstance(one, Run)]

    def _rows(self, *where: Any) -> Sequence[Any]:
        mine = [
            job_owners.c.id.label("run"),
            job_owners.c.owner,
            job_owners.c.name,
            job_owners.c.created.label("claimed"),
            job_owners.c.stopping,
        ]
        with self._reader.begin() as db:
            return db.execute(
                select(jobs, *mine)
                .join(job_owners, job_owners.c.job == jobs.c.id)
                .where(*where)
                .order_by(job_owners.c.created.desc())
            ).all()


@cache
def open_store() -> RunStore:
    """Return this process's store, as the settings say."""
    chosen = settings()
    return RunStore(Workspace(chosen.workspace), chosen.database_url)
