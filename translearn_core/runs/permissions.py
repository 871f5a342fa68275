"""Permissions of a workspace: only its owner may access files and folders."""

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

GROUP_AND_OTHERS = 0o077

ENTRIES = ("datasets", "runs", "activations", ".removed", ".scratch", "translearn.sqlite*", "engine.*")
"""Names of a workspace's entries; its folder may hold other files."""


def restrict_to_owner(root: Path) -> None:
    """Remove permissions of group and others from a workspace of an earlier version.

    Does nothing if the folder itself is closed. A folder of another user, a sticky one, or one that contains
    this user's home stays unchanged; only the workspace's own entries in it are closed.
    """
    if os.name != "posix" or not root.stat().st_mode & GROUP_AND_OTHERS:
        return
    shared = _is_shared(root)
    for path in _entries(root, deep=not shared):
        _close(path)
    if not shared:
        _close(root)


def _entries(root: Path, *, deep: bool) -> Iterator[Path]:
    for pattern in ENTRIES:
        for entry in root.glob(pattern):
            yield entry
            if deep and entry.is_dir() and not entry.is_symlink():
                for folder, folders, files in os.walk(entry):
                    yield from (Path(folder, name) for name in [*folders, *files])


def _close(path: Path) -> None:
    with contextlib.suppress(OSError):  # read-only, of another user, or deleted
        status = path.lstat()
        if not stat.S_ISLNK(status.st_mode) and status.st_mode & GROUP_AND_OTHERS:
            path.chmod(stat.S_IMODE(status.st_mode) & ~GROUP_AND_OTHERS)


def _is_shared(root: Path) -> bool:
    status = root.stat()
    home = Path(os.path.expanduser("~"))
    return status.st_uid != os.geteuid() or bool(status.st_mode & stat.S_ISVTX) or home.is_relative_to(root)
