"""Wait for what other processes do."""

import time
from collections.abc import Callable
from typing import TypeVar

from translearn_core.runs import Run, RunStore

T = TypeVar("T")


def until(outcome: Callable[[], T], seconds: float = 90) -> T:
    """Call `outcome` every 20 ms until it returns something true, and return that."""
    deadline = time.monotonic() + seconds
    while not (value := outcome()):
        assert time.monotonic() < deadline, f"not after {seconds} s"
        time.sleep(0.02)
    return value


def ended(store: RunStore, run: Run, seconds: float = 300) -> Run:
    """Wait until a run has ended, and return it."""
    until(lambda: not store.run(run.owner, run.id).state.live, seconds)
    return store.run(run.owner, run.id)
