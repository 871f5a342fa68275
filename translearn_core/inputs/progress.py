"""Progress callback of long computations."""

from collections.abc import Callable

ProgressCallback = Callable[[str, float, float], None]
"""``report(stage, done, total)``: called between steps of a job; may raise to stop it."""


def no_progress(stage: str, done: float, total: float) -> None:
    """No-op progress callback."""
