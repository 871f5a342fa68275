"""Early stopping: a stage ends after `patience` epochs without a better validation score."""

import math

from translearn_core.training.checkpoints.checkpoint import Checkpoint


def out_of_patience(state: Checkpoint, patience: int | None) -> bool:
    """Whether the score has not improved for `patience` epochs; never without a patience."""
    return patience is not None and state.epochs_without_improvement >= patience


def record(state: Checkpoint, score: float) -> None:
    """Count an epoch with its validation score; NaN, without validation rows, counts as better."""
    improved = not score <= state.stage_best
    state.epochs_without_improvement = 0 if improved else state.epochs_without_improvement + 1
    state.stage_best = score if improved else state.stage_best


def reset(state: Checkpoint) -> None:
    """Begin to count, as at the start of a stage."""
    state.stage_best, state.epochs_without_improvement = -math.inf, 0
