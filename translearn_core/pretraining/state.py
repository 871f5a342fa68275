"""Where a pre-training stands at the end of an epoch, on disk: running again goes on from there."""

import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from translearn_core.errors import TrainingError
from translearn_core.results import StepPoint

NAME = "pretraining.pt"


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
        """Write to a temporary name and rename: a kill leaves the former state or this one, whole."""
        folder.mkdir(parents=True, exist_ok=True)
        state = vars(self) | {"steps": [asdict(point) for point in self.steps]}
        handle, draft = tempfile.mkstemp(prefix=".pretraining-", dir=folder)
        with os.fdopen(handle, "wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, folder / NAME)

    @classmethod
    def read(cls, folder: Path) -> "PretrainingState | None":
        """Read what an earlier attempt left; None if it left nothing.

        Raises
        ------
        TrainingError
            If the file is damaged.
        """
        path = folder / NAME
        if not path.exists():
            return None
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
            state["steps"] = [StepPoint(**point) for point in state["steps"]]
            return cls(**state)
        except (RuntimeError, OSError, KeyError, TypeError, ValueError, EOFError) as error:
            raise TrainingError(
                f"The checkpoint of this pre-training is damaged ({error}): "
                "delete the run and start it again."
            ) from error

    @staticmethod
    def forget(folder: Path) -> None:
        """Delete what `write` wrote, where nothing is left to go on with."""
        (folder / NAME).unlink(missing_ok=True)
        for draft in folder.glob(".pretraining-*"):
            draft.unlink(missing_ok=True)
