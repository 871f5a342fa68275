"""Resuming a run from its checkpoint, or extending a finished run."""

from dataclasses import replace

import torch

from translearn_core.errors import TrainingError
from translearn_core.results import EpochPoint
from translearn_core.training import early_stopping
from translearn_core.training.checkpoints.checkpoint import Checkpoint, restore_random
from translearn_core.training.loop import Loop


def resume(loop: Loop, state: Checkpoint) -> None:
    """Resume `loop` from `state` exactly.

    Raises
    ------
    TrainingError
        If the checkpoint holds other tensors than this run trains.
    """
    _restore(loop, state)
    restore_random(state.random, loop.compute.device)


def extend(loop: Loop, parent: Checkpoint) -> None:
    """Continue a parent run: `loop` trains its epochs of the last stage after the parent's last epoch.

    The parent's best epoch stays a candidate for the best one, unless the last epoch is to be kept.

    Raises
    ------
    TrainingError
        If the parent did not reach its last stage, or trained other tensors or with another optimizer.
    """
    if not loop.schedule.is_last_stage(parent):
        raise TrainingError(
            f"The run to go on from ended in stage {parent.stage + 1} of {len(loop.schedule.stages)}: "
            "resume it first."
        )
    _restore(loop, parent)
    state = loop.state
    state.finished, state.seconds_by_phase = False, {}
    state.stage_epoch = 0
    early_stopping.reset(state)
    if loop.config.keeps_last_epoch:
        state.best, state.best_epoch = dict(state.weights), state.epoch
        state.best_moved = list(state.had_gradient)
        state.history = [
            replace(p, best=p.epoch == state.epoch) if isinstance(p, EpochPoint) else p for p in state.history
        ]
    state.origin_epoch, state.origin_step = parent.epoch, parent.step
    state.stage_started_at = dict.fromkeys(state.stage_started_at, parent.step)


def _restore(loop: Loop, state: Checkpoint) -> None:
    schedule = loop.schedule
    if set(state.weights) != set(schedule.trained):
        raise TrainingError(
            "The checkpoint holds other tensors than this plan trains: start a new run instead of resuming."
        )
    if state.optimizer_name != loop.config.optimizer:
        raise TrainingError(
            f"The run to go on from was trained with {state.optimizer_name}, this one says "
            f"{loop.config.optimizer}: set training.optimizer to {state.optimizer_name}, or start a new run."
        )
    loop.state = state
    with torch.no_grad():
        for name, parameter in schedule.trained.items():
            parameter.copy_(state.weights[name])
    if state.stage:
        schedule.start_stage(state)
        loop.set_inputs(schedule.stage(state).freeze)
    schedule.optimizer.load_state_dict(state.optimizer)
