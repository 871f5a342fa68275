"""Notes: a line of an owner's own under a figure of a run or study."""

import time

from sqlalchemy import delete, insert, select

from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.runs.database.schema import notes
from translearn_core.runs.store import RunStore
from translearn_core.runs.studies.store import Studies

LONGEST_NOTE = 500
"""Characters of a note."""
LONGEST_FIGURE = 120
"""Characters of a figure's name."""
MOST_NOTES = 100
"""Notes of one run or study."""


class Notes:
    """Notes in a store."""

    def __init__(self, store: RunStore) -> None:
        self._store = store

    def all(self, owner: str, subject: str) -> dict[str, str]:
        """Return the owner's notes on a run or study by figure, oldest first."""
        query = select(notes.c.figure, notes.c.text).where(notes.c.owner == owner, notes.c.subject == subject)
        with self._store.reading() as db:
            return {row.figure: row.text for row in db.execute(query.order_by(notes.c.changed))}

    def set(self, owner: str, subject: str, figure: str, text: str) -> None:
        """Replace the note on a figure; white space is trimmed, and an empty text deletes the note.

        `subject` is the id of a run or study, `figure` the name of one of its figures.

        Raises
        ------
        NotFoundError
            If the owner has no such run or study.
        ConfigError
            If the text is too long, or there are too many notes.
        """
        self._check_owned(owner, subject)
        line, figure = " ".join(text.split()), figure[:LONGEST_FIGURE]
        if len(line) > LONGEST_NOTE:
            raise ConfigError("note", f"{len(line)} characters", f"at most {LONGEST_NOTE}")
        others = self.all(owner, subject).keys() - {figure}
        if line and len(others) >= MOST_NOTES:
            raise ConfigError("notes", MOST_NOTES, "fewer for one run: empty some")
        key = {"owner": owner, "subject": subject, "figure": figure}
        with self._store.writing() as db:
            db.execute(delete(notes).where(*(notes.c[name] == value for name, value in key.items())))
            if line:
                db.execute(insert(notes).values(**key, text=line, changed=time.time()))

    def _check_owned(self, owner: str, subject: str) -> None:
        try:
            if self._store.run(owner, subject).id == subject:
                return
        except NotFoundError:
            pass
        Studies(self._store).get(owner, subject)
