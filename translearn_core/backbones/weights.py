"""Which files hold a model's weights, and are they whole: safetensors only, since a pickle can run code."""

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open

from translearn_core.errors import BackboneError

SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack")
LFS_POINTER = b"version https://git-lfs"


def no_weights(name: str, files: list[str]) -> BackboneError:
    """Return the error for a model without safetensors, given its file names."""
    if other := sorted(f for f in files if f.endswith(PICKLES)):
        return BackboneError(
            f"{name} has its weights only as {other[0]}, a format that can run code when it is opened: "
            "choose a model with model.safetensors, or convert it first."
        )
    return BackboneError(f"{name} has no weights: {SINGLE} is missing.")


def weight_files(name: str, folder: Path) -> tuple[Path, ...]:
    """Return the weight files of the model in `folder`, after checking that each is there and whole.

    Raises
    ------
    BackboneError
        If there are none, only pickled ones, or one is missing, cut short or a Git LFS pointer.
    """
    if (folder / SINGLE).is_file():
        files: tuple[Path, ...] = (folder / SINGLE,)
    elif (folder / INDEX).is_file():
        files = _shards(name, folder)
    else:
        raise no_weights(name, [path.name for path in folder.iterdir()])
    for path in files:
        _check(name, path)
    return files


def _shards(name: str, folder: Path) -> tuple[Path, ...]:
    try:
        shards = sorted(set(json.loads((folder / INDEX).read_text("utf-8"))["weight_map"].values()))
        plain = all(Path(shard).name == shard and shard.endswith(".safetensors") for shard in shards)
    except (ValueError, KeyError, TypeError, AttributeError):
        shards, plain = [], False
    if not shards or not plain:
        raise BackboneError(f"{name}: {INDEX} does not name the weight files: fetch or copy the model again.")
    if missing := [shard for shard in shards if not (folder / shard).is_file()]:
        raise BackboneError(
            f"{name}: {missing[0]} is missing ({len(missing)} of {len(shards)} weight files): copy it too."
        )
    return tuple(folder / shard for shard in shards)


def _check(name: str, path: Path) -> None:
    with path.open("rb") as file:
        if file.read(len(LFS_POINTER)) == LFS_POINTER:
            raise BackboneError(
                f"{name}: {path.name} is only a Git LFS pointer: run 'git lfs pull' in its folder."
            )
    try:
        with safe_open(path, framework="pt") as tensors:
            tensors.keys()
    except SafetensorError as error:
        size = path.stat().st_size
        raise BackboneError(
            f"{name}: {path.name} is damaged or cut short ({size:,} bytes; {error}): "
            f"delete {path} and fetch or copy it again."
        ) from error
