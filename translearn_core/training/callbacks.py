"""What a loop tells while it runs, and how much of it is worth noting."""

from collections.abc import Callable
from dataclasses import dataclass

from translearn_core.results import EpochPoint, StepPoint
from translearn_core.training.checkpoint import Checkpoint

STEP_POINTS = 2000
"""Steps noted in a run's history at most, evenly spaced."""


@dataclass(frozen=True)
class TrainingEvent:
    """What the loop tells: a point of the history, how far it is, and how to get the state to keep.

    Long runs note only some of their steps: there `point` is None in between. `stage` counts from 0; `ended`
    says that it did.
    """

    point: StepPoint | EpochPoint | None
    step: int
    steps: int
    checkpoint: Callable[[dict[str, float]], Checkpoint]
    stage: int = 0
    ended: bool = False


Callback = Callable[[TrainingEvent], None]
"""Called after every step and every epoch; raising stops the run."""
