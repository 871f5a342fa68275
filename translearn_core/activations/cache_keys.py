"""Cache keys: digests of all that a vector depends on (tensors below it, tokenizer, token limit, precision).

Tensors above a layer do not count, so training them does not invalidate the layer.
"""

import hashlib
import json

from transformers import PreTrainedTokenizerFast

from translearn_core.backbones import Backbone
from translearn_core.backbones.hashing import backbone_digest
from translearn_core.config import Pooling

VOLATILE = ("_name_or_path", "transformers_version", "architectures", "dtype", "torch_dtype")
"""Entries of a model config that do not change what the model computes."""


def layer_digests(backbone: Backbone) -> tuple[str, ...]:
    """Return a digest of every layer, from 0 to the number of blocks.

    Layer k's digest covers the tokenizer, the config, the embeddings and the blocks below k; the last one
    also covers the parameters after the last block. Earlier versions gave the model nothing but ids and mask:
    what else it takes is covered if it changes the states of a single text.
    """
    tensors: dict[str, dict[str, object]] = {}
    for name, parameter in backbone.model.named_parameters():
        tensors.setdefault(backbone.parts[name], {})[name] = parameter
    config = {k: v for k, v in backbone.model.config.to_dict().items() if k not in VOLATILE}
    chain = hashlib.sha256(type(backbone.model).__name__.encode())
    chain.update(json.dumps(config, sort_keys=True, default=str).encode())
    chain.update(tokenizer_digest(backbone.tokenizer).encode())
    for name in backbone.input_names.altering:
        chain.update(name.encode())
    digests = []
    for part in ("embeddings", *(f"block {k}" for k in range(backbone.n_blocks))):
        chain.update(backbone_digest(tensors.get(part, {})).encode())  # type: ignore[arg-type]
        digests.append(chain.hexdigest())
    chain.update(backbone_digest(tensors.get("final", {})).encode())  # type: ignore[arg-type]
    return (*digests[:-1], chain.hexdigest())


def tokenizer_digest(tokenizer: PreTrainedTokenizerFast) -> str:
    """Return a digest of a fast tokenizer, independent of its current truncation and padding."""
    backend = tokenizer.backend_tokenizer
    truncation, padding = backend.truncation, backend.padding
    backend.no_truncation()
    backend.no_padding()
    try:
        return hashlib.sha256(backend.to_str().encode()).hexdigest()
    finally:
        if truncation is not None:
            backend.enable_truncation(**truncation)
        if padding is not None:
            backend.enable_padding(**padding)


def shard_name(layer: str, preprocessing: str, precision: str, kind: Pooling | None) -> str:
    """Return the shard name of a layer pooled as `kind`, or of its states if `kind` is None."""
    return f"{layer[:20]}-{preprocessing}-{precision}-{kind or 'states'}"
