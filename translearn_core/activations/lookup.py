"""Places of cached vectors and token states, by row."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations.pooling import pair_features
from translearn_core.inputs.pairs import both_sides
from translearn_core.inputs.words import SentenceWords


@dataclass(frozen=True)
class SegmentMeta:
    """Metadata of a segment: `dtype` is torch's name, `seconds` the time its computation took."""

    format: int
    dtype: str
    width: int
    texts: int
    vectors: int
    seconds: float
    data_crc: int
    index_crc: int


@dataclass(frozen=True)
class Segment:
    """Memory-mapped vectors: text i, `tokens[i]` long, has `counts[i]` of them from `starts[i]`.

    `data` has shape (vectors, width); bfloat16 is stored as int16 with the same bits.
    """

    meta: SegmentMeta
    data: NDArray[np.generic]
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]
    tokens: NDArray[np.int64]


@dataclass(frozen=True)
class Lookup:
    """Location of the vectors of n texts: `segment` (-1: missing) and `position` in it, each shape (n,).

    With `siamese` the rows are pairs: all first texts come before all second texts, see `SiamesePairs`. With
    `words` they are words, whose vectors are among those of all tokens of their sentences.
    """

    segments: tuple[Segment, ...]
    segment: NDArray[np.int64]
    position: NDArray[np.int64]
    siamese: bool = False
    words: SentenceWords | None = None

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Texts that are not in the cache, shape (n,)."""
        return self.segment < 0

    @property
    def tokens(self) -> NDArray[np.int64]:
        """Token count of every row, of both texts of a pair, of a word's sentence; none may be missing."""
        out = np.empty(len(self.position), dtype=np.int64)
        for s, segment in enumerate(self.segments):
            rows = self.segment == s
            out[rows] = segment.tokens[self.position[rows]]
        if self.words is not None:
            return out[self.words.sentence]
        return out.reshape(2, -1).sum(axis=0) if self.siamese else out

    def seconds(self) -> float:
        """Return the time it once took to compute the texts that were found."""
        saved = 0.0
        for s, segment in enumerate(self.segments):
            tokens = segment.tokens[self.position[self.segment == s]].sum()
            saved += segment.meta.seconds * float(tokens) / max(1.0, float(segment.tokens.sum()))
        return saved

    def vectors(self) -> Tensor:
        """Return one vector per row, shape (n, width), in memory; none may be missing.

        Those of pairs are `pair_features`.
        """
        first, words = self.segments[0], self.words
        of_row = slice(None) if words is None else words.sentence
        in_segment, position = self.segment[of_row], self.position[of_row]
        out = np.empty((len(position), first.meta.width), dtype=first.data.dtype)
        for s, segment in enumerate(self.segments):
            rows = np.flatnonzero(in_segment == s)
            offset = 0 if words is None else words.piece[rows]
            out[rows] = segment.data[segment.starts[position[rows]] + offset]
        vectors = as_tensor(out, first.meta.dtype)
        return pair_features(vectors) if self.siamese else vectors


@dataclass(frozen=True)
class CachedStates:
    """Memory-mapped hidden states entering block `cut`, for every token of n texts or pairs."""

    cut: int
    lookup: Lookup

    def batch(self, index: NDArray[np.int64]) -> Tensor:
        """Return the states of some texts, shape (len(index), longest, width), zeros on padding.

        A siamese pair has those of its texts, in the order of `both_sides`; words have those of their
        distinct sentences, in ascending order.
        """
        lookup = self.lookup
        if lookup.words is not None:
            index = np.unique(lookup.words.sentence[index])
        if lookup.siamese:
            index = both_sides(index, len(lookup.segment) // 2)
        first = lookup.segments[0]
        places = list(zip(lookup.segment[index], lookup.position[index], strict=True))
        length = max(lookup.segments[s].counts[i] for s, i in places)
        out = np.zeros((len(index), length, first.meta.width), dtype=first.data.dtype)
        for row, (s, i) in enumerate(places):
            segment = lookup.segments[s]
            start, count = segment.starts[i], segment.counts[i]
            out[row, :count] = segment.data[start : start + count]
        return as_tensor(out, first.meta.dtype)


def as_tensor(stored: NDArray[np.generic], dtype: str) -> Tensor:
    """Return a stored array as a tensor of a torch dtype, without a copy."""
    return torch.from_numpy(stored).view(getattr(torch, dtype))
