"""Word vectors as a folder that transformers reads: config, safetensors, tokenizer, card."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from translearn_core.backbones.sentence_transformers_settings import write_mean_pooling
from translearn_core.backbones.word_vectors.model import MODEL_TYPE, UNKNOWN_ID, WordVectorModel
from translearn_core.backbones.word_vectors.tokenizer import PAD, UNKNOWN, build_tokenizer

FREQUENCIES = "frequencies.npy"
TOKEN_LIMIT = 512
"""Most words of a text; the mean of more hardly differs."""


@dataclass(frozen=True)
class WordVectors:
    """Words and their vectors.

    Attributes
    ----------
    words : sequence of str
        Each once; the most frequent first, where the source has an order.
    vectors : float32 array, shape (words, width)
    frequencies : float array, shape (words,), optional
        Share of each word among the words of the texts that the vectors were learned from.
    """

    words: Sequence[str]
    vectors: NDArray[np.float32]
    frequencies: NDArray[np.float64] | None = field(default=None)


def save_word_vectors(found: WordVectors, folder: Path, card: str) -> None:
    """Write the backbone to an empty `folder`; `card` is its ``README.md``."""
    special = np.zeros((UNKNOWN_ID + 1, found.vectors.shape[1]), dtype=np.float32)
    table = np.concatenate([special, found.vectors])
    weights = {
        "embeddings.weight": table,
        "blocks.0.weight": np.ones(len(table), dtype=np.float32),
        "blocks.0.common": np.zeros(table.shape[1], dtype=np.float32),
    }
    if found.frequencies is not None:
        frequencies = np.concatenate([np.zeros(len(special)), found.frequencies])
        np.save(folder / FREQUENCIES, frequencies)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    build_tokenizer(found.words).save(str(folder / "tokenizer.json"))
    config = {
        "architectures": [WordVectorModel.__name__],
        "model_type": MODEL_TYPE,
        "vocab_size": len(table),
        "hidden_size": table.shape[1],
        "spread": round(float(found.vectors.std()), 4),
    }
    tokenizer = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": TOKEN_LIMIT,
        "pad_token": PAD,
        "unk_token": UNKNOWN,
    }
    for name, content in (("config.json", config), ("tokenizer_config.json", tokenizer)):
        (folder / name).write_text(json.dumps(content, indent=1), encoding="utf-8")
    write_mean_pooling(folder)
    (folder / "README.md").write_text(card, encoding="utf-8")
