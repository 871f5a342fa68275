"""Weight files of a model: safetensors only, since a pickle can run code; checked for damage."""

import re
from pathlib import Path

from safetensors import SafetensorError, safe_open
from torch import nn

from translearn_core.errors import BackboneError
from translearn_core.storage.documents import LFS_POINTER, DocumentError, read_json_object

SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
PICKLES = (".bin", ".pt", ".pth", ".ckpt")
NO_WEIGHTS = ("training_args", "optimizer", "scheduler", "rng_state", "scaler", "onnx", "openvino")
"""Prefixes of files that look like pickled weights and are not."""
FORMATS = {
    ".gguf": "GGUF, for llama.cpp",
    ".onnx": "ONNX, which cannot be fine-tuned",
    ".h5": "the format of TensorFlow",
    ".msgpack": "the format of Flax",
    ".tflite": "the format of TensorFlow Lite",
    ".ot": "the format of rust-bert",
    ".xml": "the format of OpenVINO, which cannot be fine-tuned",
    ".mlmodel": "the format of Core ML",
}
SHARD = re.compile(r"model-\d+-of-\d+\.safetensors")
FLOATS = frozenset({"F64", "F32", "F16", "BF16"})


def missing_weights_error(name: str, files: list[str]) -> BackboneError:
    """Return the error for a model without safetensors, given its file names."""
    return only_other_formats(name, files) or BackboneError(
        f"{name} has no weights: {SINGLE} is missing, copy it too."
    )


def only_other_formats(name: str, files: list[str]) -> BackboneError | None:
    """Return the error for weights in unsupported formats or under other names; None if there are none."""
    if pickles := [f for f in sorted(files) if f.endswith(PICKLES) and not f.startswith(NO_WEIGHTS)]:
        return BackboneError(
            f"{name} has its weights only as {pickles[0]}, a format that can run code when it is opened: "
            "choose a model with model.safetensors, or, if you trust this one, convert it with "
            "transformers: AutoModel.from_pretrained(FOLDER).save_pretrained(NEW_FOLDER)."
        )
    for ending, what in FORMATS.items():
        if other := next((f for f in sorted(files) if f.endswith(ending)), None):
            return BackboneError(
                f"{name} has its weights only as {other} ({what}): choose the model it was made from, with "
                "model.safetensors."
            )
    safe = [f for f in sorted(files) if f.endswith(".safetensors")]
    if any(SHARD.fullmatch(f) for f in safe) and INDEX not in files:
        return BackboneError(f"{name} has its weights in several files, but no {INDEX}: copy it too.")
    if renamed := [f for f in safe if not SHARD.fullmatch(f)]:
        return BackboneError(
            f"{name} has {renamed[0]} and no {SINGLE}: give that name to the file with all weights."
        )
    return None


def weight_files(name: str, folder: Path) -> tuple[Path, ...]:
    """Return the weight files of the model in `folder`, after checking each.

    Raises
    ------
    BackboneError
        If there are none, only pickled ones, or one is missing, truncated, quantised or a Git LFS pointer.
    """
    if (folder / SINGLE).is_file():
        files: tuple[Path, ...] = (folder / SINGLE,)
    elif (folder / INDEX).exists():
        files = _shards(name, folder)
    else:
        below = [f"onnx/{path.name}" for path in (folder / "onnx").glob("*.onnx")]
        raise missing_weights_error(name, [path.name for path in folder.iterdir() if path.is_file()] + below)
    for path in files:
        _check(name, path)
    return files


def refuse_infinite(name: str, model: nn.Module) -> None:
    """Raise `BackboneError` for the first tensor of `model` with NaN or infinite numbers."""
    for key, tensor in model.named_parameters():
        # the sum is fast, but may overflow for large numbers
        if not tensor.detach().sum().isfinite() and not tensor.detach().isfinite().all():
            invalid = int((~tensor.detach().isfinite()).sum())
            raise BackboneError(
                f"{name}: {invalid:,} of the {tensor.numel():,} numbers in {key} are NaN or infinite: "
                "fetch or copy its weights again, or take an earlier checkpoint."
            )


def _shards(name: str, folder: Path) -> tuple[Path, ...]:
    try:
        index = read_json_object(folder / INDEX)
    except DocumentError as error:
        raise BackboneError(f"{name}: {INDEX} {error}: fetch or copy the model again.") from error
    weight_map = index.get("weight_map")
    values = list(weight_map.values()) if isinstance(weight_map, dict) and "metadata" in index else []
    shards = sorted({shard for shard in values if isinstance(shard, str)})
    plain = all(Path(shard).name == shard and shard.endswith(".safetensors") for shard in shards)
    if not shards or not plain or not all(isinstance(shard, str) for shard in values):
        raise BackboneError(f"{name}: {INDEX} does not name the weight files: fetch or copy the model again.")
    if missing := [shard for shard in shards if not (folder / shard).is_file()]:
        raise BackboneError(
            f"{name}: {missing[0]} is missing ({len(missing)} of {len(shards)} weight files): copy it too."
        )
    return tuple(folder / shard for shard in shards)


def _check(name: str, path: Path) -> None:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            if file.read(len(LFS_POINTER)) == LFS_POINTER.encode():
                raise BackboneError(
                    f"{name}: {path.name} is only a Git LFS pointer: run 'git lfs pull' in its folder."
                )
        with safe_open(path, framework="pt") as tensors:
            for key in tensors.keys():  # noqa: SIM118 - not a dictionary
                if key.endswith(".weight") and (kind := tensors.get_slice(key).get_dtype()) not in FLOATS:
                    raise BackboneError(
                        f"{name}: {path.name} holds {key} as {kind}: quantised weights cannot be "
                        "fine-tuned here, choose the original model."
                    )
    except OSError as error:
        why = error.strerror or "damaged"
        raise BackboneError(f"{name}: {path.name} cannot be read ({why}): allow reading it.") from error
    except SafetensorError as error:
        raise BackboneError(
            f"{name}: {path.name} is damaged or cut short ({size:,} bytes; {error}): delete {path} and fetch "
            "or copy it again."
        ) from error
