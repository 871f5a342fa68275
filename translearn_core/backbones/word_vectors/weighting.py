"""Weights of words by their frequency: IDF and SIF.

References
----------
SIF: Arora, Liang & Ma 2017, https://openreview.net/forum?id=SyK00v5xx. Its common direction is that of the
expected vector of a text, from the frequencies of the words, where the paper takes it from the texts: no
text has to be read, and none of a test has a part in it.
"""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from translearn_core.backbones.word_vectors.folder import FREQUENCIES
from translearn_core.backbones.word_vectors.model import UNKNOWN_ID, WordVectorModel, WordWeighting
from translearn_core.config import WordWeights
from translearn_core.errors import BackboneError, ConfigError

SMOOTHING = 1e-3
"""Frequency at which a word has half the weight of a rare one."""


def weight_words(name: str, model: nn.Module, folder: Path, kind: WordWeights) -> None:
    """Set the weights of the words of `model`, whose files are in `folder`.

    Raises
    ------
    BackboneError
        If the file of frequencies is damaged.
    ConfigError
        If the model is no table of word vectors.
    """
    if not isinstance(model, WordVectorModel):
        raise ConfigError("backbone.word_weights", str(kind), f"'uniform': {name} has no word vectors")
    frequency = word_frequencies(name, folder, model.embeddings.num_embeddings)
    block = model.blocks[0]
    assert isinstance(block, WordWeighting)
    weights = -np.log(frequency) if kind is WordWeights.IDF else SMOOTHING / (SMOOTHING + frequency)
    weights[: UNKNOWN_ID + 1] = 0
    with torch.no_grad():
        block.weight.copy_(torch.from_numpy(weights))
        if kind is WordWeights.SIF:
            expected = torch.from_numpy(frequency * weights).float() @ model.embeddings.weight
            block.common.copy_(expected / expected.norm().clamp(min=1e-12))


def word_frequencies(name: str, folder: Path, rows: int) -> NDArray[np.float64]:
    """Return the frequency of the word of each row, shape (rows,), the words' summing to one.

    As counted where the vectors were trained; else by Zipf's law, since files name frequent words first.
    """
    path = folder / FREQUENCIES
    if not path.exists():
        ranks = np.maximum(np.arange(rows, dtype=np.float64) - UNKNOWN_ID, 1)
        inverse = 1 / ranks
        by_rank: NDArray[np.float64] = inverse / inverse[UNKNOWN_ID + 1 :].sum()
        return by_rank
    try:
        counted: NDArray[np.float64] = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        counted = np.zeros(0)
    if counted.shape != (rows,) or not (counted[UNKNOWN_ID + 1 :] > 0).all():
        raise BackboneError(f"{name}: {FREQUENCIES} is damaged: train or copy the vectors again.")
    counted[: UNKNOWN_ID + 1] = counted[UNKNOWN_ID + 1 :].min()  # no word: their weight is zero
    return counted
