"""Fair queue: owners take turns, each owner's jobs in order of submission."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class QueuedJob:
    """Queued job, its owners and the time it was queued."""

    job: str
    owners: tuple[str, ...]
    since: float


def fair_order(waiting: Sequence[QueuedJob], last_turn: Mapping[str, float]) -> list[str]:
    """Return the waiting jobs in the order they will start.

    The next job is the oldest of the owner with the earliest `last_turn` (seconds; owners without one come
    first). A job of several owners counts as a turn of each.
    """
    remaining = sorted(waiting, key=lambda w: (w.since, w.job))
    turns = dict(last_turn)
    clock = max([*turns.values(), 0.0])
    order: list[str] = []
    while remaining:
        job = min(
            remaining, key=lambda w: (min(turns.get(o, float("-inf")) for o in w.owners), w.since, w.job)
        )
        remaining.remove(job)
        order.append(job.job)
        clock += 1.0
        turns.update(dict.fromkeys(job.owners, clock))
    return order
