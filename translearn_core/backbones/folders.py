"""Local model folders: find the model in a folder, or explain why there is none."""

import os
import re
from pathlib import Path

from translearn_core.backbones.sentence_transformers_settings import transformer_folder
from translearn_core.backbones.weights import INDEX, SINGLE, only_other_formats
from translearn_core.errors import BackboneError
from translearn_core.results.format import cut

MAX_LISTED = 3
"""Number of subfolders that an error names."""
MAX_NAME = 300
"""Characters of a folder's name that an error shows."""


def local_path(name: str) -> Path | None:
    """Return the existing path `name`, or None; raise `BackboneError` if it is not permitted to look."""
    try:
        path = Path(name).expanduser()
        os.lstat(path)
    except PermissionError as error:
        raise _unreadable(name, error) from error
    except (OSError, ValueError, RuntimeError):  # missing, invalid, or of an unknown user
        return None
    return path


def model_folder(path: Path) -> Path:
    """Return the folder with the model's files: `path`, or the subfolder that its modules.json names.

    Raises
    ------
    BackboneError
        If there is not exactly one model; it names models in subfolders.
    """
    name = shorten(str(path))
    try:
        if not path.exists():
            raise BackboneError(f"{name} is a link that leads nowhere: give the folder of a model.")
        if not path.is_dir():
            raise BackboneError(
                f"{name} is a file: give the folder that holds it, with config.json and the tokenizer."
            )
        if not (names := os.listdir(path)):
            raise BackboneError(f"{name} is empty: give the folder of a model saved by transformers.")
        if {"config.json", "adapter_config.json"} & set(names):
            return path.resolve()
        if "modules.json" in names and (inner := transformer_folder(name, path)) is not None:
            return inner.resolve()
        below = _models_below(path)
    except OSError as error:
        raise _unreadable(name, error) from error
    if below:
        raise BackboneError(f"{name} holds {_listed(path, below)}: give {below[-1]}.")
    raise missing_config_error(name, names)


def missing_config_error(name: str, files: list[str]) -> BackboneError:
    """Return the error for a model without config.json, given its file names."""
    if not {SINGLE, INDEX} & set(files) and (other := only_other_formats(name, files)):
        return other
    return BackboneError(f"{name} has no config.json: give the folder of a model saved by transformers.")


def shorten(name: str) -> str:
    """Return a folder's name, cut at `MAX_NAME` characters."""
    return cut(name, MAX_NAME)


def _models_below(path: Path) -> list[Path]:
    """Return the subfolders that hold a model, the latest training checkpoint last."""
    candidates = [
        *path.iterdir(),
        *(path / "snapshots").glob("*"),
    ]  # the Hub's cache keeps models in snapshots
    models = [folder for folder in candidates if (folder / "config.json").is_file()]
    return sorted(models, key=lambda folder: (_step(folder), folder.name))


def _step(folder: Path) -> int:
    numbered = re.fullmatch(r"\D*(\d{1,12})", folder.name)
    return int(numbered[1]) if numbered else -1


def _listed(path: Path, folders: list[Path]) -> str:
    names = [str(folder.relative_to(path)) for folder in folders[-MAX_LISTED:]]
    if more := len(folders) - len(names):
        names = [f"{more} more", *names]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _unreadable(name: str, error: OSError) -> BackboneError:
    return BackboneError(f"{shorten(name)} cannot be read ({error.strerror}): allow reading it.")
