"""Files of word vectors: the text formats of word2vec, GloVe and fastText, and word2vec's binary one.

Nothing is unpickled; gensim's `KeyedVectors` are read as saved by ``save_word2vec_format``.
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from translearn_core.backbones.word_vectors.folder import WordVectors
from translearn_core.errors import BackboneError

MOST_WIDTH = 4_096
"""Most numbers of a vector."""
MOST_VALUES = 1_000_000_000
"""Most numbers of all vectors: 4 GB."""
LEAST_WORDS = 20
"""Least words of a file."""
MOST_BYTES = 100_000
"""Longest word of a binary file, and longest first line."""

_HEADER = re.compile(rb"\s*(\d{1,9})\s+(\d{1,5})\s*")
_PICKLE = b"\x80"


def read_word_vectors(path: Path) -> WordVectors:
    """Read a file of word vectors, compressed by gzip or not; of a repeated word the first vector counts.

    Raises
    ------
    BackboneError
        If it is no such file, or it is damaged; a line is named.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            return _read(path.name, file)
    except (OSError, EOFError, zlib.error) as error:
        raise BackboneError(f"{path.name} cannot be read ({error}): copy it again.") from error


def _read(name: str, file: IO[bytes] | gzip.GzipFile) -> WordVectors:
    first = file.readline(MOST_BYTES)
    if first.startswith(_PICKLE):
        raise BackboneError(
            f"{name} is a pickle, which may run code and is never opened here: save the vectors with "
            "gensim's save_word2vec_format and give that file."
        )
    if (header := _HEADER.fullmatch(first)) is None:
        return _collect(name, _text_lines(name, file, first), None)
    count, width = int(header[1]), int(header[2])
    _check_size(name, count, width)
    start = file.read(MOST_BYTES)
    file.seek(len(first))
    rows = _text_lines(name, file, b"") if _is_text(start) else _binary_rows(name, file, count, width)
    return _collect(name, rows, width)


def _is_text(start: bytes) -> bool:
    """Whether the first line after the header ends with a number, as it does unless it is binary."""
    last = start.partition(b"\n")[0].split()[-1:]
    try:
        return bool(last) and np.isfinite(float(last[0]))
    except ValueError:
        return False


def _text_lines(
    name: str, file: IO[bytes] | gzip.GzipFile, first: bytes
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yield words and vectors of a text file; the first line tells the width, words may hold spaces."""
    width, number = 0, 0 if first else 1  # a header is the first line
    lines = iter([first]) if first else iter(())
    for part in (lines, file):
        for line in part:
            number += 1
            fields = line.rstrip().split(b" ")
            if fields == [b""]:
                continue
            width = width or _width(fields)
            try:
                vector = np.array(fields[-width:], dtype=np.float32)
            except ValueError:
                vector = np.zeros(0, dtype=np.float32)
            if not width or len(fields) <= width or len(vector) != width:
                raise BackboneError(
                    f"Line {number:,} of {name} is not a word with {width or 'its'} numbers: give the "
                    "folder of a model, or a file of word vectors as word2vec, GloVe or fastText write it."
                )
            yield b" ".join(fields[:-width]).decode("utf-8", errors="replace"), vector


def _width(fields: list[bytes]) -> int:
    """Return how many numbers a first line ends with, the first field excepted; 0 if that is none."""
    width = 0
    for field in reversed(fields[1:]):
        try:
            float(field)
        except ValueError:
            break
        width += 1
    return width if width <= MOST_WIDTH else 0


def _binary_rows(
    name: str, file: IO[bytes] | gzip.GzipFile, count: int, width: int
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yield words and vectors of word2vec's binary format: word, space, numbers."""
    for number in range(count):
        word = bytearray()
        while (letter := file.read(1)) not in (b" ", b"") and len(word) < MOST_BYTES:
            if letter != b"\n":
                word += letter
        values = file.read(4 * width)
        if letter != b" " or len(values) < 4 * width:
            raise BackboneError(f"{name} ends in vector {number + 1:,} of {count:,}: copy it again.")
        yield word.decode("utf-8", errors="replace"), np.frombuffer(values, dtype="<f4")


def _collect(name: str, rows: Iterator[tuple[str, NDArray[np.float32]]], width: int | None) -> WordVectors:
    words: dict[str, None] = {}
    vectors: list[NDArray[np.float32]] = []
    for word, vector in rows:
        if width is not None and len(vector) != width:
            raise BackboneError(
                f"{name} says that its vectors have {width} numbers, and they have {len(vector)}: copy it "
                "again."
            )
        if not np.isfinite(vector).all():
            raise BackboneError(f"The vector of {word!r} in {name} is not finite: copy the file again.")
        if word and word not in words:
            words[word] = None
            vectors.append(vector)
            _check_size(name, len(vectors), len(vector))
    if len(words) < LEAST_WORDS:
        raise BackboneError(
            f"{name} holds {len(words)} words, a backbone needs {LEAST_WORDS}: give a file of word vectors."
        )
    return WordVectors(list(words), np.stack(vectors))


def _check_size(name: str, count: int, width: int) -> None:
    if not 1 <= width <= MOST_WIDTH:
        raise BackboneError(f"{name} has vectors of {width:,} numbers, at most {MOST_WIDTH:,} can be read.")
    if count * width > MOST_VALUES:
        raise BackboneError(
            f"{name} holds more than {MOST_VALUES:,} numbers: keep the more frequent words, which come first."
        )
