"""Exceptions for users: each message names the thing, the value seen and the fix.

::

    TranslearnError
    ├── ConfigError          an invalid setting (field, value, what is expected)
    ├── DataError            an unusable file or table
    ├── BackboneError        an unavailable backbone
    │   └── NetworkError     the Hub cannot be reached
    ├── TrainingError        training cannot continue
    │   └── FreezeError      a frozen tensor changed, or a trainable one with a gradient did not
    ├── TooFewSamplesError   too few rows for a statistic
    ├── DamagedFileError     a file that differs from what was written (path, why, remedy)
    ├── NotFoundError        no such run or data set, or it has another owner
    ├── QuotaError           a limit of the settings is exceeded
    ├── WorkspaceError       unusable folder, disk or database of the workspace
    └── EngineError          the engine cannot be started or reached

`Stopped` is not an error: it ends a job on request.
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
"""Most characters of a value in a message."""


class _Unset(Enum):
    UNSET = "missing"

    def __repr__(self) -> str:
        return self.value


UNSET = _Unset.UNSET
"""Value of a setting that was not given."""


def shorten_repr(value: object) -> str:
    """Return `repr(value)`, cut to `LONGEST` characters."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # integers of thousands of digits, deeply nested lists
        return "too long to show"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


class TranslearnError(Exception):
    """Base of all errors with a message for users."""


class ConfigError(TranslearnError):
    """A setting is invalid; the message says to `verb` what is `expected`."""

    def __init__(self, field: str, value: object, expected: str, verb: str = "give") -> None:
        self.field, self.value, self.expected, self.verb = field, value, expected, verb
        super().__init__(f"{field} is {shorten_repr(value)}: {verb} {expected}.")

    def __reduce__(self) -> tuple[type["ConfigError"], tuple[str, object, str, str]]:
        """Pickle by the constructor's arguments."""
        return type(self), (self.field, self.value, self.expected, self.verb)


class DataError(TranslearnError):
    """A file or table cannot be used."""


class BackboneError(TranslearnError):
    """A backbone is missing, incomplete, unsafe or of an unsupported architecture."""


class NetworkError(BackboneError):
    """The Hub cannot be reached."""


class TrainingError(TranslearnError):
    """Training cannot continue."""


class FreezeError(TrainingError):
    """Training violated the freeze plan."""


class TooFewSamplesError(TranslearnError):
    """Too few rows for a statistic."""


class DamagedFileError(TranslearnError):
    """A file differs from what was written; `remedy` says how to restore it."""

    def __init__(self, path: Path, why: str, remedy: str) -> None:
        self.path, self.why, self.remedy = path, why, remedy
        super().__init__(f"{path} is damaged ({why}): {remedy}.")

    def __reduce__(self) -> tuple[type["DamagedFileError"], tuple[Path, str, str]]:
        """Pickle by the constructor's arguments."""
        return type(self), (self.path, self.why, self.remedy)


class NotFoundError(TranslearnError):
    """No such run or data set in this workspace."""


class QuotaError(TranslearnError):
    """A limit of the settings is exceeded."""


class WorkspaceError(TranslearnError):
    """The folder, disk or database of the workspace cannot be used.

    `temporary`: the same call may succeed later without loss, as with a full disk or a silent database.
    """

    def __init__(self, message: str, *, temporary: bool = False) -> None:
        self.temporary = temporary
        super().__init__(message)


class EngineError(TranslearnError):
    """The engine cannot be started or reached."""


class Stopped(Exception):  # noqa: N818 - not an error
    """A job ends early on request."""


def out_of_memory(error: BaseException) -> bool:
    """Whether an error of any library reports exhausted memory."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError | OSError) and _NO_MEMORY.search(str(error)) is not None
