"""Memory that each worker may use."""

from distributed.system import MEMORY_LIMIT

from translearn_core.config.settings import Settings
from translearn_core.engine.devices import gpus
from translearn_core.jobs import Slot

SHARE = 0.8
"""Share of the machine's memory for all workers together."""
LEAST_MB = 1_500
"""Minimum memory of a worker: torch and a small backbone."""


def worker_bytes(settings: Settings, slot: Slot) -> int:
    """Return the bytes of memory one worker may use.

    `settings.max_memory_mb` if given; else shares of 80 % of the machine: 25 % for ASK, 10 % for each READ
    worker, the rest divided among TRAIN workers.
    """
    if settings.max_memory_mb is not None:
        return settings.max_memory_mb * 1_000_000
    budget = SHARE * MEMORY_LIMIT
    shares = {Slot.INTERACTIVE: 0.25, Slot.READING: 0.1, Slot.TRAINING: 0.55 / max(1, len(gpus()))}
    return max(int(shares[slot] * budget), LEAST_MB * 1_000_000)
