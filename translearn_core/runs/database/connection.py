"""Opening a workspace's database, and its transactions."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    ExceptionContext,
    create_engine,
    event,
    insert,
    inspect,
    select,
)
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from translearn_core.errors import ConfigError, WorkspaceError
from translearn_core.runs.database import sqlite_file
from translearn_core.runs.database.errors import VARIABLE, database_url, explain_database_error
from translearn_core.runs.database.metadata import metadata
from translearn_core.runs.database.migration import migrate
from translearn_core.runs.database.schema import meta
from translearn_core.runs.workspace import Workspace

SCHEMA_VERSION = 2

CREATED = "created"
"""Key in `meta` of the time the database was created, in seconds since 1970."""

CONNECT_SECONDS = 10
"""Timeout of connecting to PostgreSQL."""

WRITERS = 7_246_914
"""Number of the PostgreSQL advisory lock of writers; arbitrary, but the same for all."""


def open_database(workspace: Workspace, url: str | None = None) -> Engine:
    """Open the workspace's database, create missing tables, and migrate and check the schema.

    Errors of the database are raised as `WorkspaceError`. A SQLite file that cannot be written is opened for
    reading.
    """
    engine = _postgresql(url) if url else sqlite_file.open_engine(workspace.database)
    event.listen(engine, "handle_error", _explained(engine.url, workspace.database))
    event.listen(engine, "begin", _sqlite_begin if engine.dialect.name == "sqlite" else _postgresql_begin)
    schema_version = _version(engine)
    if schema_version is None:
        try:
            metadata.create_all(engine)
        except (OperationalError, ProgrammingError):  # another process was creating them
            metadata.create_all(engine)
        schema_version = _stamp(engine)
    schema_version = migrate(engine, schema_version, SCHEMA_VERSION)
    if schema_version != str(SCHEMA_VERSION):
        raise ConfigError(
            "workspace schema",
            schema_version,
            f"a workspace of version {SCHEMA_VERSION}, or an empty folder",
        )
    return engine


def _explained(url: URL, file: Path) -> Callable[[ExceptionContext], WorkspaceError | None]:
    """Return an SQLAlchemy hook that translates the database's errors."""

    def explain(context: ExceptionContext) -> WorkspaceError | None:
        error = explain_database_error(context.original_exception, url, file)
        if error is not None and not error.temporary:
            context.is_disconnect = True  # the pool closes the file, which may then be repaired
        return error

    return explain


def _postgresql(url: str) -> Engine:
    try:
        return create_engine(
            database_url(url), pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_SECONDS}
        )
    except ImportError as error:
        raise WorkspaceError(
            f"{VARIABLE} names a PostgreSQL database, and its driver is missing ({error}): pip install "
            "'translearn[postgresql]'."
        ) from None


def _version(engine: Engine) -> str | None:
    """Return the schema version of a database; None if tables are missing."""
    with for_reading(engine).begin() as connection:
        if not metadata.tables.keys() <= set(inspect(connection).get_table_names()):
            return None
        return cast("str | None", connection.scalar(select(meta.c.value).where(meta.c.key == "schema")))


def _stamp(engine: Engine) -> str:
    """Write schema version and creation time if they are missing; return the version."""
    rows = {"schema": str(SCHEMA_VERSION), CREATED: str(time.time())}
    try:
        with engine.begin() as connection:
            connection.execute(insert(meta), [{"key": key, "value": value} for key, value in rows.items()])
    except IntegrityError:  # already written
        pass
    with for_reading(engine).begin() as connection:
        return str(connection.scalar(select(meta.c.value).where(meta.c.key == "schema")))


def for_reading(engine: Engine) -> Engine:
    """Return `engine` for read-only transactions, which see a snapshot and never wait."""
    return engine.execution_options(reading=True)


def _sqlite_begin(connection: Connection) -> None:
    # writers lock immediately: under WAL, upgrading a reading transaction can fail
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _postgresql_begin(connection: Connection) -> None:
    # writers are serialised, as in SQLite
    if not connection.get_execution_options().get("reading", False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS})")
