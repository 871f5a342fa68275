"""Comparisons of the runs of studies, as jobs in the store."""

from sqlalchemy import Connection, select

from translearn_core.config import referenced_jobs
from translearn_core.jobs import COMPARE, CompareConfig
from translearn_core.runs.database.schema import job_owners, jobs


def comparisons_of(db: Connection, owner: str, ids: set[str]) -> set[str]:
    """Return the owner's comparisons of no other jobs than `ids`."""
    query = select(jobs.c.id, jobs.c.config).join(job_owners, job_owners.c.job == jobs.c.id)
    rows = db.execute(query.where(job_owners.c.owner == owner, jobs.c.kind == COMPARE.kind))
    return {row.id for row in rows if _compares_only(row.config, ids)}


def _compares_only(config: str, ids: set[str]) -> bool:
    try:
        return set(referenced_jobs(CompareConfig.model_validate_json(config))) <= ids
    except ValueError:
        return False  # unreadable ones are deleted with their runs
