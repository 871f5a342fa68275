"""Rooms in a store: opened, joined by code, paused, closed and deleted."""

import secrets
import time
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.runs.database.room_tables import code_tries, rooms, seats
from translearn_core.runs.rooms.codes import new_code, normalised
from translearn_core.runs.rooms.deletion import delete_room
from translearn_core.runs.rooms.records import Room, Seat
from translearn_core.runs.rooms.work import seat_of
from translearn_core.runs.store import RunStore

MOST_ROOMS = 50
"""Rooms of one owner."""
MOST_SEATS = 200
"""Seats of one room."""
LONGEST_ROOM_NAME, LONGEST_SEAT_NAME = 100, 40
WRONG_TRIES, WRONG_TRIES_OVERALL, TRY_SECONDS = 10, 1_000, 600.0
"""Wrong codes of one visitor and of all together in so many seconds; then no further code is looked up."""

NO_ROOM = "There is no open class with this code: look at it again, or ask your teacher."
TOO_MANY_TRIES = "Too many wrong codes: wait ten minutes, and ask your teacher for the code."
NOT_YOURS = "There is no such class of yours: it was deleted, or it is somebody else's."
NAME_TAKEN = "another name: somebody in this class has this one"


class Rooms:
    """Rooms of classes and their seats."""

    def __init__(self, store: RunStore) -> None:
        self._store = store

    def open(
        self,
        owner: str,
        name: str,
        *,
        lesson: str | None = None,
        names_hidden: bool = False,
        board_shared: bool = False,
    ) -> Room:
        """Open a room with a code of its own.

        Raises
        ------
        ConfigError
            If the name is empty or too long, or the owner has too many rooms.
        """
        if len(self.all(owner)) >= MOST_ROOMS:
            raise ConfigError("classes", MOST_ROOMS, "fewer: delete some")
        row = {
            "id": secrets.token_hex(8),
            "board_key": secrets.token_urlsafe(32),
            "owner": owner,
            "name": _name("name of the class", name, LONGEST_ROOM_NAME),
            "lesson": lesson,
            "names_hidden": names_hidden,
            "board_shared": board_shared,
            "paused": False,
            "created": time.time(),
            "closed": None,
        }
        with self._store.writing() as db:
            code = new_code()
            while db.scalar(select(rooms.c.id).where(rooms.c.code == code)) is not None:
                code = new_code()
            db.execute(insert(rooms).values(**row, code=code))
        return self.get(owner, code)

    def all(self, owner: str) -> list[Room]:
        """Return the owner's rooms, newest first."""
        query = select(rooms).where(rooms.c.owner == owner).order_by(rooms.c.created.desc())
        with self._store.reading() as db:
            return [Room(**row._mapping) for row in db.execute(query)]

    def get(self, owner: str, room: str) -> Room:
        """Return one of the owner's rooms, by its code or id.

        Raises
        ------
        NotFoundError
            If the owner has no such room.
        """
        code = normalised(room)
        for one in self.all(owner):
            if one.id == room or one.code == code:
                return one
        raise NotFoundError(NOT_YOURS)

    def change(self, owner: str, room: str, **values: Any) -> Room:
        """Set `lesson`, `names_hidden`, `board_shared` or `paused` of the owner's room."""
        id = self.get(owner, room).id
        with self._store.writing() as db:
            db.execute(update(rooms).where(rooms.c.id == id).values(**values))
        return self.get(owner, id)

    def close(self, owner: str, room: str) -> Room:
        """Let nobody join any more; seats and board stay."""
        return self.change(owner, room, closed=time.time())

    def reopen(self, owner: str, room: str) -> Room:
        """Let people join again."""
        return self.change(owner, room, closed=None)

    def delete(self, owner: str, room: str) -> None:
        """Delete a room with all that was made in it: guesses, runs, data sets, pins."""
        id = self.get(owner, room).id
        with self._store.writing() as db:
            delete_room(db, self._store.workspace, id)
        self._store.sweep()

    def room_of(self, seat: Seat) -> Room:
        """Return the room of a seat."""
        with self._store.reading() as db:
            row = db.execute(select(rooms).where(rooms.c.id == seat.room)).one_or_none()
        if row is None:
            raise NotFoundError(NO_ROOM)
        return Room(**row._mapping)

    def by_board_key(self, key: str) -> Room:
        """Return the room whose board a secret address opens."""
        with self._store.reading() as db:
            row = db.execute(select(rooms).where(rooms.c.board_key == key)).one_or_none()
        if row is None:
            raise NotFoundError(NO_ROOM)
        return Room(**row._mapping)

    def find(self, visitor: str, code: str) -> Room:
        """Return the room that a visitor may join, or has a seat in, by its code.

        Raises
        ------
        NotFoundError
            If there is none, it is closed, or the visitor has tried too many wrong codes.
        """
        code, now = normalised(code), time.time()
        with self._store.reading() as db:
            self._check_tries(db, visitor, now)
            found = db.execute(select(rooms).where(rooms.c.code == code)).one_or_none()
            if found is not None:
                seated = select(seats.c.id).where(seats.c.room == found.id, seats.c.owner == visitor)
                if found.closed is None or found.owner == visitor or db.scalar(seated) is not None:
                    return Room(**found._mapping)
        with self._store.writing() as db:
            db.execute(delete(code_tries).where(code_tries.c.tried < now - TRY_SECONDS))
            db.execute(insert(code_tries).values(visitor=visitor, tried=now))
        raise NotFoundError(NO_ROOM)

    def _check_tries(self, db: Connection, visitor: str, now: float) -> None:
        recent = code_tries.c.tried >= now - TRY_SECONDS
        tries = select(func.count()).select_from(code_tries).where(recent)
        own = db.scalar(tries.where(code_tries.c.visitor == visitor)) or 0
        if own >= WRONG_TRIES or (db.scalar(tries) or 0) >= WRONG_TRIES_OVERALL:
            raise NotFoundError(TOO_MANY_TRIES)

    def join(self, visitor: str, code: str, name: str) -> Seat:
        """Give a visitor a seat in the room with this code, and leave any other.

        Who has had a seat there takes it again, under the new name if one is given.

        Raises
        ------
        NotFoundError
            As `find`.
        ConfigError
            If the name is missing, too long or taken, or the room is full.
        """
        room = self.find(visitor, code)
        earlier = self.seat_in(visitor, room.id)
        if earlier is None or name.strip():
            name = _name("your name in the class", name, LONGEST_SEAT_NAME)
        else:
            name = earlier.name
        try:
            with self._store.writing() as db:
                elsewhere = (seats.c.owner == visitor, seats.c.room != room.id, seats.c.left.is_(None))
                db.execute(update(seats).where(*elsewhere).values(left=time.time()))
                if earlier is not None:
                    values = {"name": name, "folded_name": name.casefold(), "left": None}
                    db.execute(update(seats).where(seats.c.id == earlier.id).values(**values))
                else:
                    db.execute(insert(seats).values(**_new_seat(db, room.id, visitor, name)))
        except IntegrityError:
            raise ConfigError("your name in the class", name, NAME_TAKEN) from None
        seat = self.seat_in(visitor, room.id)
        assert seat is not None
        return seat

    def seat(self, owner: str) -> Seat | None:
        """Return the seat that an owner sits at, None if in no room."""
        with self._store.reading() as db:
            row = db.execute(seat_of(owner)).first()
        return None if row is None else _seat(row)

    def seat_in(self, owner: str, room: str) -> Seat | None:
        """Return the seat that an owner has or had in a room."""
        with self._store.reading() as db:
            query = select(seats).where(seats.c.owner == owner, seats.c.room == room)
            row = db.execute(query).one_or_none()
        return None if row is None else _seat(row)

    def rename(self, owner: str, name: str) -> None:
        """Rename the seat that an owner sits at.

        Raises
        ------
        ConfigError
            If the name is missing, too long or taken.
        """
        name = _name("your name in the class", name, LONGEST_SEAT_NAME)
        try:
            with self._store.writing() as db:
                own = update(seats).where(seats.c.owner == owner, seats.c.left.is_(None))
                db.execute(own.values(name=name, folded_name=name.casefold()))
        except IntegrityError:
            raise ConfigError("your name in the class", name, NAME_TAKEN) from None

    def leave(self, owner: str) -> None:
        """Leave the room; guesses and runs made there stay in it, and the code opens the same seat again."""
        with self._store.writing() as db:
            own = update(seats).where(seats.c.owner == owner, seats.c.left.is_(None))
            db.execute(own.values(left=time.time()))


def _name(field: str, name: str, longest: int) -> str:
    """Return a name without needless white space."""
    line = " ".join(name.split())
    if not line or len(line) > longest:
        raise ConfigError(field, line, f"1 to {longest} characters")
    return line


def _new_seat(db: Connection, room: str, owner: str, name: str) -> dict[str, Any]:
    """Return the row of a new seat."""
    number = (db.scalar(select(func.max(seats.c.number)).where(seats.c.room == room)) or 0) + 1
    if number > MOST_SEATS:
        raise ConfigError("seats", number, f"at most {MOST_SEATS} in one class")
    return {
        "id": secrets.token_hex(8),
        "room": room,
        "owner": owner,
        "number": number,
        "name": name,
        "folded_name": name.casefold(),
        "joined": time.time(),
        "left": None,
    }


def _seat(row: Any) -> Seat:
    values = dict(row._mapping)
    values.pop("folded_name")
    return Seat(**values)
