"""Permissions of a workspace: its files and folders are its owner's alone."""

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

GROUP_AND_OTHERS = 0o077

ENTRIES = ("datasets", "runs", "activations", ".removed", ".scratch", "translearn.sqlite*", "engine.*")
"""What a workspace holds, by name; a folder may hold other things beside."""


def tighten(root: Path) -> None:
    """Take group and others out of a workspace that earlier versions made for everybody to read.

    Once its folder itself is closed, nothing below is looked at again. A folder that belongs to somebody
    else, that everybody may write to, or that holds this user's home, stays as it is: there only the entries
    of the workspace are closed, which nobody else can look into then.
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
    with contextlib.suppress(OSError):  # read-only, somebody else's, or gone by now
        status = path.lstat()
        if not stat.S_ISLNK(status.st_mode) and status.st_mode & GROUP_AND_OTHERS:
            path.chmod(stat.S_IMODE(status.st_mode) & ~GROUP_AND_OTHERS)


def _is_shared(root: Path) -> bool:
    status = root.stat()
    home = Path(os.path.expanduser("~"))
    return status.st_uid != os.geteuid() or bool(status.st_mode & stat.S_ISVTX) or home.is_relative_to(root)
