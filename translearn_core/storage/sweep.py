"""Deletion of abandoned temporary files."""

import contextlib
import logging
import os
import re
import secrets
import shutil
import socket
import time
from pathlib import Path

import psutil

log = logging.getLogger(__name__)

PREFIX = ".draft-"
OLD_SECONDS = 86_400.0
"""Age in seconds at which any temporary file is deleted, whoever wrote it."""

LEGACY_PATTERNS = (".checkpoint-*", ".pretraining-*", ".old-*", ".gone-*", ".engine-*")
"""Temporary names of earlier versions, without their writer; deleted by age only."""

_HOST = re.sub(r"[^A-Za-z0-9.]", "_", socket.gethostname())[:60]


def temporary_name() -> str:
    """Return a unique name that holds this machine and process."""
    return f"{PREFIX}{_HOST}-{os.getpid()}-{secrets.token_hex(6)}"


def sweep(folder: Path, *, old_seconds: float = OLD_SECONDS) -> int:
    """Delete temporary files and folders below `folder` that are old or whose writer is dead; count them.

    Writers on other machines cannot be checked: their files are deleted by age only.
    """
    removed = 0
    for pattern in (f"{PREFIX}*", *LEGACY_PATTERNS):
        for path in list(folder.rglob(pattern)):
            with contextlib.suppress(OSError):  # already gone, or not permitted
                if not _abandoned(path, old_seconds):
                    continue
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()
                removed += 1
    if removed:
        log.info("%d temporary files that a crash had left below %s are deleted", removed, folder)
    return removed


def _abandoned(path: Path, old_seconds: float) -> bool:
    changed = path.stat().st_mtime
    if time.time() - changed > old_seconds:
        return True
    host, pid, token = ["", "", *path.name.removeprefix(PREFIX).rsplit("-", 2)][-3:]
    return bool(token) and host == _HOST and pid.isdigit() and not _is_running(int(pid), since=changed)


def _is_running(pid: int, *, since: float) -> bool:
    """Whether the process that had this id at time `since` is still running."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and bool(process.create_time() <= since + 1.0)
    except (psutil.Error, OverflowError):
        return False
