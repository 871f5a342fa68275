"""Drafts of the next experiment, one for each owner."""

import time

from sqlalchemy import delete, insert, select

from translearn_core.runs.database.schema import experiment_drafts
from translearn_core.runs.store import RunStore


class ExperimentDrafts:
    """Drafts in a store, as JSON texts."""

    def __init__(self, store: RunStore) -> None:
        self._store = store

    def load(self, owner: str) -> tuple[str, float] | None:
        """Return the owner's draft and the time of its last change, in seconds since 1970."""
        columns = experiment_drafts.c.draft, experiment_drafts.c.changed
        with self._store.reading() as db:
            row = db.execute(select(*columns).where(experiment_drafts.c.owner == owner)).one_or_none()
        return None if row is None else (row.draft, row.changed)

    def save(self, owner: str, draft: str) -> None:
        """Replace the owner's draft."""
        with self._store.writing() as db:
            db.execute(delete(experiment_drafts).where(experiment_drafts.c.owner == owner))
            db.execute(insert(experiment_drafts).values(owner=owner, draft=draft, changed=time.time()))
