"""Tables of rooms: rooms, their seats and pins, what was made in them, and wrong tries of codes."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from translearn_core.runs.database.metadata import metadata


def _room() -> "Column[str]":
    owner = ForeignKey("rooms.id", ondelete="CASCADE")
    return Column("room", String(24), owner, nullable=False, index=True)


rooms = Table(
    "rooms",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("code", String(8), nullable=False, unique=True),
    Column("board_key", String(64), nullable=False, unique=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("name", String(100), nullable=False),
    Column("lesson", String(40)),
    Column("names_hidden", Boolean, nullable=False),
    Column("board_shared", Boolean, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("created", Float, nullable=False),
    Column("closed", Float),
)

seats = Table(
    "seats",
    metadata,
    Column("id", String(24), primary_key=True),
    _room(),
    Column("owner", String(64), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("name", String(40), nullable=False),
    Column("folded_name", String(120), nullable=False),
    Column("joined", Float, nullable=False),
    Column("left", Float),
    UniqueConstraint("room", "owner"),
    UniqueConstraint("room", "number"),
    UniqueConstraint("room", "folded_name"),
)

room_pins = Table(
    "room_pins",
    metadata,
    Column("id", String(24), primary_key=True),
    _room(),
    Column("name", String(200), nullable=False),
    Column("subject", Text, nullable=False),
    Column("created", Float, nullable=False),
)

room_work = Table(
    "room_work",
    metadata,
    Column("subject", String(24), primary_key=True),
    _room(),
)
"""What seats made in a room: ids of rows in `datasets`, `claims`, `studies` and `searches`."""

room_texts = Table(
    "room_texts",
    metadata,
    Column("id", String(24), primary_key=True),
    _room(),
    Column("seat", String(24), ForeignKey("seats.id", ondelete="CASCADE"), nullable=False),
    Column("text", Text, nullable=False),
    Column("label", String(200), nullable=False),
    Column("created", Float, nullable=False),
)
"""Test sentences that seats wrote, each with its label."""

code_tries = Table(
    "code_tries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("visitor", String(64), nullable=False, index=True),
    Column("tried", Float, nullable=False, index=True),
)
