"""Fair queue: owners take turns, each owner's jobs in order of submission; background jobs come last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, exists, func, select

from translearn_core.jobs import PRETRAIN, SPECS, Slot
from translearn_core.runs.database.schema import job_owners, jobs
from translearn_core.runs.records import State

BACKGROUND = frozenset(spec.kind for spec in SPECS.values() if spec.background)
"""Kinds of background jobs."""


@dataclass(frozen=True)
class QueuedJob:
    """Queued job, its owners and the time it was queued; `background`: nobody asked for it."""

    job: str
    owners: tuple[str, ...]
    since: float
    background: bool = False


def fair_order(waiting: Sequence[QueuedJob], last_turn: Mapping[str, float]) -> list[str]:
    """Return the waiting jobs in the order they will start.

    The next job is the oldest of the owner with the earliest `last_turn` (seconds; owners without one come
    first). A job of several owners counts as a turn of each. Background jobs come after all others.
    """
    remaining = sorted(waiting, key=lambda w: (w.since, w.job))
    turns = dict(last_turn)
    clock = max([*turns.values(), 0.0])
    order: list[str] = []
    while remaining:
        job = min(
            remaining,
            key=lambda w: (w.background, min(turns.get(o, float("-inf")) for o in w.owners), w.since, w.job),
        )
        remaining.remove(job)
        order.append(job.job)
        clock += 1.0
        turns.update(dict.fromkeys(job.owners, clock))
    return order


def waiting_jobs(db: Connection, slot: Slot, *, one_each: bool, background: bool) -> list[str]:
    """Return the queued jobs of one slot in fair order, without those that await a pretraining.

    `one_each`: only those with an owner who has no running job of this slot; `background`: also those that
    nobody asked for.
    """
    running = select(job_owners.c.owner).join(jobs, job_owners.c.job == jobs.c.id)
    running = running.where(jobs.c.slot == str(slot), jobs.c.state == str(State.RUNNING))
    busy = set(db.scalars(running)) if one_each else set()
    rows = db.execute(
        select(jobs.c.id, jobs.c.queued, jobs.c.kind, job_owners.c.owner)
        .join(job_owners, job_owners.c.job == jobs.c.id)
        .where(jobs.c.state == str(State.QUEUED), jobs.c.slot == str(slot), ~_awaits_pretraining())
    ).all()
    turns = db.execute(
        select(job_owners.c.owner, func.max(jobs.c.started))
        .join(jobs, job_owners.c.job == jobs.c.id)
        .where(jobs.c.slot == str(slot), jobs.c.started.is_not(None))
        .group_by(job_owners.c.owner)
    ).all()
    owners: dict[str, list[str]] = {}
    queued: dict[str, tuple[float, bool]] = {}
    for job, since, kind, owner in rows:
        if background or kind not in BACKGROUND:
            owners.setdefault(job, []).append(owner)
            queued[job] = since, kind in BACKGROUND
    waiting = [
        QueuedJob(job, tuple(sorted(names)), *queued[job])
        for job, names in owners.items()
        if not busy.issuperset(names)
    ]
    return fair_order(waiting, {row[0]: row[1] for row in turns})


def _awaits_pretraining() -> Any:
    """Return the SQL condition that the pretraining of a job's backbone has not ended yet."""
    parents, live = jobs.alias("parents"), [str(state) for state in State if state.live]
    pretraining = parents.c.kind == PRETRAIN.kind, parents.c.state.in_(live)
    return exists().where(parents.c.id == jobs.c.parent, *pretraining)
