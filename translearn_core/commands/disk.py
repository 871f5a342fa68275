"""A command that waits for a job ends with a sentence when the disk stays full: nobody else would say it."""

import time
from pathlib import Path

from translearn_core.os_errors import explain_os_error, write_error

CHECK_SECONDS, PATIENCE_SECONDS = 2.0, 10.0
"""Between two looks at the disk, and how long it may be full: a job that fails gives room back."""


class DiskCheck:
    """Looks at the workspace's disk now and then."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._last = self._sound = time.monotonic()

    def __call__(self) -> None:
        """Raise `WorkspaceError` where nothing could be written for `PATIENCE_SECONDS`."""
        now = time.monotonic()
        if now - self._last < CHECK_SECONDS:
            return
        self._last = now
        error = write_error(self._workspace)
        if error is None:
            self._sound = now
        elif now - self._sound > PATIENCE_SECONDS and (
            explained := explain_os_error(error, self._workspace, again="give the same command again")
        ):
            raise explained
