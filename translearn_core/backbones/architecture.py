"""Model architectures: check a config.json and build the model, pretrained or randomly initialised."""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import (
    CONFIG_MAPPING,
    MODEL_MAPPING,
    AutoConfig,
    AutoModel,
    PreTrainedConfig,
    PreTrainedModel,
)

from translearn_core.backbones.folders import shorten
from translearn_core.backbones.word_vectors.model import register
from translearn_core.errors import BackboneError, shorten_repr
from translearn_core.results.format import cut
from translearn_core.storage.documents import DocumentError, read_json_object

SUPPORTED = "choose a text encoder (BERT, RoBERTa, ModernBERT …) or a decoder (GPT-2, Llama, Qwen …)"

SIZES = {
    "num_hidden_layers": 1_000,
    "hidden_size": 1_000_000,
    "vocab_size": 10_000_000,
    "num_attention_heads": 10_000,
}
"""Upper bounds of config values: more than any model has, small enough that building it terminates."""

register()

NUMBER = re.compile(r"\.\d+\.")


def read_config(name: str, folder: Path) -> PreTrainedConfig:
    """Read `config.json` and refuse what cannot be a backbone, before any weights are read.

    Raises
    ------
    BackboneError
        If the file is missing or broken, or the architecture is unknown, needs its own code or reads no text.
    """
    _refuse_adapters(name, folder)
    raw = _read(name, folder)
    kind = raw.get("model_type")
    # transformers fetches and runs the kernel of an attention implementation "owner/name"
    if any("/" in json.dumps(value) for key, value in _pairs(raw) if "_implementation" in key):
        raise BackboneError(f"{name} wants code from the Hub for its attention: {SUPPORTED}.")
    if "quantization_config" in raw:
        raise BackboneError(
            f"{name} has quantised weights, which cannot be fine-tuned here: choose the original model."
        )
    try:
        config: PreTrainedConfig = AutoConfig.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
    except Exception as error:
        if "auto_map" in raw:
            raise BackboneError(
                f"{name} needs its own Python code ({kind}), which is never run here: {SUPPORTED}."
            ) from error
        if kind is None:
            raise BackboneError(f"{name}: config.json names no model_type: {SUPPORTED}.") from error
        if isinstance(kind, str) and kind in CONFIG_MAPPING:
            raise BackboneError(
                f"{name}: its config.json does not describe a {kind} model ({_one_line(error)}): "
                "fetch or copy it again."
            ) from error
        raise BackboneError(
            f"{name} is of type {shorten_repr(kind)}, which cannot be read here: {SUPPORTED}."
        ) from error
    _require_text_input(name, config)
    _refuse_sizes(name, config)
    for option in ("use_cache", "output_hidden_states", "output_attentions"):
        if getattr(config, option, False):
            setattr(config, option, False)
    config.return_dict = True
    return config


def load_pretrained(name: str, folder: Path, config: PreTrainedConfig) -> PreTrainedModel:
    """Load the weights in `folder` into a float32 model; refuse missing or mismatched weights."""
    try:
        model, report = AutoModel.from_pretrained(
            folder,
            config=config,
            dtype=torch.float32,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # refused by name below
        )
    except Exception as error:
        raise _build_error(name, config, error) from error
    _refuse_other_weights(name, model, report)
    return _without_poolers(model)


def initialise_randomly(name: str, config: PreTrainedConfig, seed: int) -> PreTrainedModel:
    """Build a randomly initialised model from `seed`, without changing the global random state."""
    try:
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            build: Callable[..., PreTrainedModel] = AutoModel.from_config
            model = build(config, dtype=torch.float32, trust_remote_code=False)
    except Exception as error:
        raise _build_error(name, config, error) from error
    return _without_poolers(model)


def _read(name: str, folder: Path) -> dict[str, Any]:
    try:
        return read_json_object(folder / "config.json")
    except DocumentError as error:
        raise BackboneError(f"{name}: config.json {error}: fetch or copy it again.") from error


def _refuse_adapters(name: str, folder: Path) -> None:
    path = folder / "adapter_config.json"
    if not os.path.lexists(path):
        return
    try:
        base = read_json_object(path).get("base_model_name_or_path")
    except DocumentError:
        base = None
    if not isinstance(base, str) or not base:
        base = "the model it was made for"
    raise BackboneError(
        f"{name} is an adapter (LoRA), not a whole model: give {shorten(base)}, or merge the two with peft's "
        "merge_and_unload and save the result."
    )


