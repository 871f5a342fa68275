"""Messages for errors of the operating system, such as a full disk or a missing permission."""

import errno
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from translearn_core.errors import WorkspaceError

PROBE_BYTES = 65_536
"""Bytes that `write_error` writes; SQLite allocates no more at once."""

LONGEST_PATH = 300
"""Most characters of a path in a message."""

OTHER_FOLDER = "or set TRANSLEARN_WORKSPACE to another folder"

_FULL_TEXT = re.compile(
    r"no space left on device|os error 28\b|disk quota exceeded|os error 122\b"
    r"|\d+ requested and \d+ written|PytorchStreamWriter failed writing|unexpected pos \d+ vs \d+"
    r"|database or disk is full",
    re.I,
)
"""Reports of a full disk without an errno by safetensors, numpy, torch and SQLite."""

_FULL = {errno.ENOSPC, errno.EDQUOT}
_OF_THE_DISK = _FULL | {errno.EROFS, errno.EIO, errno.ESTALE, errno.EFBIG}
"""Errors of the whole disk, not of the file being written, which often has a temporary name."""

_TEMPORARY = _OF_THE_DISK | {errno.EMFILE, errno.ENFILE}


def explain_os_error(
    error: BaseException, workspace: Path, *, again: str = "try again"
) -> WorkspaceError | None:
    """Translate an error of the operating system into a message with path and fix.

    Parameters
    ----------
    error : BaseException
        An `OSError`, or a library's error caused by one.
    workspace : Path
        Path to name if the error names no file.
    again : str
        Instruction to follow once the cause is removed.

    Returns
    -------
    WorkspaceError or None
        None for other errors and unknown error numbers.
    """
    if any(_is_full(cause) for cause in _chain(error)):
        return WorkspaceError(_disk_full(error, workspace, again), temporary=True)
    if not isinstance(error, OSError) or error.errno not in _SENTENCES:
        return None
    path = _path_of(error, workspace)
    inside = path.is_relative_to(workspace) or workspace.is_relative_to(path)
    fix = f"{again}, {OTHER_FOLDER}" if inside else again
    sentence = _SENTENCES[error.errno].format(path=quoted(path), why=os.strerror(error.errno), fix=fix)
    return WorkspaceError(sentence, temporary=error.errno in _TEMPORARY)


def write_error(folder: Path) -> OSError | None:
    """Try to write a small file in `folder`; return the error, or None."""
    try:
        with tempfile.NamedTemporaryFile(prefix=".probe-", dir=folder) as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
    except OSError as error:
        error.filename = str(folder)
        return error
    return None


def quoted(path: Path) -> str:
    """Return a path in quotes, cut to `LONGEST_PATH` characters."""
    text = str(path)
    return repr(text if len(text) <= LONGEST_PATH else f"{text[:LONGEST_PATH]}…")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and its causes, the latest first."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__


def _is_full(error: BaseException) -> bool:
    return getattr(error, "errno", None) in _FULL or _FULL_TEXT.search(str(error)) is not None


def _disk_full(error: BaseException, workspace: Path, again: str) -> str:
    full = next(cause for cause in _chain(error) if _is_full(cause))
    path = _path_of(full, workspace)
    quota = getattr(full, "errno", None) == errno.EDQUOT
    problem = "Your disk quota is used up where" if quota else "The disk is full that holds"
    return f"{problem} {quoted(path)}: make room on it, then {again}."


def _path_of(error: BaseException, workspace: Path) -> Path:
    name = getattr(error, "filename", None)
    if not isinstance(name, str | bytes) or not name:
        return workspace
    path = Path(os.fsdecode(name))
    whole_disk = getattr(error, "errno", None) in _OF_THE_DISK and path.is_relative_to(workspace)
    return workspace if whole_disk else path


_DENIED = "{path} cannot be used ({why}): change its permissions and {fix}."
_READ_ONLY = "{path} cannot be written to ({why}); what is there can be read: mount it writable and {fix}."
_NO_FOLDER = "{path} cannot be used as a folder ({why}): move away the file in its place and {fix}."
_TOO_LONG = "{path} cannot be a path ({why}): choose a shorter one and {fix}."
_TOO_MANY = "{why} in this process or on this machine: raise the limit (ulimit -n) and try again."
_BROKEN = "The disk that holds {path} reports an error ({why}): have it checked and {fix}."

_SENTENCES = {
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.EISDIR: _DENIED,
    errno.EROFS: _READ_ONLY,
    errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: _NO_FOLDER,
    errno.ENAMETOOLONG: _TOO_LONG,
    errno.ELOOP: _TOO_LONG,
    errno.EMFILE: _TOO_MANY,
    errno.ENFILE: _TOO_MANY,
    errno.EFBIG: (
        "{path} cannot be written ({why}): raise the limit on the size of files (ulimit -f) and {fix}."
    ),
    errno.EIO: _BROKEN,
    errno.ESTALE: _BROKEN,
    errno.ENOENT: (
        "{path} is not there ({why}): if it was deleted, moved or unmounted, put it back and {fix}."
    ),
}
