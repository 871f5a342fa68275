"""Texts and pairs of texts, and their columns in tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

Cell = str | tuple[str, str]
"""A text or a pair of texts."""
TEXT, TEXT_PAIR = "text", "text_pair"
"""Columns of the texts, and of the second texts of pairs."""


def text_cells(rows: pd.DataFrame) -> list[Cell]:
    """Return the text of each row; a pair of texts if `rows` has the column `TEXT_PAIR`."""
    texts: list[Cell] = rows[TEXT].tolist()
    if TEXT_PAIR not in rows:
        return texts
    return list(zip(rows[TEXT].tolist(), rows[TEXT_PAIR].tolist(), strict=True))


def text_columns(cells: Sequence[Cell]) -> dict[str, list[str]]:
    """Return the columns that `text_cells` reads; no second one if there are no pairs."""
    sides = [sides_of(cell) for cell in cells]
    columns = {TEXT: [side[0] for side in sides]}
    if any(len(side) > 1 for side in sides):
        columns[TEXT_PAIR] = [side[-1] for side in sides]
    return columns


def sides_of(cell: Cell) -> tuple[str, ...]:
    """Return a text alone, or both texts of a pair."""
    return (cell,) if isinstance(cell, str) else cell


def joined(cell: Cell, separator: str = " | ") -> str:
    """Return a text, or both texts of a pair with a separator between them."""
    return separator.join(sides_of(cell))


def split_sides(cells: Sequence[Cell]) -> list[str]:
    """Return the texts; of pairs all first texts, then all second texts."""
    return [text for side in zip(*map(sides_of, cells), strict=True) for text in side]


def join_sides(texts: Sequence[str], cells: int) -> list[Cell]:
    """Return so many texts or pairs of what `split_sides` returned."""
    return list(texts) if len(texts) == cells else list(zip(texts[:cells], texts[cells:], strict=True))
