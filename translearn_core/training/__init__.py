"""Training: the loop, what the optimizer holds, checkpoints, and what moved."""

from translearn_core.training.callbacks import Moment
from translearn_core.training.checkpoint import Checkpoint, copies
from translearn_core.training.distillation import Lesson, taught
from translearn_core.training.evaluate import answers
from translearn_core.training.loop import Loop
from translearn_core.training.resume import extend, resume
from translearn_core.training.snapshots import Replay, snapshots
from translearn_core.training.training_rows import Rows
from translearn_core.training.weight_drift import measure_drift

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
