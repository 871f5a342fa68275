"""Temporary files that a kill left behind: whose they are, and when they may go."""

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
"""A temporary file nobody has written to for so long is swept, whoever its writer is."""

EARLIER = (".checkpoint-*", ".pretraining-*", ".old-*", ".gone-*", ".engine-*")
"""Temporary names of earlier versions, which do not say whose they are: old ones go."""

_HOST = re.sub(r"[^A-Za-z0-9.]", "_", socket.gethostname())[:60]


def temporary_name() -> str:
    """Return a name nobody else uses, which says that this process of this machine writes it."""
    return f"{PREFIX}{_HOST}-{os.getpid()}-{secrets.token_hex(6)}"


def sweep(folder: Path, *, old_seconds: float = OLD_SECONDS) -> int:
    """Delete temporary files and folders below `folder` whose writer is dead, and old ones; return how many.

    A writer on another machine cannot be asked: what it writes goes only when it is old.
    """
    removed = 0
    for pattern in (f"{PREFIX}*", *EARLIER):
        for path in list(folder.rglob(pattern)):
            with contextlib.suppress(OSError):  # gone meanwhile, or not ours to delete
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
    return bool(token) and host == _HOST and pid.isdigit() and not _lives(int(pid), since=changed)


def _lives(pid: int, *, since: float) -> bool:
    """Whether the process that had this id at the time `since` still runs."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and bool(process.create_time() <= since + 1.0)
    except (psutil.Error, OverflowError):
        return False