def _pairs(raw: object) -> Iterator[tuple[str, object]]:
    if isinstance(raw, dict):
        yield from raw.items()
    children = raw.values() if isinstance(raw, dict) else raw if isinstance(raw, list) else ()
    for child in children:
        yield from _pairs(child)


def _require_text_input(name: str, config: PreTrainedConfig) -> None:
    kind = config.model_type
    if type(config) not in MODEL_MAPPING:
        raise BackboneError(f"{name} is a {kind} model without a plain text stack: {SUPPORTED}.")
    if getattr(config, "is_encoder_decoder", False):
        raise BackboneError(f"{name} is an encoder-decoder ({kind}): {SUPPORTED}.")
    classes: Any = MODEL_MAPPING[type(config)]
    inputs = (classes[0] if isinstance(classes, tuple) else classes).main_input_name
    modalities = [part.removesuffix("_config") for part in config.sub_configs if "text" not in part]
    if inputs != "input_ids" or modalities:
        if inputs == "input_ids":
            inputs = "text with " + " and ".join(modalities)
        raise BackboneError(f"{name} is a {kind} model that reads {inputs}, not plain text: {SUPPORTED}.")


def _refuse_sizes(name: str, config: PreTrainedConfig) -> None:
    for field, maximum in SIZES.items():
        value = getattr(config, field, None)
        if isinstance(value, int) and not 1 <= value <= maximum:
            raise BackboneError(
                f"{name}: config.json gives {field} as {value:,}, where a number from 1 to {maximum:,} "
                "can be: fetch or copy it again."
            )


def _refuse_other_weights(name: str, model: PreTrainedModel, report: dict[str, Any]) -> None:
    """Refuse weights with missing or surplus tensors or other shapes than the model's."""
    kind = type(model).__name__
    if missing := sorted(key for key in report["missing_keys"] if "pooler" not in key):
        raise BackboneError(
            f"{name}: {len(missing)} tensors of a {kind} are not in its weight files, "
            f"{missing[0]} for one: these weights belong to another architecture."
        )
    if mismatched := sorted(report["mismatched_keys"]):
        key, stored, built = mismatched[0]
        raise BackboneError(
            f"{name}: {key} is {_shape(stored)} in its weight files and {_shape(built)} by its config.json "
            f"(tensors that differ: {len(mismatched)}): fetch or copy both from the same model."
        )
    unused = sorted(report["unexpected_keys"])
    if extra := _surplus_block(unused, model):
        raise BackboneError(
            f"{name}: config.json has fewer blocks than the weight files, which hold {extra}: fetch or copy "
            "config.json again, and set backbone.blocks to use only the first of them."
        )
    if adapters := [key for key in unused if ".lora_" in key]:
        raise BackboneError(
            f"{name}: its weight files hold an adapter (LoRA) beside the model's weights, {adapters[0]} for "
            "one: merge it with peft's merge_and_unload and save the result."
        )


def _surplus_block(unused: list[str], model: PreTrainedModel) -> str | None:
    """Return a tensor of the weight files that belongs to a block the model lacks."""
    names = model.state_dict().keys()
    for key in unused:
        numbered = NUMBER.search(key)
        first = f"{key[: numbered.start()]}.0.{key[numbered.end() :]}" if numbered else ""
        if first and any(first == name or first.endswith(f".{name}") for name in names):
            return key
    return None


def _shape(shape: Iterable[int]) -> str:
    return " × ".join(map(str, shape)) or "one number"


def _without_poolers(model: PreTrainedModel) -> PreTrainedModel:
    """Remove poolers, which get no gradient here and would count as trainable; set eval mode."""
    for parent in list(model.modules()):
        if isinstance(getattr(parent, "pooler", None), nn.Module):
            parent.pooler = nn.Identity()  # some architectures call it, so not None
    model.train(False)
    return model


def _build_error(name: str, config: PreTrainedConfig, error: Exception) -> BackboneError:
    if isinstance(error, MemoryError) or "can't allocate memory" in str(error):
        return BackboneError(f"{name} does not fit into memory: choose a smaller model.")
    return BackboneError(
        f"{name} cannot be built as {config.model_type} ({_one_line(error)}): fetch or copy its config.json "
        f"again, or {SUPPORTED}."
    )


def _one_line(error: BaseException) -> str:
    return cut(" ".join(str(error).split()) or type(error).__name__, 160)
