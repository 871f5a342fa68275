"""From a config.json to a module: what is supported, and why something is not."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import MODEL_MAPPING, AutoConfig, AutoModel, PreTrainedConfig, PreTrainedModel

from translearn_core.errors import BackboneError

SUPPORTED = "choose a text encoder (BERT, RoBERTa, ModernBERT …) or a decoder (GPT-2, Llama, Qwen …)"


def read_config(name: str, folder: Path) -> PreTrainedConfig:
    """Read `config.json` and refuse what cannot be a backbone, before any weight is touched.

    Raises
    ------
    BackboneError
        If the file is missing or broken, or the architecture is unknown, wants own code or reads no text.
    """
    _refuse_adapters(name, folder)
    raw = _json(name, folder)
    kind = raw.get("model_type")
    if _wants_code(raw):
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
        raise BackboneError(
            f"{name} is of type {kind!r}, which cannot be read ({_first_line(error)}): {SUPPORTED}."
        ) from error
    _refuse_other_senses(name, config)
    for option in ("use_cache", "output_hidden_states", "output_attentions"):
        if getattr(config, option, False):
            setattr(config, option, False)
    config.return_dict = True
    return config


def pretrained(name: str, folder: Path, config: PreTrainedConfig) -> PreTrainedModel:
    """Load the weights in `folder` into a module, float32; every weight the module needs must be there."""
    try:
        model, report = AutoModel.from_pretrained(
            folder,
            config=config,
            dtype=torch.float32,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            output_loading_info=True,
        )
    except Exception as error:
        raise _unbuildable(name, config, error) from error
    if missing := sorted(key for key in report["missing_keys"] if "pooler" not in key):
        raise BackboneError(
            f"{name}: {len(missing)} tensors of a {type(model).__name__} are not in its weight files, "
            f"{missing[0]} for one: these weights belong to another architecture."
        )
    return _only_text_states(model)


def fresh(name: str, config: PreTrainedConfig, seed: int) -> PreTrainedModel:
    """Build the random-init twin: weights drawn from `seed`, the random state outside left as it is."""
    try:
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            build: Callable[..., PreTrainedModel] = AutoModel.from_config
            model = build(config, dtype=torch.float32, trust_remote_code=False)
    except Exception as error:
        raise _unbuildable(name, config, error) from error
    return _only_text_states(model)


def _json(name: str, folder: Path) -> dict[str, Any]:
    path = folder / "config.json"
    if not path.is_file():
        raise BackboneError(f"{name} has no config.json: give the folder of a model saved by transformers.")
    try:
        raw = json.loads(path.read_text("utf-8"))
    except (ValueError, OSError) as error:
        raise BackboneError(f"{name}: config.json is not JSON ({error}): fetch or copy it again.") from error
    if not isinstance(raw, dict):
        raise BackboneError(f"{name}: config.json is not an object: fetch or copy it again.")
    return raw


def _refuse_adapters(name: str, folder: Path) -> None:
    if (folder / "adapter_config.json").exists():
        raise BackboneError(
            f"{name} is an adapter (LoRA), not a whole model: give the model it was made for."
        )


def _wants_code(raw: object) -> bool:
    # an attention implementation "owner/name" is a kernel that transformers would fetch and run
    keyed = (value for key, value in _pairs(raw) if "_implementation" in key)
    return any("/" in json.dumps(value) for value in keyed)


def _pairs(raw: object) -> Iterator[tuple[str, object]]:
    if isinstance(raw, dict):
        yield from raw.items()
    children = raw.values() if isinstance(raw, dict) else raw if isinstance(raw, list) else ()
    for child in children:
        yield from _pairs(child)


def _refuse_other_senses(name: str, config: PreTrainedConfig) -> None:
    kind = config.model_type
    if type(config) not in MODEL_MAPPING:
        raise BackboneError(f"{name} is a {kind} model without a plain text stack: {SUPPORTED}.")
    if getattr(config, "is_encoder_decoder", False):
        raise BackboneError(f"{name} is an encoder-decoder ({kind}): {SUPPORTED}.")
    classes: Any = MODEL_MAPPING[type(config)]
    reads = (classes[0] if isinstance(classes, tuple) else classes).main_input_name
    senses = [part.removesuffix("_config") for part in config.sub_configs if "text" not in part]
    if reads != "input_ids" or senses:
        what = reads if reads != "input_ids" else "text with " + " and ".join(senses)
        raise BackboneError(f"{name} is a {kind} model that reads {what}, not plain text: {SUPPORTED}.")


def _only_text_states(model: PreTrainedModel) -> PreTrainedModel:
    """Remove poolers: they feed heads of other tasks, get no gradient here and would count as trainable."""
    for parent in list(model.modules()):
        if isinstance(getattr(parent, "pooler", None), nn.Module):
            parent.pooler = nn.Identity()  # some architectures call it unasked, so None would not do
    model.train(False)
    return model


def _unbuildable(name: str, config: PreTrainedConfig, error: Exception) -> BackboneError:
    if isinstance(error, MemoryError) or "can't allocate memory" in str(error):
        return BackboneError(f"{name} does not fit into memory: choose a smaller model.")
    return BackboneError(
        f"{name} cannot be built as {config.model_type} ({_first_line(error)}): {SUPPORTED}."
    )


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[0] if lines else type(error).__name__
    return text if len(text) <= 160 else text[:159] + "…"
