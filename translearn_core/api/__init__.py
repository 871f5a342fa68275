"""Functions for notebooks and scripts: read a table, prepare a task, train, evaluate, diagnose, predict.

They work as the command line does, on the same workspace: the engine computes, equal questions are computed
once, and runs are listed in ``translearn runs``. Errors are children of `TranslearnError` that say what to
change.
"""

from translearn_core.api.diagnosis import diagnose
from translearn_core.api.task import Table, Task, prepare, read_table
from translearn_core.api.training import TrainedRun, compare, evaluate, open_run, predict, recipes, train

__all__ = [
    "Table",
    "Task",
    "TrainedRun",
    "compare",
    "diagnose",
    "evaluate",
    "open_run",
    "predict",
    "prepare",
    "read_table",
    "recipes",
    "train",
]
