"""Submit, cancel and requeue jobs inside an open transaction."""

import secrets
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, exists, select, update

from translearn_core.config import ExperimentConfig, JobConfig, job_id
from translearn_core.config.base import canonical_json
from translearn_core.jobs import PRETRAIN, TRAIN, slot_of
from translearn_core.runs.database.schema import job_owners, jobs
from translearn_core.runs.database.transitions import count, inserted, requeue, transition
from translearn_core.runs.joint_runs import target_run_name
from translearn_core.runs.records import State
from translearn_core.runs.rooms.work import record_work


@dataclass(frozen=True)
class JobRequest:
    """Request for a job: configuration, name of the run, data set and parent job."""

    config: JobConfig
    name: str
    dataset: str | None = None
    parent: str | None = None


def submit_job(
    db: Connection, owner: str, request: JobRequest, *, rename: bool, now: float | None = None
) -> None:
    """Queue a job that is new, stopped or failed, and add the owner's run of it.

    `now` orders the queue; `rename`: also rename an existing run.
    """
    job = job_id(request.config)
    now = time.time() if now is None else now
    row = {
        "id": job,
        "kind": request.config.kind,
        "slot": str(slot_of(request.config)),
        "config": canonical_json(request.config),
        "dataset": request.dataset,
        "parent": request.parent,
        "state": str(State.QUEUED),
        "stop": False,
        "attempts": 0,
        "created": now,
        "queued": now,
    }
    name = request.name[:200]
    run: dict[str, Any] = {
        "id": secrets.token_hex(8),
        "owner": owner,
        "job": job,
        "name": name,
        "created": now,
    }
    if not inserted(db, jobs, row):
        requeue(db, job, (State.STOPPED, State.FAILED))
    if inserted(db, job_owners, {**run, "stopping": False}):
        record_work(db, owner, run["id"])
    else:
        values: dict[str, Any] = {"stopping": False} | ({"name": name} if rename else {})
        db.execute(
            update(job_owners).where(job_owners.c.owner == owner, job_owners.c.job == job).values(**values)
        )


def submit_target_runs(db: Connection, config: ExperimentConfig, *, again: bool) -> None:
    """Queue the run of each target of a finished training of several, for all who have the training.

    `again`: also those that are done, because it was trained again.
    """
    job = job_id(config)
    owners = select(job_owners.c.owner, job_owners.c.name, jobs.c.dataset)
    owned = db.execute(owners.join(jobs, jobs.c.id == job_owners.c.job).where(jobs.c.id == job)).all()
    for run in config.target_runs(job):
        for owner, name, dataset in owned:
            request = JobRequest(run, target_run_name(name, run.data.label), dataset, job)
            submit_job(db, owner, request, rename=False)
        if again:
            requeue(db, job_id(run), (State.DONE,))


def target_run_of(job: str) -> Any:
    """Return the SQL condition that a run is one target of the training `job` of several."""
    named = jobs.c.config.contains(f'"joint_run":"{job}"')
    return and_(jobs.c.parent == job, jobs.c.kind == TRAIN.kind, named)


def cancel(db: Connection, owner: str, job: str) -> bool:
    """Stop a job for an owner; returns False if it goes on for other owners."""
    db.execute(
        update(job_owners).where(job_owners.c.owner == owner, job_owners.c.job == job).values(stopping=True)
    )
    needed = exists().where(job_owners.c.job == job, job_owners.c.stopping.is_(False))
    stopping = count(db, update(jobs).where(jobs.c.id == job, ~needed).values(stop=True)) == 1
    waiting = (State.QUEUED, State.INTERRUPTED)
    reason = "Stopped before it began."
    transition(db, job, waiting, State.STOPPED, jobs.c.stop.is_(True), reason=reason, finished=time.time())
    return stopping


def requeue_job(db: Connection, owner: str, job: str) -> bool:
    """Queue an owner's stopped, failed or interrupted job again, with its pretraining; whether it was."""
    parents = jobs.alias()
    pretraining = db.scalar(
        select(jobs.c.parent)
        .join(parents, parents.c.id == jobs.c.parent)
        .where(jobs.c.id == job, parents.c.kind == PRETRAIN.kind)
    )
    for one in filter(None, (pretraining, job)):
        own_row = job_owners.c.owner == owner, job_owners.c.job == one
        db.execute(update(job_owners).where(*own_row).values(stopping=False))
    if pretraining is not None:
        requeue(db, pretraining, (State.STOPPED, State.FAILED, State.INTERRUPTED))
    return requeue(db, job, (State.STOPPED, State.FAILED, State.INTERRUPTED))
