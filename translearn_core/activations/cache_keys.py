"""What a kept vector depends on, as the name of its shelf: tensors below, tokenizer, limit, arithmetic.

Not the whole model: what lies above a layer may be trained, and the layer is still the same.
"""

import hashlib
import json
from collections.abc import Sequence

from transformers import PreTrainedTokenizerFast

from translearn_core.backbones import Backbone
from translearn_core.backbones.hashing import backbone_digest
from translearn_core.config import Pooling

VOLATILE = ("_name_or_path", "transformers_version", "architectures", "dtype", "torch_dtype")
"""What a configuration says that changes nothing in what the model computes."""

TEXT_DIGEST = 16
"""Bytes of a text's digest."""


def text_digests(texts: Sequence[str]) -> list[bytes]:
    """Return a digest of every text, 16 bytes each."""
    return [
        hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=TEXT_DIGEST).digest()
        for text in texts
    ]


def layer_digests(backbone: Backbone) -> tuple[str, ...]:
    """Return a digest for every layer, 0 to the number of blocks, of all that its states depend on.

    Layer k's counts the tokenizer, the configuration, the embeddings and the blocks below k; the last one
    the parts after the last block too.
    """
    tensors: dict[str, dict[str, object]] = {}
    for name, parameter in backbone.model.named_parameters():
        tensors.setdefault(backbone.parts[name], {})[name] = parameter
    said = {k: v for k, v in backbone.model.config.to_dict().items() if k not in VOLATILE}
    chain = hashlib.sha256(type(backbone.model).__name__.encode())
    chain.update(json.dumps(said, sort_keys=True, default=str).encode())
    chain.update(tokenizer_digest(backbone.tokenizer).encode())
    digests = []
    for part in ("embeddings", *(f"block {k}" for k in range(backbone.n_blocks))):
        chain.update(backbone_digest(tensors.get(part, {})).encode())  # type: ignore[arg-type]
        digests.append(chain.hexdigest())
    chain.update(backbone_digest(tensors.get("final", {})).encode())  # type: ignore[arg-type]
    return (*digests[:-1], chain.hexdigest())


def tokenizer_digest(tokenizer: PreTrainedTokenizerFast) -> str:
    """Return a digest of everything a fast tokenizer does to a text, whatever it last cut or padded to."""
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


def shard_name(layer: str, limit: int, precision: str, kind: Pooling | None) -> str:
    """Return the name of the shelf of a layer: pooled as `kind`, or its states where that is None."""
    return f"{layer[:20]}-{limit}-{precision}-{kind or 'states'}"
