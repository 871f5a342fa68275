"""A run's state between two steps, on disk: whatever it takes to go on as if nothing had happened."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from translearn_core.results import EpochPoint, StepPoint
from translearn_core.training.checkpoint_file import CheckpointFile

FILE = CheckpointFile("checkpoint.pt", remedy="delete the run and train it again")


@dataclass
class Checkpoint:
    """Weights that train, optimizer, place in the schedule, random states, best weights, sums, history.

    `origin_epoch` and `origin_step` are where this run's own schedule begins: 0, or where the run it
    continues ended. `stage` counts the stages of its course from 0, `stage_epoch` the epochs done in it,
    `since` says at which step each part that trains now began, `weights` and `best` hold every tensor that
    trains in any stage, `moved` and `best_moved` name those that had a gradient by now and by the best epoch.
    """

    confusion: Tensor
    origin_epoch: int = 0
    origin_step: int = 0
    stage: int = 0
    stage_epoch: int = 0
    stage_best: float = -1.0
    stage_started_at: dict[str, int] = field(default_factory=dict)
    step: int = 0
    epoch: int = 0
    step_in_epoch: int = 0
    weights: dict[str, Tensor] = field(default_factory=dict)
    optimizer: dict[str, Any] = field(default_factory=dict)
    random: dict[str, Tensor] = field(default_factory=dict)
    best: dict[str, Tensor] = field(default_factory=dict)
    best_score: float = -1.0
    best_epoch: int = 0
    epochs_without_improvement: int = 0
    finished: bool = False
    loss_sum: float = 0.0
    seconds: float = 0.0
    seconds_by_phase: dict[str, float] = field(default_factory=dict)
    had_gradient: list[str] = field(default_factory=list)
    best_moved: list[str] = field(default_factory=list)
    history: list[StepPoint | EpochPoint] = field(default_factory=list)

    @classmethod
    def fresh(cls, classes: int) -> "Checkpoint":
        """Return the state before the first step."""
        return cls(torch.zeros(classes, classes, dtype=torch.int64))

    def write(self, folder: Path) -> None:
        """Write this state; a kill leaves the former checkpoint or this one, whole."""
        state = {name: value for name, value in vars(self).items() if name != "history"}
        state["steps"] = [asdict(p) for p in self.history if isinstance(p, StepPoint)]
        state["epochs"] = [asdict(p) for p in self.history if isinstance(p, EpochPoint)]
        FILE.write(folder, state)

    @classmethod
    def read(cls, folder: Path, *, newest: bool = False) -> "Checkpoint | None":
        """Read the newest checkpoint of a run that is undamaged; None if it has none.

        With `newest` the one before the last will not do.

        Raises
        ------
        DamagedFileError
            If none is undamaged.
        """
        return FILE.read(folder, cls._made, newest=newest)

    @staticmethod
    def forget_previous(folder: Path) -> None:
        """Delete the checkpoint before the last one of a run that has ended."""
        FILE.forget_previous(folder)

    @classmethod
    def _made(cls, state: dict[str, Any]) -> "Checkpoint":
        steps = [StepPoint(**p) for p in state.pop("steps")]
        epochs = [EpochPoint(**p) for p in state.pop("epochs")]
        points: list[StepPoint | EpochPoint] = [*steps, *epochs]
        history = sorted(points, key=lambda p: (p.step, isinstance(p, EpochPoint)))
        return cls(**state, history=history)


def copies(parameters: Mapping[str, torch.nn.Parameter]) -> dict[str, Tensor]:
    """Return copies of parameters on the CPU."""
    return {name: p.detach().to("cpu", copy=True) for name, p in parameters.items()}


def random_states(device: torch.device) -> dict[str, Tensor]:
    """Return the random states that dropout draws from."""
    states = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    if device.type == "mps":
        states["mps"] = torch.mps.get_rng_state()
    return states


def restore_random(states: dict[str, Tensor], device: torch.device) -> None:
    """Set the random states back."""
    torch.set_rng_state(states["cpu"])
    if "cuda" in states and device.type == "cuda":
        torch.cuda.set_rng_state(states["cuda"], device)
    if "mps" in states and device.type == "mps":
        torch.mps.set_rng_state(states["mps"])
