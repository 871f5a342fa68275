"""Line ends and control characters of a text file, cleaned before it is split into rows."""

from collections.abc import Iterator
from dataclasses import dataclass

LISTED = 50
"""Line numbers kept at most."""

STRAY_SHARE = 0.1
"""Carriage returns alone, fewer than this share of all line ends, stand inside texts and end no line."""


@dataclass(frozen=True)
class CleanText:
    """A text without stray line ends, how many characters became spaces, and in which lines."""

    text: str
    replaced: int = 0
    lines: tuple[int, ...] = ()


def clean_line_ends(text: str) -> CleanText:
    """Replace stray carriage returns, vertical tabs and form feeds by spaces.

    Where many stand alone they are an old Mac's line ends and become line feeds; where none does, line ends
    stay as they are, also those inside quoted cells.
    """
    alone = text.count("\r") - text.count("\r\n")
    if alone:
        text = text.replace("\r\r\n", "\n").replace("\r\n", "\n")
        if text.count("\r") >= STRAY_SHARE * text.count("\n"):
            text = text.replace("\r", "\n")
    strays = text.count("\v") + text.count("\f") + (text.count("\r") if alone else 0)
    if not strays:
        return CleanText(text)
    lines: list[int] = []
    for number, line in enumerate(text.split("\n"), 1):
        if "\v" in line or "\f" in line or (alone and "\r" in line):
            lines.append(number)
            if len(lines) == LISTED:
                break
    for character in "\r\v\f" if alone else "\v\f":
        text = text.replace(character, " ")
    return CleanText(text, strays, tuple(lines))


def lines_of(text: str, start: int = 0) -> Iterator[str]:
    """Yield the lines of a text from a position on, line ends kept.

    A `StringIO` would take four bytes for every character of the text.
    """
    while (end := text.find("\n", start)) >= 0:
        yield text[start : end + 1]
        start = end + 1
    if start < len(text):
        yield text[start:]
