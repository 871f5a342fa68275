"""Training: the loop, what the optimizer holds, checkpoints, and what moved."""

from translearn_core.training.checkpoint import Checkpoint, copies
from translearn_core.training.drift import measure_drift
from translearn_core.training.evaluate import answers
from translearn_core.training.loop import Loop
from translearn_core.training.replay import Replay, snapshots
from translearn_core.training.resuming import extend, resume
from translearn_core.training.rows import Rows
from translearn_core.training.teaching import Lesson, taught
from translearn_core.training.telling import Moment

__all__ = [
    "Checkpoint",
    "Lesson",
    "Loop",
    "Moment",
    "Replay",
    "Rows",
    "answers",
    "copies",
    "extend",
    "measure_drift",
    "resume",
    "snapshots",
    "taught",
]
