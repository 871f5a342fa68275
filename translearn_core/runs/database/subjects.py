"""Deletion of what refers to a run or study: its notes, and links that show it."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete

from translearn_core.runs.database.schema import notes, share_links


def delete_references(db: Connection, owner: str, subjects: Iterable[str]) -> None:
    """Delete the owner's notes on runs or studies, and links to them, within a transaction."""
    for subject in subjects:
        db.execute(delete(notes).where(notes.c.owner == owner, notes.c.subject == subject))
        shown = share_links.c.subject.contains(f'"{subject}"', autoescape=True)
        db.execute(delete(share_links).where(share_links.c.owner == owner, shown))
