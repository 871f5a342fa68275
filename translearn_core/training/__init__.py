"""Training: the loop, what the optimizer holds, checkpoints, and what moved."""

from translearn_core.training.checkpoint import Checkpoint
from translearn_core.training.drift import measure_drift
from translearn_core.training.evaluate import answers
from translearn_core.training.loop import Loop, Moment, Rows, copies

__all__ = ["Checkpoint", "Loop", "Moment", "Rows", "answers", "copies", "measure_drift"]
