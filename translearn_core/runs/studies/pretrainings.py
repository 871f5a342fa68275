"""Pretrainings on the target domain that belong to studies of ways."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, select

from translearn_core.config import PlannedRun, Way, expand_grid, job_id
from translearn_core.runs.database.schema import job_owners, jobs
from translearn_core.runs.records import Unreadable
from translearn_core.runs.studies.records import Study
from translearn_core.runs.submissions import JobRequest


def pretraining_jobs(study: Study) -> frozenset[str]:
    """Return the jobs of the pretrainings that belong to a study."""
    if Way.PRETRAIN_TARGET not in study.config.ways:
        return frozenset()
    planned = expand_grid(study.config, study.blocks)
    return frozenset(job_id(run.pretraining) for run in planned if run.pretraining is not None)


def parents_of(db: Connection, states: Collection[str]) -> set[str]:
    """Return the parents of jobs in some states."""
    return set(db.scalars(select(jobs.c.parent).where(jobs.c.state.in_(states), jobs.c.parent.is_not(None))))


def obsolete_pretrainings(db: Connection, study: Study | Unreadable, deleted: set[str]) -> set[str]:
    """Return the pretrainings submitted by a study that no job but the `deleted` ones needs."""
    if not isinstance(study, Study):
        return set()
    own = pretraining_jobs(study)
    needed = set(db.scalars(select(jobs.c.parent).where(jobs.c.parent.in_(own), jobs.c.id.not_in(deleted))))
    conditions = (job_owners.c.job.in_(own - needed), job_owners.c.created >= study.created)
    return set(db.scalars(select(job_owners.c.job).where(job_owners.c.owner == study.owner, *conditions)))


def pretraining_requests(name: str, planned: Sequence[PlannedRun]) -> Iterator[JobRequest]:
    """Yield the requests of the pretrainings that belong to the runs of a study."""
    for config in dict.fromkeys(run.pretraining for run in planned):
        if config is not None:
            title = f"{name}: pre-training on the target"
            yield JobRequest(config, title, config.dataset, config.backbone.pretraining_job)
