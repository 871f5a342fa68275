"""The tables of a workspace, and how to open its database."""

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from translearn_core.errors import ConfigError
from translearn_core.runs.workspace import Workspace

SCHEMA_VERSION = 1

WRITERS = 7_246_914
"""Number of the PostgreSQL advisory lock that writers take; any number, the same for all."""

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", String(200), nullable=False),
)

datasets = Table(
    "datasets",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("bytes", Integer, nullable=False),
    Column("created", Float, nullable=False),
    UniqueConstraint("owner", "digest"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("slot", String(10), nullable=False),
    Column("config", Text, nullable=False),
    Column("dataset", String(64), index=True),
    Column("parent", String(24), index=True),
    Column("state", String(12), nullable=False, index=True),
    Column("reason", Text),
    Column("stop", Boolean, nullable=False, default=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("worker", String(200)),
    Column("created", Float, nullable=False),
    Column("queued", Float, nullable=False),
    Column("started", Float),
    Column("finished", Float),
    Column("heartbeat", Float),
    Column("stage", String(60)),
    Column("done", Float),
    Column("total", Float),
    Column("seconds_left", Float),
)

claims = Table(
    "claims",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("job", String(24), ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("created", Float, nullable=False),
    Column("stopping", Boolean, nullable=False, default=False),
    UniqueConstraint("owner", "job"),
)

studies = Table(
    "studies",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("dataset", String(64), nullable=False),
    Column("config", Text, nullable=False),
    Column("blocks", Text, nullable=False),
    Column("runs", Text, nullable=False),
    Column("baseline", String(200), nullable=False),
    Column("created", Float, nullable=False),
)

points = Table(
    "points",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("job", String(24), ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("step", Integer, nullable=False),
    Column("data", Text, nullable=False),
    Index("points_of_a_job", "job", "kind", "id"),
)


def open_database(workspace: Workspace, url: str | None = None) -> Engine:
    """Return an engine on the workspace's database, tables made, schema version checked."""
    engine = create_engine(url or f"sqlite:///{workspace.database}", pool_pre_ping=bool(url))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_manners)
        event.listen(engine, "begin", _sqlite_begin)
    else:
        event.listen(engine, "begin", _postgresql_begin)
    try:
        metadata.create_all(engine)
    except (OperationalError, ProgrammingError):  # another process was making them
        metadata.create_all(engine)
    with engine.begin() as connection:
        found = connection.scalar(select(meta.c.value).where(meta.c.key == "schema"))
    if found is None:
        try:
            with engine.begin() as connection:
                connection.execute(insert(meta).values(key="schema", value=str(SCHEMA_VERSION)))
        except IntegrityError:
            found = str(SCHEMA_VERSION)
    if found is not None and int(found) != SCHEMA_VERSION:
        raise ConfigError(
            "workspace schema", found, f"a workspace of version {SCHEMA_VERSION}, or an empty folder"
        )
    return engine


def _sqlite_manners(connection: object, _record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined] # transactions are opened by _sqlite_begin
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=20000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]


def for_reading(engine: Engine) -> Engine:
    """Return `engine` for transactions that only read: they see one moment and wait for nobody."""
    return engine.execution_options(reading=True)


def _sqlite_begin(connection: Connection) -> None:
    # taken at once: a transaction that reads first and writes later can fail half-way under WAL
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _postgresql_begin(connection: Connection) -> None:
    # writers go one at a time, as they do in SQLite, so that what holds there holds here
    if not connection.get_execution_options().get("reading", False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS})")
