"""What the teacher of a room sees: who is where, the guesses, and the finished trainings."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import case, func, select

from translearn_core.jobs import TRAIN
from translearn_core.runs.database.room_tables import room_work, seats
from translearn_core.runs.database.schema import job_owners, jobs, lesson_answers, lesson_places, studies
from translearn_core.runs.records import State
from translearn_core.runs.rooms.records import RoomGuess, RoomRun, Seat, SeatStatus
from translearn_core.runs.store import RunStore

SEAT = ("id", "room", "owner", "number", "name", "joined", "left")
"""Columns of a seat."""
COUNTED = (State.RUNNING, State.QUEUED, State.INTERRUPTED, State.DONE, State.FAILED, State.STOPPED)


def seat_statuses(store: RunStore, room: str) -> list[SeatStatus]:
    """Return what each seat of a room is doing, by number; one query."""
    counts = [func.sum(case((jobs.c.state == str(one), 1), else_=0)).label(f"n_{one}") for one in COUNTED]
    trained = (
        select(job_owners.c.owner, func.max(jobs.c.finished).label("finished"), *counts)
        .join(jobs, jobs.c.id == job_owners.c.job)
        .join(room_work, room_work.c.subject == job_owners.c.id)
        .where(room_work.c.room == room, jobs.c.kind == TRAIN.kind)
        .group_by(job_owners.c.owner)
        .subquery()
    )
    place = lesson_places.c
    query = (
        select(
            *(seats.c[name] for name in SEAT),
            *(place[name].label(f"place_{name}") for name in ("lesson", "step", "done", "changed")),
            *(column for column in trained.c if column.name != "owner"),
        )
        .outerjoin(lesson_places, place.owner == _learners())
        .outerjoin(trained, trained.c.owner == seats.c.owner)
        .where(seats.c.room == room)
        .order_by(seats.c.number, place.changed)  # the latest lesson last
    )
    with store.reading() as db:
        rows = {row.number: row for row in db.execute(query)}
    return [_status(row) for row in rows.values()]


def _learners() -> Any:
    """Return the SQL expression of who answers lessons at a seat, as `learner` has it."""
    return seats.c.owner + "@" + seats.c.room


def _status(row: Any) -> SeatStatus:
    times = (row.joined, row.left, row.place_changed, row.finished)
    return SeatStatus(
        seat=seat_of_row(row),
        lesson=row.place_lesson,
        step=row.place_step,
        finished=bool(row.place_done),
        last_active=max(time for time in times if time is not None),
        runs={one: int(number) for one in COUNTED if (number := row._mapping[f"n_{one}"])},
    )


def seat_of_row(row: Any) -> Seat:
    """Return the seat of a row with the columns `SEAT`."""
    return Seat(**{name: row._mapping[name] for name in SEAT})


def room_guesses(store: RunStore, room: str, lesson: str) -> list[RoomGuess]:
    """Return the locked guesses of a room in a lesson, in the order of locking; one query."""
    answer = lesson_answers.c
    query = (
        select(*(seats.c[name] for name in SEAT), answer.step, answer.answer, answer.locked)
        .join(lesson_answers, answer.owner == _learners())
        .where(seats.c.room == room, answer.lesson == lesson, answer.locked.is_not(None))
        .order_by(answer.locked)
    )
    with store.reading() as db:
        rows = db.execute(query).all()
    guesses = []
    for row in rows:
        stored = json.loads(row.answer)
        if isinstance(stored, dict) and "value" in stored:
            reason = str(stored.get("reason", ""))
            guesses.append(RoomGuess(seat_of_row(row), row.step, stored["value"], reason, row.locked))
    return guesses


def room_runs(store: RunStore, room: str, names: Iterable[str]) -> list[RoomRun]:
    """Return the finished trainings of the seats' studies made in a room with one of `names`."""
    query = (
        select(*(seats.c[name] for name in SEAT), studies.c.name.label("study"), studies.c.runs)
        .join(studies, studies.c.owner == seats.c.owner)
        .join(room_work, room_work.c.subject == studies.c.id)
        .where(seats.c.room == room, room_work.c.room == room, studies.c.name.in_(list(names)))
        .order_by(seats.c.number, studies.c.created)
    )
    with store.reading() as db:
        planned = [
            (seat_of_row(row), row.study, run) for row in db.execute(query) for run in json.loads(row.runs)
        ]
        done = select(jobs.c.id, jobs.c.finished).where(jobs.c.state == str(State.DONE))
        made = select(job_owners.c.job).join(room_work, room_work.c.subject == job_owners.c.id)
        made = made.where(room_work.c.room == room)
        finished = {row.id: row.finished for row in db.execute(done.where(jobs.c.id.in_(made)))}
    return [
        RoomRun(seat, run["job"], study, run["arm"], run["seed"], finished[run["job"]])
        for seat, study, run in planned
        if run["job"] in finished
    ]
