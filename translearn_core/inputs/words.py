"""Words in their sentences, for a prediction per word from the state of its first piece."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerFast

from translearn_core.inputs.examples import Examples, ModelInput

CHUNK = 4096
"""Sentences tokenized at a time."""


@dataclass(frozen=True)
class SentenceWords:
    """n words: word i stands in text `sentence[i]` of `texts`, where its first piece is token `piece[i]`.

    Words of one sentence share a pass and its cached states.
    """

    texts: Examples
    sentence: NDArray[np.int64]
    piece: NDArray[np.int64]
    noun = "word"

    def __len__(self) -> int:
        return len(self.sentence)

    @property
    def cost(self) -> NDArray[np.int64]:
        """Tokens of the sentence of every word."""
        cost: NDArray[np.int64] = self.texts.cost[self.sentence]
        return cost

    def batch(self, rows: NDArray[np.int64]) -> ModelInput:
        """Return the sentences of some words as padded tensors, and where the words' first pieces are."""
        sentences, which = np.unique(self.sentence[rows], return_inverse=True)
        places = np.stack([which, self.piece[rows]], axis=1)
        return replace(self.texts.batch(sentences), words=torch.from_numpy(places))


def first_pieces(
    tokenizer: PreTrainedTokenizerFast, sentences: Sequence[str], limit: int
) -> list[NDArray[np.int64]]:
    """Return the position of the first piece of every word of every sentence, shape (words,).

    Words are what blanks separate. A word without a piece, because it lies beyond `limit` tokens or the
    tokenizer drops its characters, gets the position 0.
    """
    positions: list[NDArray[np.int64]] = []
    for start in range(0, len(sentences), CHUNK):
        part = list(sentences[start : start + CHUNK])
        encoded = tokenizer(
            part,
            truncation=True,
            max_length=limit,
            return_offsets_mapping=True,
            return_attention_mask=False,
            return_token_type_ids=False,
        )
        offsets = encoded["offset_mapping"]
        positions += [_first_pieces(text, np.asarray(o)) for text, o in zip(part, offsets, strict=True)]
    return positions


def _first_pieces(text: str, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first piece of every word of a text; `offsets`, shape (pieces, 2), are in characters."""
    ends = np.cumsum([len(word) + 1 for word in text.split(" ")]) - 1
    starts = np.concatenate([[0], ends[:-1] + 1])
    real = np.flatnonzero(offsets[:, 1] > offsets[:, 0])
    if not len(real):
        return np.zeros(len(ends), dtype=np.int64)
    at = np.searchsorted(offsets[real, 1], starts, side="right")
    piece = real[np.minimum(at, len(real) - 1)]
    inside = (at < len(real)) & (offsets[piece, 0] < ends)
    return np.where(inside, piece, 0).astype(np.int64)
