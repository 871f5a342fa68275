"""Errors a person can act on: each names the thing, the value seen and the fix.

::

    TranslearnError
    ├── ConfigError          a setting that cannot be (field, value, what is expected)
    ├── DataError            a file or table that cannot be used as it is
    ├── BackboneError        a backbone that cannot be had
    │   └── NetworkError     ... because the Hub could not be reached
    ├── TrainingError        training cannot go on
    │   └── FreezeError      a frozen tensor moved, or a trainable one with a gradient did not
    ├── TooFewSamplesError   a statistic that this many rows cannot carry
    ├── DamagedFileError     a file of ours that is not what was written (path, why, remedy)
    ├── NotFoundError        no such run or data set here, or it belongs to somebody else
    ├── QuotaError           over a limit of the settings
    ├── WorkspaceError       the workspace's folder, disk or database cannot be used
    └── EngineError          the engine cannot be started or reached

`Stopped` is not an error: it is how a job leaves when a person asked it to stop.
"""

import re
from enum import Enum
from pathlib import Path

__all__ = [
    "UNSET",
    "BackboneError",
    "ConfigError",
    "DamagedFileError",
    "DataError",
    "EngineError",
    "FreezeError",
    "NetworkError",
    "NotFoundError",
    "QuotaError",
    "Stopped",
    "TooFewSamplesError",
    "TrainingError",
    "TranslearnError",
    "WorkspaceError",
    "out_of_memory",
    "shorten_repr",
]

_NO_MEMORY = re.compile(
    r"not enough memory|DefaultCPUAllocator|can(no|')t allocate memory|out of memory|bad_alloc", re.I
)


LONGEST = 80
"""Characters of a value that a sentence has room for."""


class _Absent(Enum):
    UNSET = "missing"

    def __repr__(self) -> str:
        return self.value


UNSET = _Absent.UNSET
"""The value of a setting that is not there."""


def shorten_repr(value: object) -> str:
    """Return a value as a sentence shows it: as Python writes it, cut where it is longer than `LONGEST`."""
    try:
        said = repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits, or lists that deep in each other
        return "too long to show"
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"


class TranslearnError(Exception):
    """The root of the tree; its text is one sentence for a person."""


class ConfigError(TranslearnError):
    """A setting has a value it cannot have; `verb` is what to do with what is expected."""

    def __init__(self, field: str, value: object, expected: str, verb: str = "give") -> None:
        self.field, self.value, self.expected, self.verb = field, value, expected, verb
        super().__init__(f"{field} is {shorten_repr(value)}: {verb} {expected}.")

    def __reduce__(self) -> tuple[type["ConfigError"], tuple[str, object, str, str]]:
        """Pickle by the arguments, so that the error crosses processes."""
        return type(self), (self.field, self.value, self.expected, self.verb)


class DataError(TranslearnError):
    """A file or table cannot be used as it is."""


class BackboneError(TranslearnError):
    """A backbone is missing, incomplete, unsafe or of an architecture that is not supported."""


class NetworkError(BackboneError):
    """The model hub could not be reached."""


class TrainingError(TranslearnError):
    """Training cannot go on."""


class FreezeError(TrainingError):
    """The freeze plan was not honoured."""


class TooFewSamplesError(TranslearnError):
    """A statistic needs more rows than there are."""


class DamagedFileError(TranslearnError):
    """A file that was written here is not what was written; `remedy` is what helps."""

    def __init__(self, path: Path, why: str, remedy: str) -> None:
        self.path, self.why, self.remedy = path, why, remedy
        super().__init__(f"{path} is damaged ({why}): {remedy}.")

    def __reduce__(self) -> tuple[type["DamagedFileError"], tuple[Path, str, str]]:
        """Pickle by the arguments, so that the error crosses processes."""
        return type(self), (self.path, self.why, self.remedy)


class NotFoundError(TranslearnError):
    """No such run or data set in this workspace."""


class QuotaError(TranslearnError):
    """Over a limit of the settings."""


class WorkspaceError(TranslearnError):
    """The folder, the disk or the database of the workspace cannot be used.

    `temporary` says that the same call may succeed later with nothing lost: a disk that is full now, a
    database that does not answer now. A damaged file is not temporary.
    """

    def __init__(self, message: str, *, temporary: bool = False) -> None:
        self.temporary = temporary
        super().__init__(message)


class EngineError(TranslearnError):
    """The engine cannot be started or reached."""


class Stopped(Exception):  # noqa: N818 - a request that was honoured, not an error
    """A job leaves early because a person asked for it."""


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, whichever library raised it."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError | OSError) and _NO_MEMORY.search(str(error)) is not None
