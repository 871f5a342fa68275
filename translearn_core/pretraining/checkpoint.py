"""Where a pre-training stands at the end of an epoch, on disk: running again goes on from there."""

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
    """Weights, optimizer, random states and what was measured so far.

    `before` is the loss on the held-out texts before the backbone trains, None until then; `losses` has one
    for each epoch done.
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
        """Write this state; a kill leaves the former one or this one, whole."""
        FILE.write(folder, vars(self) | {"steps": [asdict(point) for point in self.steps]})

    @classmethod
    def read(cls, folder: Path) -> "PretrainingState | None":
        """Read what an earlier attempt left; None if it left nothing.

        Raises
        ------
        DamagedFileError
            If it is damaged, and the state before it too.
        """
        return FILE.read(folder, cls._made)

    @classmethod
    def _made(cls, state: dict[str, Any]) -> "PretrainingState":
        return cls(**state | {"steps": [StepPoint(**point) for point in state["steps"]]})

    @staticmethod
    def forget(folder: Path) -> None:
        """Delete what `write` wrote, where nothing is left to go on with."""
        FILE.forget(folder)
