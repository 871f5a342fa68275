"""Checkpoint file: atomic write, previous version kept as a fallback for damage."""

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
"""Exceptions of `torch.load` and parsers on truncated or corrupted files."""


@dataclass(frozen=True)
class CheckpointFile:
    """Checkpoint `name` and its previous version in a folder; `remedy` is the advice if both are damaged."""

    name: str
    remedy: str

    def write(self, folder: Path, state: dict[str, Any]) -> None:
        """Write a state atomically: a kill leaves this one or the one before it intact."""
        path = folder / self.name
        with atomic_file(path) as draft:
            with draft.open("wb") as file:  # given a path, torch stores its name in the file
                torch.save(state, file)
            if path.exists():
                move_file(path, self._previous(folder))

    def read(self, folder: Path, parse: Callable[[dict[str, Any]], T], *, newest: bool = False) -> T | None:
        """Return the newest undamaged state in `folder`, parsed, with its tensors on the CPU.

        Parameters
        ----------
        folder : Path
        parse : callable
            Takes the mapping passed to `write`.
        newest : bool
            Read only the last state, not the one before it.

        Returns
        -------
        T or None
            None if no state was written.

        Raises
        ------
        DamagedFileError
            If every state is damaged or `parse` fails on it.
        """
        damage: DamagedFileError | None = None
        for path in (folder / self.name, *([] if newest else [self._previous(folder)])):
            try:
                verify_file(path, self.remedy)
                return parse(torch.load(path, map_location="cpu", weights_only=True))
            except FileNotFoundError:
                continue
            except DamagedFileError as error:
                damage = damage or error
            except BROKEN as error:
                # torch's message is long and advises weights_only=False
                why = "it holds something else" if isinstance(error, pickle.UnpicklingError) else str(error)
                damage = damage or DamagedFileError(path, why, self.remedy)
            log.warning("%s is damaged: the state before it is used, if there is one", path)
        if damage is not None:
            raise damage
        return None

    def forget(self, folder: Path) -> None:
        """Delete the state and its previous version."""
        remove(folder / self.name)
        self.forget_previous(folder)

    def forget_previous(self, folder: Path) -> None:
        """Delete the state before the last one."""
        remove(self._previous(folder))

    def _previous(self, folder: Path) -> Path:
        return folder / f"previous-{self.name}"
