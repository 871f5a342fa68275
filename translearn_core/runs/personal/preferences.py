"""Choices of each owner on how the app is shown, such as its language."""

from sqlalchemy import delete, insert, select

from translearn_core.runs.database.schema import preferences
from translearn_core.runs.store import RunStore


class Preferences:
    """Preferences in a store, by owner and name."""

    def __init__(self, store: RunStore) -> None:
        self._store = store

    def get(self, owner: str, name: str) -> str | None:
        """Return a preference; None if the owner has chosen nothing."""
        t = preferences.c
        with self._store.reading() as db:
            row = db.execute(select(t.value).where(t.owner == owner, t.name == name)).one_or_none()
        return None if row is None else str(row.value)

    def set(self, owner: str, name: str, value: str) -> None:
        """Store a preference."""
        t = preferences.c
        with self._store.writing() as db:
            db.execute(delete(preferences).where(t.owner == owner, t.name == name))
            db.execute(insert(preferences).values(owner=owner, name=name, value=value))
