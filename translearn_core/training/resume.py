"""Going on from a state that was kept: in the middle of a run, or after the end of another."""

import torch

from translearn_core.errors import TrainingError
from translearn_core.training.checkpoint import Checkpoint, restore_random
from translearn_core.training.loop import Loop


def resume(loop: Loop, state: Checkpoint) -> None:
    """Let `loop` go on from `state` as if nothing had happened.

    Raises
    ------
    TrainingError
        If other tensors were kept than this run trains.
    """
    _take(loop, state)
    restore_random(state.random, loop.compute.device)


def extend(loop: Loop, parent: Checkpoint) -> None:
    """Let `loop` train its epochs of the last stage after a parent run's last one.

    The best epoch so far stays a candidate.

    Raises
    ------
    TrainingError
        If the parent did not come to its last stage, or trained other tensors.
    """
    if not loop.course.is_last_stage(parent):
        raise TrainingError(
            f"The run to go on from ended in stage {parent.stage + 1} of {len(loop.course.stages)}: "
            "resume it first."
        )
    _take(loop, parent)
    state = loop.state
    (
        state.finished,
        state.epochs_without_improvement,
        state.stage_epoch,
        state.stage_best,
        state.seconds_by_phase,
    ) = False, 0, 0, -1.0, {}
    state.origin_epoch, state.origin_step = parent.epoch, parent.step
    state.stage_started_at = dict.fromkeys(state.stage_started_at, parent.step)


def _take(loop: Loop, state: Checkpoint) -> None:
    course = loop.course
    if set(state.weights) != set(course.trained):
        raise TrainingError(
            "The checkpoint holds other tensors than this plan trains: start a new run instead of resuming."
        )
    loop.state = state
    with torch.no_grad():
        for name, parameter in course.trained.items():
            parameter.copy_(state.weights[name])
    if state.stage:
        course.start_stage(state)
        loop.set_inputs(course.stage(state).plan)
    course.optimizer.load_state_dict(state.optimizer)
