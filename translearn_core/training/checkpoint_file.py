"""A training's state on disk: written whole, the one before it kept, the newest undamaged one read back."""

import logging
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch

from translearn_core.errors import DamagedFileError
from translearn_core.storage import atomic_file, move_file, remove, verify_file

log = logging.getLogger(__name__)

T = TypeVar("T")

BROKEN = (RuntimeError, OSError, LookupError, TypeError, ValueError, EOFError, pickle.UnpicklingError)
"""What reading raises where bytes are missing or are others than were written."""


@dataclass(frozen=True)
class CheckpointFile:
    """The file `name` in a run's folder and the one before it; `remedy` helps where both are damaged."""

    name: str
    remedy: str

    def write(self, folder: Path, state: dict[str, Any]) -> None:
        """Write a state: a kill at any moment leaves this one or the former one, whole."""
        path = folder / self.name
        with atomic_file(path) as draft:
            with draft.open("wb") as file:  # given a name, torch would write it into the file
                torch.save(state, file)
            if path.exists():
                move_file(path, self._previous(folder))

    def read(self, folder: Path, made: Callable[[dict[str, Any]], T], *, newest: bool = False) -> T | None:
        """Return what `made` makes of the newest undamaged state in `folder`, its tensors on the CPU.

        Parameters
        ----------
        folder : Path
        made : callable
            Takes what `write` was given.
        newest : bool
            Whether only the last state that was written will do.

        Returns
        -------
        T or None
            None if no state was written.

        Raises
        ------
        DamagedFileError
            If there is none that is what was written, or `made` makes nothing of it.
        """
        damage: DamagedFileError | None = None
        for path in (folder / self.name, *([] if newest else [self._previous(folder)])):
            try:
                verify_file(path, self.remedy)
                return made(torch.load(path, map_location="cpu", weights_only=True))
            except FileNotFoundError:
                continue
            except DamagedFileError as error:
                damage = damage or error
            except BROKEN as error:
                # what torch says of strange bytes is long, and advises to trust them
                why = "it holds something else" if isinstance(error, pickle.UnpicklingError) else str(error)
                damage = damage or DamagedFileError(path, why, self.remedy)
            log.warning("%s is damaged: the state before it is used, if there is one", path)
        if damage is not None:
            raise damage
        return None

    def forget(self, folder: Path) -> None:
        """Delete what `write` wrote, where nothing is left to go on with."""
        remove(folder / self.name)
        self.forget_previous(folder)

    def forget_previous(self, folder: Path) -> None:
        """Delete the state before the last one, where the last one is no longer to be gone on from."""
        remove(self._previous(folder))

    def _previous(self, folder: Path) -> Path:
        return folder / f"previous-{self.name}"
