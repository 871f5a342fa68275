"""Connections to a workspace's SQLite file: in WAL mode, or read-only if it cannot be written."""

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event

BUSY_SECONDS = 20.0
"""Timeout of waiting for another transaction."""

_OPTIONS: dict[str, Any] = {
    "uri": True,
    "check_same_thread": False,
    "timeout": BUSY_SECONDS,
    "isolation_level": None,  # transactions are opened by SQLAlchemy's begin event
}
_PRAGMAS = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", "PRAGMA foreign_keys=ON")
_UNWRITABLE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL)


class ReadOnlyConnection(sqlite3.Connection):
    """Connection to a file assumed immutable; used for one transaction."""


def open_engine(file: Path) -> Engine:
    """Return an engine on a SQLite file, which is created with mode 0600 if missing."""
    with contextlib.suppress(OSError):  # SQLite will report it
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))  # its -wal and -shm get the same mode
    engine = create_engine(URL.create("sqlite", database=str(file)), creator=lambda: connect(file))
    event.listen(engine, "checkin", _discard_read_only)
    return engine


def connect(file: Path) -> sqlite3.Connection:
    """Open a connection to an existing file.

    WAL mode needs to write files beside the database. Where that fails, and there is no log to read, the
    database is opened as immutable.
    """
    try:
        return _open(file, "mode=rw", *_PRAGMAS)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _UNWRITABLE or _has_log(file):
            raise
        try:
            probe = "SELECT count(*) FROM sqlite_master"
            return _open(file, "mode=ro&immutable=1", probe, factory=ReadOnlyConnection)
        except sqlite3.Error:
            raise error from None


def _open(file: Path, mode: str, *statements: str, **options: Any) -> sqlite3.Connection:
    connection: sqlite3.Connection = sqlite3.connect(f"{file.as_uri()}?{mode}", **_OPTIONS, **options)
    try:
        for statement in statements:
            connection.execute(statement).fetchone()
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
    # so that the next transaction tries again to open the file for writing
    if isinstance(connection, ReadOnlyConnection):
        record.invalidate()
