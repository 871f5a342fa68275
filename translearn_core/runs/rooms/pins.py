"""Pins: data sets and configurations that a teacher puts before all seats of a room."""

import secrets
import time

from sqlalchemy import delete, insert, select

from translearn_core.config import referenced_jobs
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.runs.database.room_tables import room_pins
from translearn_core.runs.records import Dataset
from translearn_core.runs.rooms.records import (
    PIN_SUBJECTS,
    Pin,
    PinnedSettings,
    PinSubject,
    Room,
    room_owner,
)
from translearn_core.runs.store import RunStore

MOST_PINS = 20
"""Pins of one room."""
NO_PIN = "This is no longer pinned to your class."


class Pins:
    """Pins of rooms. A room has a copy of its own of each pinned data set, which is counted to it."""

    def __init__(self, store: RunStore) -> None:
        self._store = store

    def add(self, room: Room, name: str, subject: PinSubject) -> Pin:
        """Pin a data set or configuration of the room's owner for all seats; an equal pin is renamed.

        Raises
        ------
        NotFoundError
            If the owner does not have its data set.
        ConfigError
            If there are too many pins, or the configuration builds on another run.
        """
        if isinstance(subject, PinnedSettings) and referenced_jobs(subject.experiment):
            raise ConfigError("pin", name, "settings that do not build on another run of yours")
        pin = Pin(secrets.token_hex(8), room.id, name[:200] or subject.kind, subject, time.time())
        others = [one for one in self.all(room.id) if one.subject != subject]
        if len(others) >= MOST_PINS:
            raise ConfigError("pins", MOST_PINS, "fewer: take some off")
        self._copy(room.owner, pin.dataset, room_owner(room.id))
        with self._store.writing() as db:
            equal = [one.id for one in self.all(room.id) if one.subject == subject]
            db.execute(delete(room_pins).where(room_pins.c.id.in_(equal)))
            row = {"id": pin.id, "room": room.id, "name": pin.name, "created": pin.created}
            db.execute(insert(room_pins).values(**row, subject=subject.model_dump_json()))
        return pin

    def all(self, room: str) -> list[Pin]:
        """Return the readable pins of a room, oldest first."""
        query = select(room_pins).where(room_pins.c.room == room).order_by(room_pins.c.created)
        with self._store.reading() as db:
            rows = db.execute(query).all()
        pins = []
        for row in rows:
            try:
                subject = PIN_SUBJECTS.validate_json(row.subject)
            except ValueError:  # written by another version
                continue
            pins.append(Pin(row.id, row.room, row.name, subject, row.created))
        return pins

    def remove(self, room: Room, pin: str) -> None:
        """Take a pin off; copies that seats have made stay."""
        with self._store.writing() as db:
            db.execute(delete(room_pins).where(room_pins.c.room == room.id, room_pins.c.id == pin))
        used = {one.dataset for one in self.all(room.id)}
        for dataset in self._store.datasets(room_owner(room.id)):
            if dataset.digest not in used:
                self._store.delete_dataset(room_owner(room.id), dataset.id)

    def take(self, owner: str, room: str, pin: str) -> tuple[Pin, Dataset]:
        """Copy the data set of a pin to the owner of a seat; return both.

        Raises
        ------
        NotFoundError
            If it is not pinned to the room any more.
        """
        found = next((one for one in self.all(room) if one.id == pin), None)
        if found is None:
            raise NotFoundError(NO_PIN)
        return found, self._copy(room_owner(room), found.dataset, owner)

    def _copy(self, giver: str, digest: str, taker: str) -> Dataset:
        """Give `taker` the data set too; the files are shared."""
        workspace = self._store.workspace
        dataset = self._store.dataset(giver, digest)
        files = {part: path.read_bytes() for part, path in workspace.sources(dataset.digest).items()}
        return self._store.add_dataset(
            taker,
            dataset.name,
            files,
            options=workspace.read_options(dataset.digest),
            edits=workspace.edits(dataset.digest),
        )
