"""Texts and text pairs: flat ragged token tensors, padded per batch."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerFast

from translearn_core.config.text_cells import TextCell
from translearn_core.inputs.examples import ModelInput, ProgressCallback, no_progress

DIGEST_BYTES = 16
"""Bytes of a text's digest."""
IDS, MASK, TYPES = "input_ids", "attention_mask", "token_type_ids"
CHUNK = 4096
"""Texts tokenized at a time."""


@dataclass(frozen=True)
class TokenizedTexts:
    """Token tensors of n texts by name: text i is ``tensors[name][offsets[i]:offsets[i + 1]]``.

    `pads` has the padding value of each tensor. The attention mask follows from the lengths.
    """

    tensors: Mapping[str, NDArray[np.int32]]
    offsets: NDArray[np.int64]
    pads: Mapping[str, int]

    @property
    def ids(self) -> NDArray[np.int32]:
        """Token ids of all texts, shape (tokens,)."""
        return self.tensors[IDS]

    @property
    def cost(self) -> NDArray[np.int64]:
        """Tokens per text, special tokens counted, shape (n,)."""
        return np.diff(self.offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def batch(self, rows: NDArray[np.int64]) -> ModelInput:
        """Return some texts, shape (len(rows), longest) each tensor, padded on the right."""
        lengths = self.offsets[rows + 1] - self.offsets[rows]
        span = np.arange(int(lengths.max()))
        valid = span[None, :] < lengths[:, None]
        where = np.where(valid, self.offsets[rows][:, None] + span[None, :], 0)
        tensors = {
            name: torch.from_numpy(np.where(valid, values[where], self.pads[name]).astype(np.int64))
            for name, values in self.tensors.items()
        }
        mask = torch.from_numpy(valid.astype(np.int64))
        return ModelInput(tensors | {MASK: mask}, mask)


class TextExamples:
    """Texts or text pairs, tokenized and hashed on first use.

    `names` are the tensors of the tokenizer that the model takes.
    """

    noun = "text"

    def __init__(
        self, cells: Sequence[TextCell], tokenizer: PreTrainedTokenizerFast, limit: int, names: Sequence[str]
    ) -> None:
        self.cells, self.tokenizer, self.limit, self.names = cells, tokenizer, limit, names

    def __len__(self) -> int:
        return len(self.cells)

    @cached_property
    def tokens(self) -> TokenizedTexts:
        """Token tensors, each text or pair truncated at the limit."""
        return tokenize(self.tokenizer, self.cells, self.limit, names=self.names)

    @property
    def cost(self) -> NDArray[np.int64]:
        """Tokens of every text or pair."""
        return self.tokens.cost

    @cached_property
    def digests(self) -> list[bytes]:
        """Digest of every text or pair."""
        return text_digests(self.cells)

    @property
    def preprocessing(self) -> str:
        """Token limit."""
        return str(self.limit)

    def batch(self, rows: NDArray[np.int64]) -> ModelInput:
        """Return some texts as padded tensors."""
        return self.tokens.batch(rows)


def text_digests(cells: Sequence[TextCell]) -> list[bytes]:
    """Return a digest of `DIGEST_BYTES` bytes for every text or ordered pair of texts."""
    return [_digest(cell) if isinstance(cell, str) else _pair_digest(*map(_digest, cell)) for cell in cells]


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).digest()


def _pair_digest(first: bytes, second: bytes) -> bytes:
    return hashlib.blake2b(first + second, digest_size=DIGEST_BYTES, person=b"pair").digest()


def tokenize(
    tokenizer: PreTrainedTokenizerFast,
    cells: Sequence[TextCell],
    limit: int,
    report: ProgressCallback = no_progress,
    *,
    names: Sequence[str] | None = None,
) -> TokenizedTexts:
    """Tokenize texts or text pairs, each truncated at `limit` tokens.

    Parameters
    ----------
    names : sequence of str, optional
        Tensors to return; default: all that the tokenizer makes.
    """
    names = [name for name in (names or tokenizer.model_input_names) if name != MASK]
    pad = tokenizer.pad_token_id
    pads = dict.fromkeys(names, 0) | {IDS: 0 if pad is None else int(pad)}
    if TYPES in pads:
        pads[TYPES] = tokenizer.pad_token_type_id
    pieces: dict[str, list[NDArray[np.int32]]] = {name: [] for name in names}
    for start in range(0, len(cells), CHUNK):
        report("splitting texts into tokens", start, len(cells))
        encoded = tokenizer(
            **text_arguments(cells[start : start + CHUNK]),
            truncation=True,
            max_length=limit,
            return_attention_mask=False,
            return_token_type_ids=TYPES in pads,
        )
        for name in names:
            pieces[name] += [np.asarray(row or [pads[name]], dtype=np.int32) for row in encoded[name]]
    offsets = np.zeros(len(cells) + 1, dtype=np.int64)
    np.cumsum([len(piece) for piece in pieces[IDS]], out=offsets[1:])
    empty = np.zeros(0, np.int32)
    return TokenizedTexts({name: np.concatenate([empty, *pieces[name]]) for name in names}, offsets, pads)


def text_arguments(cells: Sequence[TextCell]) -> dict[str, Any]:
    """Return the arguments of a tokenizer for texts, or for pairs of texts."""
    if all(isinstance(cell, str) for cell in cells):
        return {"text": list(cells)}
    return {"text": [cell[0] for cell in cells], "text_pair": [cell[1] for cell in cells]}
