"""Atomic writes: to a temporary sibling, flushed to disk and renamed.

Temporary names hold machine and process, so that `sweep` can tell whether the writer is alive. Only the
owner may access files and folders (0600, 0700).
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
"""Errors of a rename to an existing folder that is not empty."""


@contextmanager
def atomic_file(path: Path, *, checksum: bool = True, durable: bool = True) -> Iterator[Path]:
    """Yield an empty temporary file to write to; at the end of the block it becomes `path`.

    Parameters
    ----------
    path : Path
        Replaced if it exists; its folder is created if missing.
    checksum : bool
        Whether to write its digest beside it, for `verify_file`. The digest goes first: after a crash
        between the two, the old file counts as damaged and is never taken for the new one.
    durable : bool
        Whether to flush it to disk before renaming it; too slow for files written every second.

    Notes
    -----
    If the block raises, the temporary file is deleted and `path` stays unchanged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.parent / temporary_name()
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
    try:
        yield draft
        draft.chmod(FILE_MODE)
        if durable:
            _flush(draft)
        if checksum:
            with atomic_file(sums_path(path), checksum=False) as sums:
                sums.write_text(sums_text({path.name: draft}), encoding="utf-8")
        draft.replace(path)
        if durable:
            _flush(path.parent)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@contextmanager
def atomic_folder(path: Path, *, checksums: bool = True, replace: bool = True) -> Iterator[Path]:
    """Yield an empty temporary folder to fill; at the end of the block it becomes `path`.

    Parameters
    ----------
    path : Path
        Final path.
    checksums : bool
        Whether to write ``SHA256SUMS`` into it, for `verify_folder`.
    replace : bool
        Whether to replace an existing folder as a whole, or to keep it.

    Notes
    -----
    If the block raises, the temporary folder is deleted and `path` stays unchanged. Replacing takes two
    renames; a crash between them leaves no `path`.
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
            _flush(entry)
        _rename_folder(draft, path, replace)
        _flush(path.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def move_file(path: Path, target: Path) -> None:
    """Rename a file written by `atomic_file`, with its digest; the digest goes first."""
    if sums_path(path).exists():
        digest, separator, _ = sums_path(path).read_bytes().partition(b"  ")
        with atomic_file(sums_path(target), checksum=False) as sums:
            sums.write_bytes(digest + separator + target.name.encode() + b"\n")
    else:
        sums_path(target).unlink(missing_ok=True)
    path.replace(target)


@contextmanager
def temporary_folder(parent: Path) -> Iterator[Path]:
    """Yield an empty folder below `parent` that is deleted at the end of the block, or by `sweep`."""
    draft = parent / temporary_name()
    draft.mkdir(FOLDER_MODE, parents=True)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _rename_folder(draft: Path, path: Path, replace: bool) -> None:
    """Rename `draft` to `path`; an existing folder is moved aside first and deleted afterwards."""
    obsolete: list[Path] = []
    while True:
        try:
            draft.rename(path)
            break
        except OSError as error:
            if error.errno not in _OCCUPIED:
                raise
        if not replace:
            obsolete.append(draft)
            break
        old = path.parent / temporary_name()
        with suppress(FileNotFoundError):  # moved by another writer
            path.rename(old)
            obsolete.append(old)
    for old in obsolete:
        shutil.rmtree(old, ignore_errors=True)


def _flush(path: Path) -> None:
    """Flush a file, or the entries of a folder, to disk."""
    if os.name != "posix" and path.is_dir():
        return  # folders cannot be flushed there
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
