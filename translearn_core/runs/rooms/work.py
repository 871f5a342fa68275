"""What was made in rooms: recorded as it is made, counted to the room, and held while a room is paused."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, or_, select

from translearn_core.runs.database.room_tables import room_work, rooms, seats
from translearn_core.runs.database.schema import datasets, job_owners
from translearn_core.runs.database.transitions import inserted
from translearn_core.runs.rooms.records import room_owner


def seat_of(owner: str) -> Any:
    """Return the SQL query for the seat that an owner sits at: at most one, in any room."""
    return select(seats).where(seats.c.owner == owner, seats.c.left.is_(None))


def record_work(db: Connection, owner: str, subject: str) -> None:
    """Count a new data set, run, study or search to the room its owner sits in, if any."""
    room = db.scalar(seat_of(owner).with_only_columns(seats.c.room))
    if room is not None:
        inserted(db, room_work, {"subject": subject, "room": room})


def in_rooms() -> Any:
    """Return the SQL query for the ids of all that was made in rooms."""
    return select(room_work.c.subject)


def made_in(room: str) -> Any:
    """Return the SQL query for the ids of what was made in a room."""
    return select(room_work.c.subject).where(room_work.c.room == room)


def files_of(db: Connection, room: str) -> tuple[set[str], set[str]]:
    """Return the data sets (digests) and jobs that are counted to a room."""
    made = made_in(room)
    digests = select(datasets.c.digest).where(
        or_(datasets.c.id.in_(made), datasets.c.owner == room_owner(room))
    )
    jobs = select(job_owners.c.job).where(job_owners.c.id.in_(made))
    return set(db.scalars(digests)), set(db.scalars(jobs))


def rooms_of_runs(db: Connection, runs: Iterable[str]) -> dict[str, tuple[str, bool]]:
    """Return the room of each run that was made in one, and whether that room is paused."""
    ids = list(runs)
    query = select(room_work.c.subject, rooms.c.id, rooms.c.paused).join(
        rooms, rooms.c.id == room_work.c.room
    )
    if len(ids) < 900:  # databases limit the parameters of a statement
        query = query.where(room_work.c.subject.in_(ids))
    return {row.subject: (row.id, bool(row.paused)) for row in db.execute(query)}
