"""Pretraining checkpoint, written at the end of every epoch."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from translearn_core.results import StepPoint
from translearn_core.training.checkpoint_file import CheckpointFile

NAME = "pretraining.pt"
FILE = CheckpointFile(NAME, remedy="delete the run and start it again")


@dataclass
class PretrainingState:
    """Weights, optimizer, random states and losses of a pretraining run.

    `before` is the held-out loss before the backbone trains, None until then; `losses` has one per epoch.
    """

    step: int = 0
    before: float | None = None
    losses: list[float] = field(default_factory=list)
    seconds: float = 0.0
    weights: dict[str, Tensor] = field(default_factory=dict)
    optimizer: dict[str, Any] = field(default_factory=dict)
    random: dict[str, Tensor] = field(default_factory=dict)
    steps: list[StepPoint] = field(default_factory=list)

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return len(self.losses)

    def write(self, folder: Path) -> None:
        """Write this state atomically: a kill leaves this one or the one before it intact."""
        FILE.write(folder, vars(self) | {"steps": [asdict(point) for point in self.steps]})

    @classmethod
    def read(cls, folder: Path) -> "PretrainingState | None":
        """Read the newest undamaged state in `folder`; None if there is none.

        Raises
        ------
        DamagedFileError
            If the last two states are both damaged.
        """
        return FILE.read(folder, cls._parse)

    @classmethod
    def _parse(cls, state: dict[str, Any]) -> "PretrainingState":
        return cls(**state | {"steps": [StepPoint(**point) for point in state["steps"]]})

    @staticmethod
    def forget(folder: Path) -> None:
        """Delete the checkpoint and its previous version."""
        FILE.forget(folder)
