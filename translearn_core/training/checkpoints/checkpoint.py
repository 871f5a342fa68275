"""Training checkpoint: everything needed to resume a run exactly."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from translearn_core.results import EpochPoint, StepPoint
from translearn_core.results.training.self_training import SelfTrainingRound
from translearn_core.training.checkpoints.checkpoint_file import CheckpointFile

FILE = CheckpointFile("checkpoint.pt", remedy="delete the run and train it again")

EARLIER_NAMES = {
    "since": "stage_started_at",
    "spent": "seconds_by_phase",
    "waited": "epochs_without_improvement",
    "moved": "had_gradient",
}
"""Fields by their names in checkpoints of the version before."""

BEST = ("best", "best_score", "best_epoch", "best_moved")
"""Fields about the best epoch."""


@dataclass
class Checkpoint:
    """Trainable weights, optimizer, position in the schedule, random states, best weights, sums, history.

    `origin_epoch` and `origin_step` are where this run's own schedule begins: 0, or where the run it
    continues ended. `stage` counts from 0, `stage_epoch` the epochs done in it, `stage_started_at` has the
    step at which each part that trains now began. `weights` and `best` hold every tensor that trains in any
    stage; `had_gradient` and `best_moved` name those with a gradient so far and up to the best epoch.
    `loss_sum`, of `loss_count` targets, and `outputs`, in batches of rows, are those of the current epoch.
    `pseudo_labels` has those of the current training as rows and labels, `rounds` the account of each round,
    `earlier` the `BEST` fields of the best training before the current one.
    """

    origin_epoch: int = 0
    origin_step: int = 0
    stage: int = 0
    stage_epoch: int = 0
    stage_best: float = -math.inf
    stage_started_at: dict[str, int] = field(default_factory=dict)
    step: int = 0
    epoch: int = 0
    step_in_epoch: int = 0
    weights: dict[str, Tensor] = field(default_factory=dict)
    optimizer_name: str = "adamw"
    optimizer: dict[str, Any] = field(default_factory=dict)
    random: dict[str, Tensor] = field(default_factory=dict)
    best: dict[str, Tensor] = field(default_factory=dict)
    best_score: float = -math.inf
    best_epoch: int = 0
    epochs_without_improvement: int = 0
    finished: bool = False
    loss_sum: float = 0.0
    loss_count: int = 0
    outputs: list[Tensor] = field(default_factory=list)
    seconds: float = 0.0
    seconds_by_phase: dict[str, float] = field(default_factory=dict)
    had_gradient: list[str] = field(default_factory=list)
    best_moved: list[str] = field(default_factory=list)
    pseudo_labels: dict[str, Tensor] = field(default_factory=dict)
    rounds: list[SelfTrainingRound] = field(default_factory=list)
    earlier: dict[str, Any] = field(default_factory=dict)
    history: list[StepPoint | EpochPoint] = field(default_factory=list)

    @property
    def earlier_is_better(self) -> bool:
        """Whether a training before the current one has a higher validation score."""
        return bool(self.earlier) and self.best_score < self.earlier["best_score"]  # False for NaN

    def end_training(self) -> None:
        """Begin to look for the best epoch of another training; that of the better ones before stays."""
        if not self.earlier_is_better:
            self.earlier = {name: getattr(self, name) for name in BEST}
        self.best_score = -math.inf

    def take_best_training(self) -> None:
        """Make the best epoch of all trainings the best one."""
        if self.earlier_is_better:
            for name, value in self.earlier.items():
                setattr(self, name, value)

    def write(self, folder: Path) -> None:
        """Write this state atomically: a kill leaves this checkpoint or the one before it intact."""
        state = {name: value for name, value in vars(self).items() if name != "history"}
        state["rounds"] = [asdict(one) for one in self.rounds]
        state["steps"] = [asdict(p) for p in self.history if isinstance(p, StepPoint)]
        state["epochs"] = [asdict(p) for p in self.history if isinstance(p, EpochPoint)]
        FILE.write(folder, state)

    @classmethod
    def read(cls, folder: Path, *, newest: bool = False) -> "Checkpoint | None":
        """Read the newest undamaged checkpoint of a run; None if it has none.

        With `newest` only the last one counts, not the one before it.

        Raises
        ------
        DamagedFileError
            If none is undamaged.
        """
        return FILE.read(folder, cls._parse, newest=newest)

    @staticmethod
    def forget_previous(folder: Path) -> None:
        """Delete the checkpoint before the last one."""
        FILE.forget_previous(folder)

    @classmethod
    def _parse(cls, state: dict[str, Any]) -> "Checkpoint":
        steps = [StepPoint(**p) for p in state.pop("steps")]
        epochs = [EpochPoint.parse(p) for p in state.pop("epochs")]
        points: list[StepPoint | EpochPoint] = [*steps, *epochs]
        history = sorted(points, key=lambda p: (p.step, isinstance(p, EpochPoint)))
        if (confusion := state.pop("confusion", None)) is not None:  # of an earlier version
            state["loss_count"] = int(confusion.sum())
        state["rounds"] = [SelfTrainingRound(**one) for one in state.get("rounds", [])]
        fields = {EARLIER_NAMES.get(name, name): value for name, value in state.items()}
        return cls(**fields, history=history)


def copies(parameters: Mapping[str, torch.nn.Parameter]) -> dict[str, Tensor]:
    """Return copies of parameters on the CPU."""
    return {name: p.detach().to("cpu", copy=True) for name, p in parameters.items()}


def random_states(device: torch.device) -> dict[str, Tensor]:
    """Return the states of torch's random generators."""
    states = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    if device.type == "mps":
        states["mps"] = torch.mps.get_rng_state()
    return states


def restore_random(states: dict[str, Tensor], device: torch.device) -> None:
    """Restore the states of torch's random generators."""
    torch.set_rng_state(states["cpu"])
    if "cuda" in states and device.type == "cuda":
        torch.cuda.set_rng_state(states["cuda"], device)
    if "mps" in states and device.type == "mps":
        torch.mps.set_rng_state(states["mps"])
