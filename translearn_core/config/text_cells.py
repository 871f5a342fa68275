"""Texts, pairs of texts and words in sentences, and their columns in tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Word:
    """Word of a sentence: `sentence` holds the words with blanks between them, `position` counts from 0."""

    sentence: str
    position: int

    @property
    def text(self) -> str:
        """The word alone."""
        return self.sentence.split(" ")[self.position]

    def in_context(self, words: int = 5) -> str:
        """Return the word in brackets, among at most so many words before and after it."""
        sentence = self.sentence.split(" ")
        start, end = max(self.position - words, 0), self.position + words + 1
        before, after = sentence[start : self.position], sentence[self.position + 1 : end]
        first, last = ["…"] * (start > 0), ["…"] * (end < len(sentence))
        return " ".join([*first, *before, f"[{self.text}]", *after, *last])


TextCell = str | tuple[str, str]
"""A text or a pair of texts."""
Cell = TextCell | Word
"""A text, a pair of texts, or a word in its sentence."""
TEXT, TEXT_PAIR = "text", "text_pair"
"""Columns of the texts, and of the second texts of pairs."""
SENTENCE, POSITION = "sentence", "position"
"""Columns of the sentences of words, and of the places of the words in them."""


def text_cells(rows: pd.DataFrame) -> list[Cell]:
    """Return the text of each row: a pair if `rows` has `TEXT_PAIR`, a word if it has `SENTENCE`."""
    if SENTENCE in rows:
        return list(map(Word, rows[SENTENCE].tolist(), rows[POSITION].tolist()))
    texts: list[Cell] = rows[TEXT].tolist()
    if TEXT_PAIR not in rows:
        return texts
    return list(zip(rows[TEXT].tolist(), rows[TEXT_PAIR].tolist(), strict=True))


def text_columns(cells: Sequence[Cell]) -> dict[str, list[str] | list[int]]:
    """Return the columns that `text_cells` reads; those of pairs and words only where there are any."""
    sides = [sides_of(cell) for cell in cells]
    columns: dict[str, list[str] | list[int]] = {TEXT: [side[0] for side in sides]}
    if are_words(cells):
        words = cast("Sequence[Word]", cells)
        return columns | {SENTENCE: [w.sentence for w in words], POSITION: [w.position for w in words]}
    if any(len(side) > 1 for side in sides):
        columns[TEXT_PAIR] = [side[-1] for side in sides]
    return columns


def words_of(words: Sequence[str]) -> list[Word]:
    """Return the words of a sentence, each in it."""
    sentence = " ".join(words)
    return [Word(sentence, position) for position in range(len(words))]


def are_words(cells: Sequence[Cell]) -> bool:
    """Whether the cells, all of one kind, are words in sentences."""
    return len(cells) > 0 and isinstance(cells[0], Word)


def sides_of(cell: Cell) -> tuple[str, ...]:
    """Return a text or a word alone, or both texts of a pair."""
    if isinstance(cell, Word):
        return (cell.text,)
    return (cell,) if isinstance(cell, str) else cell


def joined(cell: Cell, separator: str = " | ") -> str:
    """Return a text or a word, or both texts of a pair with a separator between them."""
    return separator.join(sides_of(cell))


def split_sides(cells: Sequence[Cell]) -> list[str]:
    """Return the texts; of pairs all first texts, then all second texts."""
    return [text for side in zip(*map(sides_of, cells), strict=True) for text in side]


def join_sides(texts: Sequence[str], cells: int) -> list[Cell]:
    """Return so many texts or pairs of what `split_sides` returned."""
    return list(texts) if len(texts) == cells else list(zip(texts[:cells], texts[cells:], strict=True))
