"""Expected time of all runs of a study, by those that are done."""

from statistics import mean

from sqlalchemy import select

from translearn_core.runs.database.schema import jobs
from translearn_core.runs.records import State
from translearn_core.runs.store import RunStore
from translearn_core.runs.studies.records import Study


def expected_seconds(store: RunStore, study: Study) -> float | None:
    """Return the seconds that all runs of a study take together; None until each arm has a finished run.

    A run that is not done counts as the mean of the finished runs of its arm.
    """
    ended = (jobs.c.state == str(State.DONE), jobs.c.started.is_not(None))
    query = select(jobs.c.id, (jobs.c.finished - jobs.c.started).label("taken")).where(
        jobs.c.id.in_(study.jobs), *ended
    )
    with store.reading() as db:
        seconds: dict[str, float] = {row.id: row.taken for row in db.execute(query)}
    arms: dict[str, list[float]] = {arm: [] for arm in study.arms}
    for run in study.runs:
        if run.job in seconds:
            arms[run.arm].append(seconds[run.job])
    if not all(arms.values()):
        return None
    return sum(seconds.get(run.job, mean(arms[run.arm])) for run in study.runs)
