"""What people keep: data sets, runs and their files."""

from translearn_core.runs.records import Dataset, Job, Progress, Run, State
from translearn_core.runs.store import LOCAL, RunStore, open_store
from translearn_core.runs.workspace import Workspace

__all__ = ["LOCAL", "Dataset", "Job", "Progress", "Run", "RunStore", "State", "Workspace", "open_store"]
