"""Read-only folders for tests, also where the tests run as root, for whom nothing is read-only."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NOBODY = 65_534


@contextmanager
def unprivileged_folder() -> Iterator[Path]:
    """Yield a new folder, with the rights of a user to whom permissions apply."""
    if os.name != "posix":
        pytest.skip("permissions of this kind are POSIX")
    root = os.geteuid() == 0
    folder = Path(tempfile.mkdtemp(prefix="translearn-test-"))
    if root:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        else:
            writable(folder)
        shutil.rmtree(folder)


def read_only(folder: Path) -> None:
    """Take the right to write from a folder and all below it."""
    for path in [*folder.rglob("*"), folder]:
        path.chmod(0o500 if path.is_dir() else 0o400)


def writable(folder: Path) -> None:
    """Give it back."""
    folder.chmod(0o700)
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
