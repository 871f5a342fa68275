"""Writing to the store through a full disk or a database that is away: it costs time, not work."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from translearn_core.errors import WorkspaceError

log = logging.getLogger(__name__)

T = TypeVar("T")

RETRY_SECONDS = 1.0
"""Between two tries."""


def persist(write: Callable[[], T]) -> T:
    """Call `write` until the store takes it; raises only what no waiting can mend."""
    waiting = False
    while True:
        try:
            return write()
        except WorkspaceError as error:
            if not error.temporary:
                raise
            if not waiting:
                log.error("waiting to write how a job ended: %s", error)
            waiting = True
        time.sleep(RETRY_SECONDS)


def attempt(write: Callable[[], T]) -> T | None:
    """Call `write` once; None where the store cannot take it now, for what is said again a moment later."""
    try:
        return write()
    except WorkspaceError as error:
        if not error.temporary:
            raise
        return None
