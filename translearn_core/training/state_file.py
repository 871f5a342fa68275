"""A training's state in one file: written whole or not at all, read back with what is wrong said plainly."""

import os
import pickle
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch

from translearn_core.errors import TrainingError

T = TypeVar("T")

BROKEN = (RuntimeError, OSError, LookupError, TypeError, ValueError, EOFError, pickle.UnpicklingError)
"""What reading raises where bytes are missing or are others than were written."""


@dataclass(frozen=True)
class StateFile:
    """The file `name` in a run's folder; `of` says whose it is and `remedy` what helps if it is damaged."""

    name: str
    of: str
    remedy: str

    def write(self, folder: Path, state: dict[str, Any]) -> None:
        """Write to a temporary name and rename: a kill leaves the former state or this one, whole."""
        folder.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=self._draft, dir=folder)
        with os.fdopen(handle, "wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, folder / self.name)

    def read(self, folder: Path, made: Callable[[dict[str, Any]], T]) -> T | None:
        """Return what `made` makes of the state in `folder`, its tensors on the CPU; None if there is none.

        Raises
        ------
        TrainingError
            If the file is damaged, or holds what `made` makes nothing of.
        """
        path = folder / self.name
        if not path.exists():
            return None
        try:
            return made(torch.load(path, map_location="cpu", weights_only=True))
        except BROKEN as error:
            # what torch says of strange bytes is long, and advises to trust them
            why = "it holds something else" if isinstance(error, pickle.UnpicklingError) else error
            raise TrainingError(
                f"The checkpoint of this {self.of} is damaged ({why}): {self.remedy}."
            ) from error

    def forget(self, folder: Path) -> None:
        """Delete what `write` wrote, where nothing is left to go on with."""
        (folder / self.name).unlink(missing_ok=True)
        for draft in folder.glob(f"{self._draft}*"):
            draft.unlink(missing_ok=True)

    @property
    def _draft(self) -> str:
        """How the name of a file begins that is not whole yet."""
        return f".{Path(self.name).stem}-"
