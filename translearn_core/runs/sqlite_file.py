"""Connections to a workspace's SQLite file: in WAL mode, or for reading where nothing can be written."""

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event

BUSY_SECONDS = 20.0
"""How long a transaction waits for another one to end."""

_OPTIONS: dict[str, Any] = {
    "uri": True,
    "check_same_thread": False,
    "timeout": BUSY_SECONDS,
    "isolation_level": None,  # transactions are opened by SQLAlchemy's begin event
}
_UNWRITABLE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL)


class ReadOnlyConnection(sqlite3.Connection):
    """A connection that takes the file for one that never changes; used for one transaction."""


def open_engine(file: Path) -> Engine:
    """Return an engine on a SQLite file; the file is made, the owner's alone, if there is none."""
    with contextlib.suppress(OSError):  # SQLite itself will say why
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))  # its -wal and -shm get the same mode
    engine = create_engine(URL.create("sqlite", database=str(file)), creator=lambda: connect(file))
    event.listen(engine, "checkin", _discard_read_only)
    return engine


def connect(file: Path) -> sqlite3.Connection:
    """Open a connection to a file that exists.

    WAL mode needs files beside the database. On a disk that is read-only or full they cannot be made; where
    there is no log that would have to be read, the database is opened as one that does not change.
    """
    try:
        return _writable(file)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _UNWRITABLE or _has_log(file):
            raise
        try:
            return _read_only(file)
        except sqlite3.Error:
            raise error from None


def _writable(file: Path) -> sqlite3.Connection:
    connection: sqlite3.Connection = sqlite3.connect(f"{file.as_uri()}?mode=rw", **_OPTIONS)
    try:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _read_only(file: Path) -> ReadOnlyConnection:
    connection: ReadOnlyConnection = sqlite3.connect(
        f"{file.as_uri()}?mode=ro&immutable=1", factory=ReadOnlyConnection, **_OPTIONS
    )
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _has_log(file: Path) -> bool:
    log = file.with_name(f"{file.name}-wal")
    try:
        return log.stat().st_size > 0
    except OSError:
        return False


def _discard_read_only(connection: object, record: Any) -> None:
    # the next transaction tries again to open the file for writing
    if isinstance(connection, ReadOnlyConnection):
        record.invalidate()
