"""Training: the loop, what the optimizer holds, checkpoints, and what moved."""

from translearn_core.training.checkpoint import Checkpoint
from translearn_core.training.drift import measure_drift
from translearn_core.training.evaluate import answers
from translearn_core.training.loop import Loop, Moment, Rows, copies
from translearn_core.training.replay import Replay, snapshots
from translearn_core.training.teaching import Lesson, taught

__all__ = [
    "Checkpoint",
    "Lesson",
    "Loop",
    "Moment",
    "Replay",
    "Rows",
    "answers",
    "copies",
    "measure_drift",
    "snapshots",
    "taught",
]
