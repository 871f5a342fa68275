"""Transitions between the states of jobs: each is one conditional UPDATE whose row count is checked."""

import time
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from translearn_core.config.pretraining import PretrainConfig
from translearn_core.jobs import PRETRAIN, TRAIN
from translearn_core.runs.database.schema import jobs
from translearn_core.runs.records import State


def requeue(db: Connection, job: str, states: tuple[State, ...]) -> bool:
    """Queue a job in one of `states` again; returns whether it was."""
    return transition(
        db, job, states, State.QUEUED, queued=time.time(), stop=False, attempts=0, finished=None, reason=None
    )


def transition(
    db: Connection, job: str, origin: tuple[State, ...], target: State, *conditions: Any, **values: Any
) -> bool:
    """Change a job's state from one of `origin` if `conditions` hold; returns whether it changed.

    A pretraining that fails or is stopped ends the runs that wait for it.
    """
    where = (jobs.c.id == job, jobs.c.state.in_([str(s) for s in origin]), *conditions)
    changed = count(db, update(jobs).where(*where).values(state=str(target), **values)) == 1
    if changed and target in (State.FAILED, State.STOPPED):
        _end_waiting_runs(db, job, target, str(values.get("reason") or ""))
    return changed


def _end_waiting_runs(db: Connection, job: str, state: State, reason: str) -> None:
    """Fail the jobs that wait for the pretraining `job`, which has ended in `state` for a `reason`.

    The sentence is one for all owners, so it names the pretraining by its settings.
    """
    pretraining = (jobs.c.id == job, jobs.c.kind == PRETRAIN.kind)
    if (config := db.scalar(select(jobs.c.config).where(*pretraining))) is None:
        return
    try:
        title = PretrainConfig.model_validate_json(config).title
    except ValueError:  # written by another version
        title = "pre-training"
    failed = state is State.FAILED
    why = f": {reason.rstrip('.')}." if failed and reason else "."
    sentence = (
        f"It did not start, because the {title} {'failed' if failed else 'was stopped'}{why} Resume this run "
        "or its study: the pre-training is done first, then what waits for it."
    )
    waiting = (State.QUEUED, State.INTERRUPTED)
    children = select(jobs.c.id).where(jobs.c.parent == job, jobs.c.kind.in_((TRAIN.kind, PRETRAIN.kind)))
    for child in db.scalars(children).all():
        transition(db, child, waiting, State.FAILED, reason=sentence, finished=time.time())


def inserted(db: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Insert `row` unless it conflicts with another; returns whether it was inserted."""
    dialect = postgresql if db.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(**row).on_conflict_do_nothing()
    # without the option the number of inserted rows is not kept with PostgreSQL
    return count(db, statement.execution_options(preserve_rowcount=True)) == 1


def count(db: Connection, statement: Any) -> int:
    """Run a statement and return how many rows it changed."""
    return cast("CursorResult[Any]", db.execute(statement)).rowcount
