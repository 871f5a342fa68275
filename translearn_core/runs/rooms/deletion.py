"""Deletion of a room with everything that was made in it, within a transaction."""

from typing import Any

from sqlalchemy import Connection, and_, delete, exists, or_, select

from translearn_core.runs.database.room_tables import room_work, rooms
from translearn_core.runs.database.schema import (
    datasets,
    edit_drafts,
    job_owners,
    jobs,
    lesson_answers,
    lesson_places,
    searches,
    studies,
)
from translearn_core.runs.database.subjects import delete_references
from translearn_core.runs.queue import MODELS, results_of
from translearn_core.runs.records import State
from translearn_core.runs.rooms.records import learner, room_owner
from translearn_core.runs.rooms.work import made_in
from translearn_core.runs.workspace import Workspace


def delete_room(db: Connection, workspace: Workspace, room: str) -> None:
    """Delete a room; `sweep` deletes the jobs afterwards.

    With a data set go its owner's runs and studies on it, and with a run the results computed from it, also
    where they were made outside of the room.
    """
    made = made_in(room)
    runs = db.execute(select(job_owners).where(job_owners.c.id.in_(made))).all()
    for run in runs:
        derived = select(jobs.c.id).where(results_of(run.job))
        db.execute(delete(job_owners).where(job_owners.c.owner == run.owner, job_owners.c.job.in_(derived)))
    subjects: dict[str, list[str]] = {}
    for table in (job_owners, studies, searches):
        rows = db.execute(select(table.c.id, table.c.owner).where(table.c.id.in_(made)))
        for row in rows.all():
            subjects.setdefault(row.owner, []).append(row.id)
        db.execute(delete(table).where(table.c.id.in_(made)))
    for owner, ids in subjects.items():
        delete_references(db, owner, ids)
    _delete_datasets(db, workspace, room, made)
    for table in (lesson_answers, lesson_places):
        db.execute(delete(table).where(table.c.owner.endswith(learner("", room), autoescape=True)))
    db.execute(delete(room_work).where(room_work.c.room == room))
    db.execute(delete(rooms).where(rooms.c.id == room))


def _delete_datasets(db: Connection, workspace: Workspace, room: str, made: Any) -> None:
    """Delete the data sets made in a room and those pinned to it."""
    own = or_(datasets.c.id.in_(made), datasets.c.owner == room_owner(room))
    for dataset in db.execute(select(datasets).where(own)).all():
        direct = select(jobs.c.id).where(jobs.c.dataset == dataset.digest)
        derived = and_(jobs.c.parent.in_(direct), jobs.c.kind.not_in(MODELS))
        ids = select(jobs.c.id).where(or_(jobs.c.dataset == dataset.digest, derived))
        db.execute(delete(job_owners).where(job_owners.c.owner == dataset.owner, job_owners.c.job.in_(ids)))
        for table, column in (
            (datasets, datasets.c.digest),
            (edit_drafts, edit_drafts.c.dataset),
            (studies, studies.c.dataset),
            (searches, searches.c.dataset),
        ):
            db.execute(delete(table).where(table.c.owner == dataset.owner, column == dataset.digest))
        in_use = exists().where(jobs.c.dataset == dataset.digest, jobs.c.state == str(State.RUNNING))
        if not db.scalar(select(or_(exists().where(datasets.c.digest == dataset.digest), in_use))):
            workspace.trash(datasets=[dataset.digest])
