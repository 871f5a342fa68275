"""Asking for work, taking that back and asking again, within a transaction that is open."""

import secrets
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, exists, update

from translearn_core.config import JOB_KIND, JOBS, BaseConfig, job_id
from translearn_core.runs.queue import count, inserted, requeue, transition
from translearn_core.runs.records import State
from translearn_core.runs.schema import job_owners, jobs


@dataclass(frozen=True)
class JobRequest:
    """A question, what it builds on, and what its owner calls the run."""

    config: BaseConfig
    name: str
    dataset: str | None = None
    parent: str | None = None


def submit_jobs(
    db: Connection, owner: str, wish: JobRequest, *, rename: bool, now: float | None = None
) -> None:
    """Queue a job that is new, stopped or failed, and give the owner a run of it; `now` is its place.

    A run that the owner has keeps its name unless it is to be renamed.
    """
    kind, job = JOB_KIND[type(wish.config)], job_id(wish.config)
    now = time.time() if now is None else now
    row = {
        "id": job,
        "kind": str(kind),
        "slot": str(JOBS[kind][1]),
        "config": wish.config.model_dump_json(),
        "dataset": wish.dataset,
        "parent": wish.parent,
        "state": str(State.QUEUED),
        "stop": False,
        "attempts": 0,
        "created": now,
        "queued": now,
    }
    name = wish.name[:200]
    claim = {"id": secrets.token_hex(8), "owner": owner, "job": job, "name": name, "created": now}
    if not inserted(db, jobs, row):
        requeue(db, job, (State.STOPPED, State.FAILED))
    if not inserted(db, job_owners, {**claim, "stopping": False}):
        values: dict[str, Any] = {"stopping": False} | ({"name": name} if rename else {})
        db.execute(
            update(job_owners).where(job_owners.c.owner == owner, job_owners.c.job == job).values(**values)
        )


def cancel(db: Connection, owner: str, job: str) -> bool:
    """Stop a job for an owner; returns False where others still want it, and it goes on."""
    db.execute(
        update(job_owners).where(job_owners.c.owner == owner, job_owners.c.job == job).values(stopping=True)
    )
    wanted = exists().where(job_owners.c.job == job, job_owners.c.stopping.is_(False))
    asked = count(db, update(jobs).where(jobs.c.id == job, ~wanted).values(stop=True)) == 1
    waits = (State.QUEUED, State.INTERRUPTED)
    reason = "Stopped before it began."
    transition(db, job, waits, State.STOPPED, jobs.c.stop.is_(True), reason=reason, finished=time.time())
    return asked


def requeue_job(db: Connection, owner: str, job: str) -> bool:
    """Queue an owner's stopped, failed or interrupted job again; returns whether it was."""
    db.execute(
        update(job_owners).where(job_owners.c.owner == owner, job_owners.c.job == job).values(stopping=False)
    )
    return requeue(db, job, (State.STOPPED, State.FAILED, State.INTERRUPTED))
