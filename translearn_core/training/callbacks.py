"""Training callbacks and how often steps are recorded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from translearn_core.results import EpochPoint, StepPoint
from translearn_core.training.checkpoints.checkpoint import Checkpoint

STEP_POINTS = 2000
"""Target number of step points in a run's history; longer runs record every n-th step."""


@dataclass(frozen=True)
class TrainingEvent:
    """Progress after a step or an epoch: history point, step count, and a function that makes a checkpoint.

    `point` is None for steps that are not recorded. `stage` counts from 0; `ended`: the stage has ended.
    """

    point: StepPoint | EpochPoint | None
    step: int
    steps: int
    checkpoint: Callable[[dict[str, float]], Checkpoint]
    stage: int = 0
    ended: bool = False


Callback = Callable[[TrainingEvent], None]
"""Called after every step and every epoch; raising stops the run."""

Record = Callable[[Sequence[StepPoint | EpochPoint]], None]
"""Stores points of the training history."""
