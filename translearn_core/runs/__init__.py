"""What people keep: data sets, runs and their files."""

from translearn_core.runs.records import STOPPING, Dataset, Flight, Job, Progress, Run, State
from translearn_core.runs.store import LOCAL, RunStore, open_store
from translearn_core.runs.workspace import Workspace

__all__ = [
    "LOCAL",
    "STOPPING",
    "Dataset",
    "Flight",
    "Job",
    "Progress",
    "Run",
    "RunStore",
    "State",
    "Workspace",
    "open_store",
]
