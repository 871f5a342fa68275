"""Column types of typed files: recorded when cells become text, restored when written."""

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
"""Digits that fit into a 64-bit integer."""


def column_types(columns: Iterable[Sequence[object]]) -> list[ColumnType | None]:
    """Return the type shared by all values of each column, missing ones aside; None for text or mixed."""
    return [_shared_type({type(v) for v in column if v is not None and v != ""}) for column in columns]


def _shared_type(value_types: set[type]) -> ColumnType | None:
    return next((name for name, types in _TYPES.items() if value_types and value_types <= types), None)


def restore_types(frame: pd.DataFrame, types: Iterable[tuple[str, ColumnType]]) -> pd.DataFrame:
    """Convert text columns to the types of their file.

    A column with a cell that does not fit its type stays a text column.
    """
    restored = {name: _restore(frame[name], kind) for name, kind in types if name in frame.columns}
    return frame.assign(**restored)


def _restore(column: "pd.Series[Any]", kind: ColumnType) -> "pd.Series[Any]":
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
