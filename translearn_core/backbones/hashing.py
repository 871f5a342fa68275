"""SHA-256 digests of backbone folders and of tensors."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from translearn_core.storage import file_digest

TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
)


def folder_digest(folder: Path, weights: tuple[Path, ...], seed: int | None) -> str:
    """Return one digest of a backbone's config, tokenizer and weights.

    For randomly initialised weights, `seed` replaces the weight files.
    """
    names = ("config.json", *TOKENIZER_FILES)
    files = [folder / name for name in names] + sorted(folder.glob("*.model"))
    parts = [f"{path.name}:{file_digest(path)}" for path in files if path.is_file()]
    parts += (
        [f"{path.name}:{file_digest(path)}" for path in weights] if seed is None else [f"random init {seed}"]
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def backbone_digest(tensors: Mapping[str, Tensor]) -> str:
    """Return the SHA-256 of named tensors: names, shapes, dtypes and bytes, not order or device."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu().contiguous()
        digest.update(f"{name}:{tuple(tensor.shape)}:{tensor.dtype}:".encode())
        if tensor.numel():
            digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
