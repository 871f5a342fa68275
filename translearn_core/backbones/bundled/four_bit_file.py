"""Reader of model files with weights in four-bit blocks and a Unigram tokenizer, version 1 of ``E5S1``.

All numbers are little-endian. The tensors of a file: float32, or blocks of 32 weights, each a float16
scale and 16 bytes; low nibbles are weights 0 to 15, high nibbles 16 to 31, a weight is (nibble - 8) × scale.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from translearn_core.errors import BackboneError

MAGIC, VERSION = b"E5S1", 1
BLOCK = 32
"""Weights of a four-bit block."""
_BLOCK_BYTES = 2 + BLOCK // 2
_FLOAT32, _FOUR_BIT = 0, 1


@dataclass(frozen=True)
class Sizes:
    """Sizes of the network."""

    width: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    norm_epsilon: float


@dataclass(frozen=True)
class Pieces:
    """Unigram tokenizer: pieces with scores, special ids, and the characters it replaces."""

    texts: tuple[str, ...]
    scores: tuple[float, ...]
    bos: int
    eos: int
    pad: int
    unk: int
    replacements: Mapping[str, str]


@dataclass(frozen=True)
class FourBitFile:
    """Contents of a file; `tensors` are float32, one-dimensional, by name."""

    sizes: Sizes
    pieces: Pieces
    tensors: Mapping[str, NDArray[np.float32]]


def read_four_bit_file(path: Path) -> FourBitFile:
    """Read a whole file into memory.

    Raises
    ------
    BackboneError
        If it cannot be read, is of another format or version, or ends early.
    """
    try:
        return _parse(path.read_bytes())
    except OSError as error:
        raise BackboneError(
            f"{path} cannot be read ({error.strerror}): install its package again."
        ) from error
    except (struct.error, ValueError, IndexError, OverflowError) as error:
        raise BackboneError(
            f"{path} is no four-bit model file, or it is damaged ({error}): install its package again."
        ) from error


class _Cursor:
    """Reading position in `data`."""

    def __init__(self, data: bytes) -> None:
        self.data, self.position = data, 0

    def numbers(self, format: str) -> tuple[Any, ...]:
        """Return the numbers of a `struct` format, without its byte order."""
        values = struct.unpack_from(f"<{format}", self.data, self.position)
        self.position += struct.calcsize(f"<{format}")
        return values

    def take(self, length: int) -> bytes:
        """Return the next `length` bytes."""
        if length < 0 or self.position + length > len(self.data):
            raise ValueError("it ends early")
        self.position += length
        return self.data[self.position - length : self.position]


def _parse(data: bytes) -> FourBitFile:
    cursor = _Cursor(data)
    magic, version = cursor.numbers("4sI")
    if magic != MAGIC or version != VERSION:
        raise ValueError(f"it begins with {magic!r}, version {version}, in place of {MAGIC!r}, {VERSION}")
    sizes = Sizes(*cursor.numbers("7i"), *cursor.numbers("f"))
    (block,) = cursor.numbers("i")
    if block != BLOCK:
        raise ValueError(f"its blocks hold {block} weights in place of {BLOCK}")
    pieces = _pieces(cursor)
    (count,) = cursor.numbers("i")
    headers = [_tensor_header(cursor) for _ in range(count)]
    tensors = {name: _weights(data, *place) for name, *place in headers}
    return FourBitFile(sizes, pieces, tensors)


def _pieces(cursor: _Cursor) -> Pieces:
    count, bos, eos, pad, unk = cursor.numbers("5i")
    (length,) = cursor.numbers("Q")
    offsets = np.frombuffer(cursor.take(4 * (count + 1)), "<u4")
    scores = np.frombuffer(cursor.take(4 * count), "<f4")
    text = cursor.take(length)
    if offsets[-1] > length or (np.diff(offsets.astype(np.int64)) < 0).any():
        raise ValueError("the offsets of its pieces lie outside of their text")
    texts = tuple(text[a:b].decode() for a, b in pairwise(offsets.tolist()))
    return Pieces(texts, tuple(scores.tolist()), bos, eos, pad, unk, _replacements(cursor))


def _replacements(cursor: _Cursor) -> dict[str, str]:
    count, _ = cursor.numbers("iI")
    replacements = {}
    for _ in range(count):
        character, length = cursor.numbers("IB")
        replacements[chr(character)] = "".join(map(chr, cursor.numbers(f"{length}I")))
    return replacements


def _tensor_header(cursor: _Cursor) -> tuple[str, int, int, int, int]:
    """Return name, type, number of weights, offset and length in bytes."""
    (length,) = cursor.numbers("H")
    name = cursor.take(length).decode()
    return name, *cursor.numbers("BIQQ")


def _weights(data: bytes, kind: int, count: int, offset: int, length: int) -> NDArray[np.float32]:
    """Return the weights of a tensor, shape (count,)."""
    if offset + length > len(data):
        raise ValueError("it ends early")
    if kind == _FLOAT32 and length == 4 * count:
        return np.frombuffer(data, "<f4", count, offset)
    if kind != _FOUR_BIT or count % BLOCK or length != count // BLOCK * _BLOCK_BYTES:
        raise ValueError(f"a tensor of type {kind} has {length} bytes for {count} weights")
    blocks = np.frombuffer(
        data, np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)]), count // BLOCK, offset
    )
    weights = np.empty((len(blocks), 2, BLOCK // 2), dtype=np.float32)
    weights[:, 0] = blocks["nibbles"] & 15
    weights[:, 1] = blocks["nibbles"] >> 4
    weights -= 8
    weights *= blocks["scale"].astype(np.float32)[:, None, None]
    return weights.reshape(-1)
