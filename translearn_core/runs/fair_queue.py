"""Fair queue: rooms and all others take turns, within them owners; background jobs come last."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, exists, func, select

from translearn_core.jobs import PRETRAIN, SPECS, Slot
from translearn_core.runs.database.room_tables import room_work, rooms
from translearn_core.runs.database.schema import job_owners, jobs
from translearn_core.runs.records import State

BACKGROUND = frozenset(spec.kind for spec in SPECS.values() if spec.background)
"""Kinds of background jobs."""


OTHERS = ""
"""Party of all people outside of rooms."""


@dataclass(frozen=True)
class QueuedJob:
    """Queued job, its owners and the time it was queued; `background`: nobody asked for it.

    `parties` are the rooms that the owners asked in, in the order of `owners`; none: all `OTHERS`.
    """

    job: str
    owners: tuple[str, ...]
    since: float
    background: bool = False
    parties: tuple[str, ...] = ()

    @property
    def claims(self) -> tuple[tuple[str, str], ...]:
        """Pairs of party and owner."""
        return tuple(zip(self.parties or [OTHERS] * len(self.owners), self.owners, strict=True))


def fair_order(
    waiting: Sequence[QueuedJob],
    last_turn: Mapping[str, float],
    last_turn_of_party: Mapping[str, float] | None = None,
) -> list[str]:
    """Return the waiting jobs in the order they will start.

    Parties take turns: each room is one, and all people outside of rooms are one. Within a party owners take
    turns, and the jobs of an owner come in order of submission. A turn is that with the earliest last turn
    (seconds; those without one come first). A job of several owners counts as a turn of each and of their
    parties. Background jobs come after all others.
    """
    turns, parties = dict(last_turn), dict(last_turn_of_party or {})
    clock, never = max([*turns.values(), *parties.values(), 0.0]), float("-inf")
    groups: dict[tuple[bool, tuple[tuple[str, str], ...]], deque[QueuedJob]] = {}
    for one in sorted(waiting, key=lambda w: (w.since, w.job)):
        groups.setdefault((one.background, one.claims), deque()).append(one)

    def turn(group: tuple[bool, tuple[tuple[str, str], ...]]) -> tuple[Any, ...]:
        background, claims = group
        first = groups[group][0]  # those behind it have the same owners
        earliest = min((parties.get(party, never), turns.get(owner, never)) for party, owner in claims)
        return background, earliest, first.since, first.job

    order: list[str] = []
    while groups:
        group = min(groups, key=turn)
        job = groups[group].popleft()
        if not groups[group]:
            del groups[group]
        order.append(job.job)
        clock += 1.0
        turns.update(dict.fromkeys(job.owners, clock))
        parties.update({party: clock for party, _ in job.claims})
    return order


def waiting_jobs(db: Connection, slot: Slot, *, one_each: bool, background: bool) -> list[str]:
    """Return the queued jobs of one slot in fair order, without those that await a pretraining.

    Trainings wanted only by seats of paused rooms are left out. `one_each`: only those with an owner who has
    no running job of this slot; `background`: also those that nobody asked for.
    """
    running = select(job_owners.c.owner).join(jobs, job_owners.c.job == jobs.c.id)
    running = running.where(jobs.c.slot == str(slot), jobs.c.state == str(State.RUNNING))
    busy = set(db.scalars(running)) if one_each else set()
    rows = db.execute(
        select(jobs.c.id, jobs.c.queued, jobs.c.kind, job_owners.c.owner, room_work.c.room, rooms.c.paused)
        .join(job_owners, job_owners.c.job == jobs.c.id)
        .outerjoin(room_work, room_work.c.subject == job_owners.c.id)
        .outerjoin(rooms, rooms.c.id == room_work.c.room)
        .where(jobs.c.state == str(State.QUEUED), jobs.c.slot == str(slot), ~_awaits_pretraining())
    ).all()
    claims: dict[str, list[tuple[str, str]]] = {}
    queued: dict[str, tuple[float, bool]] = {}
    for job, since, kind, owner, room, paused in rows:
        held = bool(paused) and slot is Slot.TRAINING
        if not held and (background or kind not in BACKGROUND):
            claims.setdefault(job, []).append((owner, room or OTHERS))
            queued[job] = since, kind in BACKGROUND
    waiting = []
    for job, pairs in claims.items():
        owners, parties = zip(*sorted(pairs), strict=True)
        if not busy.issuperset(owners):
            waiting.append(QueuedJob(job, owners, *queued[job], parties=parties))
    return fair_order(waiting, *_last_turns(db, slot))


def _last_turns(db: Connection, slot: Slot) -> tuple[dict[str, float], dict[str, float]]:
    """Return when a job of each owner, and of each party, was started last."""
    rows = db.execute(
        select(job_owners.c.owner, room_work.c.room, func.max(jobs.c.started))
        .join(jobs, job_owners.c.job == jobs.c.id)
        .outerjoin(room_work, room_work.c.subject == job_owners.c.id)
        .where(jobs.c.slot == str(slot), jobs.c.started.is_not(None))
        .group_by(job_owners.c.owner, room_work.c.room)
    ).all()
    of_owner: dict[str, float] = {}
    of_party: dict[str, float] = {}
    for owner, room, started in rows:
        of_owner[owner] = max(started, of_owner.get(owner, 0.0))
        of_party[room or OTHERS] = max(started, of_party.get(room or OTHERS, 0.0))
    return of_owner, of_party


def _awaits_pretraining() -> Any:
    """Return the SQL condition that the pretraining of a job's backbone has not ended yet."""
    parents, live = jobs.alias("parents"), [str(state) for state in State if state.live]
    pretraining = parents.c.kind == PRETRAIN.kind, parents.c.state.in_(live)
    return exists().where(parents.c.id == jobs.c.parent, *pretraining)
