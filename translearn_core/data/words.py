"""Word counts and number recognition for cells."""

import re

import pandas as pd

_WORD = re.compile(r"[㐀-䶿一-鿿豈-﫿぀-ヿ가-힯]|[^\s㐀-䶿一-鿿豈-﫿぀-ヿ가-힯]+")
_NUMBER = re.compile(r"[+-]?\d{1,400}([.,]\d{1,400})?([eE][+-]?\d{1,3})?")

YES_OR_NO = frozenset({"0", "1", "0.0", "1.0", "true", "false", "yes", "no"})


def count_words(text: str) -> int:
    """Count words; each Chinese, Japanese or Korean character counts as one."""
    return len(_WORD.findall(text))


def is_number(text: str) -> bool:
    """Whether a cell is one number, with a decimal point or comma."""
    return _NUMBER.fullmatch(text.strip()) is not None


def is_yes_or_no(cells: "pd.Series[str]") -> bool:
    """Whether the filled cells of a column hold two values that mean yes and no."""
    values = {str(value).strip().casefold() for value in cells.dropna().unique()[:10]}
    return len(values) == 2 and values <= YES_OR_NO


def number_of(text: str) -> float:
    """Return the number in a cell that `is_number`."""
    return float(text.strip().replace(",", "."))
