"""Write to a temporary sibling, bring it to the disk, rename: a reader or a crash sees all of it or nothing.

A temporary name holds the machine and the process that writes, so that `sweep` can tell whether the writer
still lives. Files and folders are the owner's alone (0600, 0700).
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from translearn_core.storage.checksums import SUMS, folder_files, sums_path, sums_text
from translearn_core.storage.sweep import temporary_name

FILE_MODE, FOLDER_MODE = 0o600, 0o700

_OCCUPIED = (errno.ENOTEMPTY, errno.EEXIST)
"""What systems say of a rename to a folder that is there and not empty."""


@contextmanager
def atomic_file(path: Path, *, checksum: bool = True, durable: bool = True) -> Iterator[Path]:
    """Yield the name of an empty temporary file to write to; when the block ends it becomes `path`.

    Parameters
    ----------
    path : Path
        Replaced if it exists; its folder is made if it does not.
    checksum : bool
        Whether its digest is written beside it, for `verify_file`. The digest goes first: a crash between
        the two leaves a file that counts as damaged, never one that is taken for the new one.
    durable : bool
        Whether it is brought to the disk before it is renamed; not worth it for what is written every second.

    Notes
    -----
    If the block raises, nothing is left of the temporary file, and `path` is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.parent / temporary_name()
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
    try:
        yield draft
        draft.chmod(FILE_MODE)
        if durable:
            _to_disk(draft)
        if checksum:
            with atomic_file(sums_path(path), checksum=False) as sums:
                sums.write_text(sums_text({path.name: draft}), encoding="utf-8")
        draft.replace(path)
        if durable:
            _to_disk(path.parent)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@contextmanager
def atomic_folder(path: Path, *, checksums: bool = True, replace: bool = True) -> Iterator[Path]:
    """Yield an empty temporary folder to fill; when the block ends it becomes `path`.

    Parameters
    ----------
    path : Path
        Where the folder is to be.
    checksums : bool
        Whether ``SHA256SUMS`` is written into it, for `verify_folder`.
    replace : bool
        Whether a folder that is there by then is replaced as a whole; else it stays.

    Notes
    -----
    If the block raises, nothing is left of the temporary folder, and `path` is as it was. Replacing takes
    two renames: for an instant there is no `path`, and a crash just then leaves none.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.parent / temporary_name()
    draft.mkdir(FOLDER_MODE)
    try:
        yield draft
        if checksums:
            (draft / SUMS).write_text(sums_text(folder_files(draft)), encoding="utf-8")
        for entry in [*draft.rglob("*"), draft]:
            entry.chmod(FOLDER_MODE if entry.is_dir() else FILE_MODE)
            _to_disk(entry)
        _rename_folder(draft, path, replace)
        _to_disk(path.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def move_file(path: Path, target: Path) -> None:
    """Rename a file that `atomic_file` wrote, with its digest; until it has moved, it stays what it was."""
    if sums_path(path).exists():
        digest, separator, _ = sums_path(path).read_bytes().partition(b"  ")
        with atomic_file(sums_path(target), checksum=False) as sums:
            sums.write_bytes(digest + separator + target.name.encode() + b"\n")
    else:
        sums_path(target).unlink(missing_ok=True)
    path.replace(target)


@contextmanager
def temporary_folder(parent: Path) -> Iterator[Path]:
    """Yield an empty folder below `parent` that is deleted when the block ends; `sweep` knows its name."""
    draft = parent / temporary_name()
    draft.mkdir(FOLDER_MODE, parents=True)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _rename_folder(draft: Path, path: Path, replace: bool) -> None:
    """Rename `draft` to `path`; what is there goes aside first, and away when the new one is in its place."""
    aside: list[Path] = []
    while True:
        try:
            draft.rename(path)
            break
        except OSError as error:
            if error.errno not in _OCCUPIED:
                raise
        if not replace:
            aside.append(draft)
            break
        old = path.parent / temporary_name()
        with suppress(FileNotFoundError):  # another writer took it away a moment earlier
            path.rename(old)
            aside.append(old)
    for old in aside:
        shutil.rmtree(old, ignore_errors=True)


def _to_disk(path: Path) -> None:
    """Have the system write a file, or the names in a folder, to the disk before going on."""
    if os.name != "posix" and path.is_dir():
        return  # other systems have no such call for folders
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
