"""Answers and place of each owner in lessons; a locked answer never changes."""

import json
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, insert, select, update

from translearn_core.runs.database.schema import lesson_answers, lesson_places
from translearn_core.runs.store import RunStore


@dataclass(frozen=True)
class LessonAnswer:
    """Answer to a step, as JSON values; `locked` is the time it was locked, None while it may change."""

    value: Any
    locked: float | None


class LessonProgress:
    """Answers and places in a store, by owner and lesson."""

    def __init__(self, store: RunStore) -> None:
        self._store = store

    def answers(self, owner: str, lesson: str) -> dict[str, LessonAnswer]:
        """Return the owner's answers in a lesson by step."""
        t = lesson_answers.c
        query = select(t.step, t.answer, t.locked).where(t.owner == owner, t.lesson == lesson)
        with self._store.reading() as db:
            return {row.step: LessonAnswer(json.loads(row.answer), row.locked) for row in db.execute(query)}

    def save(self, owner: str, lesson: str, step: str, value: Any, *, lock: bool = False) -> LessonAnswer:
        """Store an answer, and lock it if so requested; return what is stored.

        A locked answer stays as it is.
        """
        t = lesson_answers.c
        place = and_(t.owner == owner, t.lesson == lesson, t.step == step)
        now = time.time()
        locked = now if lock else None
        values = {"answer": json.dumps(value), "changed": now, "locked": locked}
        with self._store.writing() as db:
            row = db.execute(select(t.answer, t.locked).where(place)).one_or_none()
            if row is None:
                db.execute(insert(lesson_answers).values(owner=owner, lesson=lesson, step=step, **values))
            elif row.locked is None:
                db.execute(update(lesson_answers).where(place, t.locked.is_(None)).values(**values))
            else:
                return LessonAnswer(json.loads(row.answer), row.locked)
        return LessonAnswer(value, locked)

    def place(self, owner: str, lesson: str) -> tuple[str, bool] | None:
        """Return the step that the owner is at, and whether the lesson was finished; None if unstarted."""
        t = lesson_places.c
        with self._store.reading() as db:
            query = select(t.step, t.done).where(t.owner == owner, t.lesson == lesson)
            row = db.execute(query).one_or_none()
        return None if row is None else (row.step, row.done)

    def move(self, owner: str, lesson: str, step: str, *, done: bool = False) -> None:
        """Store the step that the owner is at; a lesson once finished stays so."""
        t = lesson_places.c
        place = and_(t.owner == owner, t.lesson == lesson)
        with self._store.writing() as db:
            row = db.execute(select(t.step, t.done).where(place)).one_or_none()
            if row is not None and (row.step, row.done) == (step, done or row.done):
                return
            values = {"step": step, "done": done or bool(row and row.done), "changed": time.time()}
            if row is None:
                db.execute(insert(lesson_places).values(owner=owner, lesson=lesson, **values))
            else:
                db.execute(update(lesson_places).where(place).values(**values))

    def restart(self, owner: str, lesson: str) -> None:
        """Delete the owner's answers and place in a lesson."""
        with self._store.writing() as db:
            for table in (lesson_answers, lesson_places):
                db.execute(delete(table).where(table.c.owner == owner, table.c.lesson == lesson))
