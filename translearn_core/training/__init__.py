"""Training loop, optimizer, checkpoints, snapshots and weight drift."""

from translearn_core.training.callbacks import TrainingEvent
from translearn_core.training.checkpoint import Checkpoint, copies
from translearn_core.training.distillation import DistillationTarget, teacher_outputs
from translearn_core.training.loop import Loop
from translearn_core.training.resume import extend, resume
from translearn_core.training.snapshots import SnapshotWriter, snapshots
from translearn_core.training.task import TrainingTask
from translearn_core.training.training_rows import TrainingRows
from translearn_core.training.weight_drift import measure_drift

__all__ = [
    "Checkpoint",
    "DistillationTarget",
    "Loop",
    "SnapshotWriter",
    "TrainingEvent",
    "TrainingRows",
    "TrainingTask",
    "copies",
    "extend",
    "measure_drift",
    "resume",
    "snapshots",
    "teacher_outputs",
]
