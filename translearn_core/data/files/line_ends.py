"""Normalisation of line ends and control characters."""

from collections.abc import Iterator
from dataclasses import dataclass

LISTED = 50
"""Most line numbers that are reported."""

STRAY_SHARE = 0.1
"""Share of line feeds below which lone carriage returns are inside texts and end no line."""


@dataclass(frozen=True)
class CleanText:
    """Text without stray line ends, with the number and the lines of the replaced characters."""

    text: str
    replaced: int = 0
    lines: tuple[int, ...] = ()


def clean_line_ends(text: str) -> CleanText:
    """Replace stray carriage returns, vertical tabs and form feeds with spaces.

    Many lone carriage returns are classic Mac line ends and become line feeds; without any, all line ends
    stay as they are, also inside quoted cells.
    """
    lone = text.count("\r") - text.count("\r\n")
    if lone:
        text = text.replace("\r\r\n", "\n").replace("\r\n", "\n")
        if text.count("\r") >= STRAY_SHARE * text.count("\n"):
            text = text.replace("\r", "\n")
    strays = text.count("\v") + text.count("\f") + (text.count("\r") if lone else 0)
    if not strays:
        return CleanText(text)
    lines: list[int] = []
    for number, line in enumerate(text.split("\n"), 1):
        if "\v" in line or "\f" in line or (lone and "\r" in line):
            lines.append(number)
            if len(lines) == LISTED:
                break
    for character in "\r\v\f" if lone else "\v\f":
        text = text.replace(character, " ")
    return CleanText(text, strays, tuple(lines))


def line_end(text: str) -> str:
    """Return the most frequent line end of a text."""
    windows = text.count("\r\n")
    counts = {"\n": text.count("\n") - windows, "\r\n": windows, "\r": text.count("\r") - windows}
    return max(counts, key=counts.__getitem__)


def lines_of(text: str, start: int = 0) -> Iterator[str]:
    """Yield the lines of a text from a position on, line ends included.

    Unlike `StringIO`, needs no four bytes per character.
    """
    while (end := text.find("\n", start)) >= 0:
        yield text[start : end + 1]
        start = end + 1
    if start < len(text):
        yield text[start:]
