"""Tables of a workspace's database."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from translearn_core.runs.database import room_tables  # noqa: F401 - adds its tables
from translearn_core.runs.database.metadata import metadata

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

job_owners = Table(
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

run_tags = Table(
    "run_tags",
    metadata,
    Column("run", String(24), ForeignKey("claims.id", ondelete="CASCADE"), primary_key=True),
    Column("tag", String(40), primary_key=True),
)

searches = Table(
    "searches",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("dataset", String(64), nullable=False),
    Column("config", Text, nullable=False),
    Column("n_blocks", Integer, nullable=False),
    Column("task", Text, nullable=False),
    Column("trials", Text, nullable=False),
    Column("state", String(12), nullable=False, index=True),
    Column("reason", Text),
    Column("selection", String(24)),
    Column("created", Float, nullable=False),
)

edit_drafts = Table(
    "edit_drafts",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("dataset", String(64), primary_key=True),
    Column("edits", Text, nullable=False),
)

experiment_drafts = Table(
    "experiment_drafts",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("draft", Text, nullable=False),
    Column("changed", Float, nullable=False),
)

share_links = Table(
    "share_links",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("token", String(64), nullable=False, unique=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("subject", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("ends", Float),
)

notes = Table(
    "notes",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("subject", String(24), primary_key=True),
    Column("figure", String(120), primary_key=True),
    Column("text", Text, nullable=False),
    Column("changed", Float, nullable=False),
)

lesson_answers = Table(
    "lesson_answers",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("lesson", String(40), primary_key=True),
    Column("step", String(40), primary_key=True),
    Column("answer", Text, nullable=False),
    Column("changed", Float, nullable=False),
    Column("locked", Float),
)

preferences = Table(
    "preferences",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("value", String(200), nullable=False),
)

lesson_places = Table(
    "lesson_places",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("lesson", String(40), primary_key=True),
    Column("step", String(40), nullable=False),
    Column("done", Boolean, nullable=False),
    Column("changed", Float, nullable=False),
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
