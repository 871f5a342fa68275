"""What people keep: data sets, runs and their files."""

from translearn_core.runs.records import (
    STOPPING,
    UNREADABLE,
    Dataset,
    Flight,
    Job,
    Progress,
    Run,
    State,
    Unreadable,
)
from translearn_core.runs.store import LOCAL, RunStore, open_store
from translearn_core.runs.studies import Studies
from translearn_core.runs.study_records import Standing, Study, StudyRun
from translearn_core.runs.workspace import Workspace

__all__ = [
    "LOCAL",
    "STOPPING",
    "UNREADABLE",
    "Dataset",
    "Flight",
    "Job",
    "Progress",
    "Run",
    "RunStore",
    "Standing",
    "State",
    "Studies",
    "Study",
    "StudyRun",
    "Unreadable",
    "Workspace",
    "open_store",
]
