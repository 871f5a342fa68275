"""Writes to the store that survive a full disk or an unavailable database."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from translearn_core.errors import WorkspaceError

log = logging.getLogger(__name__)

T = TypeVar("T")

RETRY_SECONDS = 1.0


def persist(write: Callable[[], T]) -> T:
    """Call `write` until it succeeds; raise errors that are not temporary."""
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
    """Call `write` once; None after a temporary error."""
    try:
        return write()
    except WorkspaceError as error:
        if not error.temporary:
            raise
        return None
