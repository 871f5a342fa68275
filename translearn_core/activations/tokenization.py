"""Tokenized texts: flat ragged token ids, padded per batch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from translearn_core.activations.cache_keys import text_digests

ProgressCallback = Callable[[str, float, float], None]
"""``report(stage, done, total)``: called between steps of a job; may raise to stop it."""


def no_progress(stage: str, done: float, total: float) -> None:
    """No-op progress callback."""


@dataclass(frozen=True)
class TokenizedTexts:
    """Token ids of n texts: text i is ``ids[offsets[i]:offsets[i + 1]]``."""

    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]
    pad: int

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens per text, special tokens counted, shape (n,)."""
        return np.diff(self.offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def padded(self, index: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """Return ids and attention mask of some texts, shape (len(index), longest), padded on the right."""
        lengths = self.lengths[index]
        span = np.arange(int(lengths.max()))
        mask = span[None, :] < lengths[:, None]
        where = np.where(mask, self.offsets[index][:, None] + span[None, :], 0)
        ids = np.where(mask, self.ids[where], self.pad)
        return torch.from_numpy(ids.astype(np.int64)), torch.from_numpy(mask.astype(np.int64))


class TextBatchSource:
    """Texts, tokenized and hashed on first use."""

    def __init__(self, texts: Sequence[str], tokenizer: PreTrainedTokenizerFast, limit: int) -> None:
        self.texts, self.tokenizer, self.limit = texts, tokenizer, limit

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def tokens(self) -> TokenizedTexts:
        """Token ids, each text truncated at the limit."""
        return tokenize(self.tokenizer, self.texts, self.limit)

    @cached_property
    def digests(self) -> list[bytes]:
        """Digest of every text."""
        return text_digests(self.texts)


def tokenize(
    tokenizer: PreTrainedTokenizerFast,
    texts: Sequence[str],
    limit: int,
    report: ProgressCallback = no_progress,
) -> TokenizedTexts:
    """Tokenize `texts`, each truncated at `limit` tokens."""
    pieces: list[NDArray[np.int32]] = []
    for start in range(0, len(texts), 4096):
        report("splitting texts into tokens", start, len(texts))
        encoded = tokenizer(
            list(texts[start : start + 4096]),
            truncation=True,
            max_length=limit,
            return_attention_mask=False,
            return_token_type_ids=False,
        )
        pieces += [
            np.asarray(ids or [tokenizer.pad_token_id], dtype=np.int32) for ids in encoded["input_ids"]
        ]
    offsets = np.zeros(len(pieces) + 1, dtype=np.int64)
    np.cumsum([len(p) for p in pieces], out=offsets[1:])
    pad = tokenizer.pad_token_id
    return TokenizedTexts(
        np.concatenate(pieces) if pieces else np.zeros(0, np.int32), offsets, 0 if pad is None else int(pad)
    )


def by_length(lengths: NDArray[np.int64], budget: int) -> Iterator[NDArray[np.int64]]:
    """Yield indices in batches of similar length, longest first: `budget` padded tokens or a single text."""
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        size = max(1, budget // max(1, int(lengths[order[start]])))
        yield order[start : start + size]
        start += size
