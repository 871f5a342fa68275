"""Test sentences of seats, and the predictions of every seat's model for all of them."""

import secrets
import time
from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select

from translearn_core.errors import ConfigError
from translearn_core.jobs import PredictConfig
from translearn_core.runs.database.room_tables import room_texts, seats
from translearn_core.runs.records import Run
from translearn_core.runs.rooms.overview import SEAT, seat_of_row
from translearn_core.runs.rooms.records import RoomRun, RoomText, Seat
from translearn_core.runs.store import RunStore

MOST_TEXTS = 5
"""Test sentences of one seat."""
LONGEST_TEXT = 300
"""Characters of a test sentence."""
TEXTS_PER_JOB = 100
"""Texts that one prediction takes."""


class RoomTexts:
    """Test sentences in a store."""

    def __init__(self, store: RunStore) -> None:
        self._store = store

    def all(self, room: str) -> list[RoomText]:
        """Return the test sentences of a room, in the order of writing."""
        t = room_texts.c
        query = (
            select(*(seats.c[name] for name in SEAT), t.id.label("text_id"), t.text, t.label)
            .join(room_texts, t.seat == seats.c.id)
            .where(t.room == room)
            .order_by(t.created)
        )
        with self._store.reading() as db:
            rows = db.execute(query).all()
        return [RoomText(row.text_id, seat_of_row(row), row.text, row.label) for row in rows]

    def add(self, seat: Seat, text: str, label: str) -> None:
        """Add a test sentence of a seat.

        Raises
        ------
        ConfigError
            If it is empty or too long, or the seat has written enough.
        """
        line = " ".join(text.split())
        if not line or len(line) > LONGEST_TEXT:
            raise ConfigError("sentence", f"{len(line)} characters", f"1 to {LONGEST_TEXT}")
        own = select(func.count()).select_from(room_texts).where(room_texts.c.seat == seat.id)
        row = {"id": secrets.token_hex(8), "room": seat.room, "seat": seat.id, "text": line, "label": label}
        with self._store.writing() as db:
            if (db.scalar(own) or 0) >= MOST_TEXTS:
                raise ConfigError("sentences", MOST_TEXTS, "no more: take one out first")
            db.execute(insert(room_texts).values(**row, created=time.time()))

    def remove(self, seat: Seat, text: str) -> None:
        """Take out a test sentence of a seat."""
        with self._store.writing() as db:
            db.execute(delete(room_texts).where(room_texts.c.seat == seat.id, room_texts.c.id == text))


def predictions_wanted(run: RoomRun, texts: Sequence[RoomText]) -> list[PredictConfig]:
    """Return the jobs in which the model of a run predicts all test sentences, in their order."""
    cells = [one.text for one in texts]
    return [
        PredictConfig(job=run.job, texts=tuple(cells[start : start + TEXTS_PER_JOB]), neighbours=0)
        for start in range(0, len(cells), TEXTS_PER_JOB)
    ]


def submit_predictions(store: RunStore, runs: Sequence[RoomRun], texts: Sequence[RoomText]) -> list[Run]:
    """Let the model of each run predict all test sentences; the jobs are those of the seats."""
    return [
        store.submit(run.seat.owner, config, "test sentences of the class")
        for run in runs
        for config in predictions_wanted(run, texts)
    ]
