"""Disk check that ends a waiting command if the disk stays full."""

import time
from pathlib import Path

from translearn_core.errors.os_errors import explain_os_error, write_error

CHECK_SECONDS, PATIENCE_SECONDS = 2.0, 10.0
"""Interval of checks, and how long the disk may be full: a failing job frees space."""


class DiskCheck:
    """Periodic check that the workspace's disk can be written."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._last_check = self._last_writable = time.monotonic()

    def __call__(self) -> None:
        """Raise `WorkspaceError` if nothing could be written for `PATIENCE_SECONDS`."""
        now = time.monotonic()
        if now - self._last_check < CHECK_SECONDS:
            return
        self._last_check = now
        error = write_error(self._workspace)
        if error is None:
            self._last_writable = now
        elif now - self._last_writable > PATIENCE_SECONDS and (
            explained := explain_os_error(error, self._workspace, again="give the same command again")
        ):
            raise explained
