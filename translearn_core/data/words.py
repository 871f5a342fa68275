"""Word counts and number recognition for cells."""

import re

_WORD = re.compile(r"[㐀-䶿一-鿿豈-﫿぀-ヿ가-힯]|[^\s㐀-䶿一-鿿豈-﫿぀-ヿ가-힯]+")
_NUMBER = re.compile(r"[+-]?\d{1,400}([.,]\d{1,400})?([eE][+-]?\d{1,3})?")


def count_words(text: str) -> int:
    """Count words; each Chinese, Japanese or Korean character counts as one."""
    return len(_WORD.findall(text))


def is_number(text: str) -> bool:
    """Whether a cell is one number, with a decimal point or comma."""
    return _NUMBER.fullmatch(text.strip()) is not None


def number_of(text: str) -> float:
    """Return the number in a cell that `is_number`."""
    return float(text.strip().replace(",", "."))
