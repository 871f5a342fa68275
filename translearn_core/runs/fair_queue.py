"""Whose job is next: owners take turns, each owner's own jobs in the order they came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class QueuedJob:
    """A queued job, the owners who want it and when it was asked for first."""

    job: str
    owners: tuple[str, ...]
    since: float


def fair_order(waiting: Sequence[QueuedJob], last_turn: Mapping[str, float]) -> list[str]:
    """Return the waiting jobs in the order they will start.

    The next job belongs to the owner whose last turn is longest ago (`last_turn`, seconds; never = first),
    and is that owner's oldest. A job wanted by several owners counts as a turn of each of them.
    """
    left = sorted(waiting, key=lambda w: (w.since, w.job))
    turns = dict(last_turn)
    clock = max([*turns.values(), 0.0])
    order: list[str] = []
    while left:
        chosen = min(left, key=lambda w: (min(turns.get(o, float("-inf")) for o in w.owners), w.since, w.job))
        left.remove(chosen)
        order.append(chosen.job)
        clock += 1.0
        turns.update(dict.fromkeys(chosen.owners, clock))
    return order
