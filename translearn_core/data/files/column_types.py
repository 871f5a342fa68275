"""Types of columns in files that have types: noted when their cells become text, restored when written."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from translearn_core.results import ColumnType

_TYPES: dict[ColumnType, set[type]] = {
    ColumnType.BOOLEAN: {bool},
    ColumnType.NUMBER: {int, float},
    ColumnType.DATE: {dt.date, dt.datetime},
}
_BOOLEANS = {"true": True, "false": False}
LONGEST_INTEGER = 18
"""Digits that a 64-bit integer surely holds."""


def column_types(columns: Iterable[Sequence[object]]) -> list[ColumnType | None]:
    """Return the type that all values of a column share, missing ones aside; None for texts and mixtures."""
    filled = ([value for value in column if value is not None and value != ""] for column in columns)
    return [_type({type(value) for value in column}) for column in filled]


def _type(found: set[type]) -> ColumnType | None:
    shared = [name for name, types in _TYPES.items() if found and found <= types]
    return shared[0] if shared else None


def restore_types(frame: pd.DataFrame, types: Iterable[tuple[str, ColumnType]]) -> pd.DataFrame:
    """Return a table whose columns of texts have the types that the file gave them.

    A column that was changed since, so that a cell does not fit its type, stays a column of texts.
    """
    found = {name: _restored(frame[name], kind) for name, kind in types if name in frame.columns}
    return frame.assign(**found)


def _restored(column: "pd.Series[Any]", kind: ColumnType) -> "pd.Series[Any]":
    if not all(cell is None or isinstance(cell, str) for cell in column):
        return column
    cells = [cell or None for cell in column]
    filled = [cell for cell in cells if cell is not None]
    values: Any
    try:
        match kind:
            case ColumnType.BOOLEAN:
                values = pd.array([cell and _BOOLEANS[cell.casefold()] for cell in cells], "boolean")
            case ColumnType.DATE:
                values = pd.to_datetime(pd.Series(cells), format="ISO8601").array
            case ColumnType.NUMBER if all(_is_integer(cell) for cell in filled):
                values = pd.array([cell and int(cell) for cell in cells], "Int64")
            case ColumnType.NUMBER:
                values = pd.array([cell and float(cell) for cell in cells], "Float64")
    except (ValueError, KeyError, OverflowError):
        return column
    return pd.Series(values, index=column.index, name=column.name)


def _is_integer(cell: str) -> bool:
    digits = cell.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) <= LONGEST_INTEGER
