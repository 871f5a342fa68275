"""Messages for database errors: damaged, full, locked, unreachable."""

import sqlite3
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from translearn_core.errors import ConfigError, WorkspaceError
from translearn_core.errors.os_errors import explain_os_error, quoted, write_error

VARIABLE = "TRANSLEARN_DATABASE_URL"
ADDRESS = "an address such as postgresql://USER:PASSWORD@HOST:5432/NAME"
DRIVER = "postgresql+psycopg"

_PRIMARY = 0xFF
"""Bits of a SQLite error code that hold the primary code."""

_MAYBE_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
_REFUSED = (
    "authentication failed",
    'database "',
    'role "',
    "no password supplied",
    "no pg_hba.conf entry",
    "invalid connection option",
)
"""Messages of PostgreSQL for refused connections, which have no error code."""

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def database_url(text: str) -> URL:
    """Parse the address of a PostgreSQL database and set the driver.

    Raises
    ------
    WorkspaceError
        If it is not an address; the text is not shown, since it may hold a password.
    ConfigError
        If it is the address of another kind of database.
    """
    try:
        url = make_url(text)
        if url.get_backend_name() != "postgresql" and url.drivername != "postgres":
            raise ConfigError(VARIABLE, f"{url.drivername}://…", ADDRESS)
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise WorkspaceError(f"{VARIABLE} is no address of a database: give {ADDRESS}.") from None
    return url.set(drivername=DRIVER)


def explain_sqlite_error(error: sqlite3.Error, file: Path) -> WorkspaceError | None:
    """Translate an error of SQLite; None for an error in a statement.

    SQLite reports a full disk in several ways, so a small file is written to test for it.
    """
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    kind = code & _PRIMARY
    if kind in _DAMAGED:
        return WorkspaceError(
            f"The database {quoted(file)} is damaged ({error}): put back a copy of it, or move it and any "
            f"{file.name}-wal and {file.name}-shm away and start again with an empty list; the files of data "
            f"sets and runs stay in {quoted(file.parent)}."
        )
    if kind in _LOCKED:
        return WorkspaceError(
            f"The database {quoted(file)} is held by another program for too long ({error}): try again, and "
            "close whatever else has opened it.",
            temporary=True,
        )
    if kind == sqlite3.SQLITE_FULL and (full := explain_os_error(error, file.parent)):
        return full
    if kind in _MAYBE_FULL:
        return _unwritable(error, file)
    if kind == sqlite3.SQLITE_ERROR and "no such table" in str(error):
        return _replaced(file)
    return None


def explain_postgresql_error(error: Exception, url: URL) -> WorkspaceError | None:
    """Translate an error of PostgreSQL or of the connection; None for an error in a statement."""
    state = str(getattr(error, "sqlstate", None) or "")
    address = url.render_as_string(hide_password=True)
    message = " ".join(str(error).split())[:300]
    if state.startswith(("28", "3D")) or any(phrase in message for phrase in _REFUSED):
        return WorkspaceError(
            f"The database {address} refuses the connection ({message}): check address, user and password in "
            f"{VARIABLE}."
        )
    if state.startswith("42501"):
        return WorkspaceError(
            f"The database {address} does not allow this user enough ({message}): grant CREATE on its schema."
        )
    if state.startswith(("53", "58", "25006")):
        return WorkspaceError(f"The database server of {address} cannot write ({message}).", temporary=True)
    if state.startswith("XX"):
        return WorkspaceError(f"The database {address} is damaged ({message}): restore it from a copy.")
    if type(error).__name__ in ("OperationalError", "InterfaceError") or state.startswith(("08", "57P")):
        return WorkspaceError(
            f"The database {address} does not answer ({message}): start it, or check the address in "
            f"{VARIABLE}.",
            temporary=True,
        )
    return None


def explain_database_error(error: BaseException | None, url: URL, file: Path) -> WorkspaceError | None:
    """Translate an error of the database at `url` or in `file`; None for other errors."""
    if isinstance(error, sqlite3.Error):
        return explain_sqlite_error(error, file)
    if isinstance(error, Exception) and url.get_backend_name() == "postgresql":
        return explain_postgresql_error(error, url)
    return None


def _unwritable(error: sqlite3.Error, file: Path) -> WorkspaceError:
    cause = write_error(file.parent)
    if cause is not None and (explained := explain_os_error(cause, file.parent)) is not None:
        return explained
    if not file.exists() or getattr(error, "sqlite_errorname", "") == "SQLITE_READONLY_DBMOVED":
        return _replaced(file)
    return WorkspaceError(
        f"The database {quoted(file)} cannot be used ({error}): check that it is a file that you may read "
        "and write, and that its disk is sound.",
        temporary=True,
    )


def _replaced(file: Path) -> WorkspaceError:
    return WorkspaceError(
        f"The database {quoted(file)} was deleted or replaced while it was in use: end TransLearn and its "
        "engine ('translearn stop') and start again."
    )
