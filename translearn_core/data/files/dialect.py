"""Dialect detection for delimited text: delimiter, possible quotings, and lines before the header."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import Literal

from translearn_core.data.files.header_rows import KNOWN_NAMES, looks_like_names
from translearn_core.data.files.line_ends import lines_of
from translearn_core.data.words import count_words, is_number
from translearn_core.errors import DataError

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", "::": "double colon"}
"""Supported delimiters and their names."""

ALONE = "\x1f"
"""Placeholder for no delimiter (one column), and for delimiters of several characters while parsing."""

SAMPLE_LINES = 300
LONGEST_HEADER = 1 << 20
LONGEST_PREAMBLE = 15
TITLE_FACTOR = 0.7
"""Factor on the fit of dialects with title rows before the header, which are rare."""
LIKELY_FIT = 0.5
"""Minimum fit of a likely delimiter."""

CERTAIN_FIT = 0.9
"""Fit below which a possible list of texts is read as one column."""

_BREAK = re.compile(r"[\r\n]")
SEPARATOR_LINE = re.compile(r'"?sep=(.{1,2}?)"?', re.IGNORECASE)


class Quoting(StrEnum):
    """Meaning of double quotes in a file."""

    QUOTED = "fields in double quotes may hold delimiters and line breaks"
    SPACED = "fields in double quotes, with blanks before them"
    PLAIN = "double quotes are plain characters"
    ESCAPED = 'fields in double quotes, with quotes inside written \\"'
    LOOSE = "fields in double quotes, some with stray quotes inside"
    NONE = "no quotes"


@dataclass(frozen=True)
class Dialect:
    """How to split the lines of a file.

    Attributes
    ----------
    delimiter : str
        `ALONE` where there is one column.
    offset, skipped : int, tuple of int
        Characters before the first row, and the numbers of those lines: comments or a ``sep=`` line.
    preamble : int
        Title rows before the header: one filled cell each.
    wrapped : bool
        Every line is one quoted field with the whole row in it.
    row_names : bool
        Rows have one field more than the header: row numbers without a column name, as R writes them.
    fit : float
        Share of the first rows that are as wide as the header, in [0, 1].
    others : tuple of str
        Other likely delimiters; "" for one column.
    """

    delimiter: str
    offset: int = 0
    skipped: tuple[int, ...] = ()
    preamble: int = 0
    wrapped: bool = False
    row_names: bool = False
    fit: float = 1.0
    others: tuple[str, ...] = ()


def possible_quotings(text: str, dialect: Dialect, *, unclosed: bool) -> list[Quoting]:
    """Return the quotings to try where the usual one does not fit, the likeliest first.

    `unclosed`: a quoted field is opened and never closed.
    """
    quotings = [Quoting.PLAIN]
    if '\\"' in text:
        quotings.insert(0, Quoting.ESCAPED)
    if dialect.delimiter != ALONE and f'{dialect.delimiter} "' in text:
        quotings.insert(0, Quoting.SPACED)
    if not unclosed:
        quotings.append(Quoting.LOOSE)
    return [*quotings, Quoting.QUOTED]


def find_dialect(text: str, name: str, delimiter: str | None = None) -> Dialect:
    """Find the dialect under which most of the first rows are as wide as the header.

    Parameters
    ----------
    text : str
    name : str
        Name of the file in messages.
    delimiter : str, optional
        "" for one column; default: detected.

    Raises
    ------
    DataError
        If the first line is too long to be a header.
    """
    preamble = _leading_lines(text)
    sample = list(islice(lines_of(text, preamble.offset), SAMPLE_LINES))
    first = next((line for line in sample if line.strip()), "")
    if len(first) > LONGEST_HEADER:
        raise DataError(
            f"{name} starts with a line of {len(first):,} characters, which is no header: put "
            "column names there."
        )
    if delimiter is None and preamble.delimiter != ALONE:
        delimiter = preamble.delimiter
    if delimiter == "":
        return replace(preamble, delimiter=ALONE)
    result = _best_dialect(sample, delimiter, preamble)
    if (inner := unwrapped(sample)) is not None:
        unquoted = _best_dialect(inner, delimiter, preamble)
        if unquoted.delimiter != ALONE and unquoted.fit >= 0.9:
            return replace(unquoted, wrapped=True)
    return result


def unwrapped(sample: Sequence[str]) -> list[str] | None:
    """Return the lines inside the quotes, if nearly every line is one quoted field; else None."""
    filled = [line for line in sample if line.strip()]
    whole = sum(len(line) > 2 and line[0] == '"' and line.rstrip()[-1] == '"' for line in filled)
    if len(filled) < 2 or whole < 0.9 * len(filled):
        return None
    try:
        inner = [record[0] for record in csv.reader(filled, delimiter=ALONE, strict=True) if record]
    except csv.Error:
        return None
    return [_BREAK.sub(" ", line) + "\n" for line in inner]


def split_lines(lines: Iterator[str], delimiter: str) -> tuple[Iterator[str], str]:
    """Return lines and a one-character delimiter; longer delimiters are replaced with `ALONE`."""
    if len(delimiter) == 1:
        return lines, delimiter
    return (line.replace(ALONE, " ").replace(delimiter, ALONE) for line in lines), ALONE


def _leading_lines(text: str) -> Dialect:
    """Return a dialect with the comments and the ``sep=`` line before the first row."""
    offset, number, delimiter = 0, 0, ALONE
    skipped: list[int] = []
    while (line := _line(text, offset)) is not None:
        stripped = line.strip("\r\n\ufeff ")
        comment = stripped.startswith("#")
        separator = SEPARATOR_LINE.fullmatch(stripped.rstrip()) if not number else None
        if not (comment or separator or (not stripped.strip() and skipped)):
            break
        number += 1
        offset += len(line)
        if separator:
            delimiter = separator.group(1)
        if stripped.strip():
            skipped.append(number)
    if (
        not skipped
        or _line(text, offset) is None
        or (len(skipped) == 1 and _is_header(text, offset, delimiter))
    ):
        return Dialect(ALONE)
    return Dialect(delimiter, offset, tuple(skipped))


def _is_header(text: str, offset: int, delimiter: str) -> bool:
    """Whether a single line that starts with # is the header of the line below it."""
    head, row = text[:offset].strip("\r\n\ufeff"), (_line(text, offset) or "").strip("\r\n")
    if delimiter != ALONE:
        return False
    for symbol in DELIMITERS:
        names = head.lstrip("# ").split(symbol)
        if (
            1 < len(names) == len(row.split(symbol))
            and looks_like_names(names)
            and ":" not in head.replace("::", "")
        ):
            return not looks_like_names(row.split(symbol))
    return False


def _line(text: str, start: int) -> str | None:
    if start >= len(text):
        return None
    end = text.find("\n", start)
    return text[start:] if end < 0 else text[start : end + 1]


def _best_dialect(sample: Sequence[str], delimiter: str | None, preamble: Dialect) -> Dialect:
    """Return the best dialect of all delimiters, or of the given one."""
    fits = [
        max(
            (_fit(sample, symbol, quoting, preamble) for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE)),
            key=_by_fit,
        )
        for symbol in ([delimiter] if delimiter else DELIMITERS)
    ]
    fits.sort(key=_by_fit, reverse=True)
    best, width, names = fits[0]
    rivals = [dialect.delimiter for dialect, _, _ in fits if dialect.fit > LIKELY_FIT]
    if delimiter is None and (
        width < 2
        or (best.fit < LIKELY_FIT and not names)
        or _is_one_column(sample, best)
        or (best.fit < CERTAIN_FIT and _is_list(sample, best))
    ):
        return replace(preamble, delimiter=ALONE, others=tuple(rivals))
    others = [symbol for symbol in rivals if symbol != best.delimiter]
    return replace(best, others=(*others, *([""] if best.fit < LIKELY_FIT else [])))


def _is_list(sample: Sequence[str], dialect: Dialect) -> bool:
    """Whether ragged lines are texts and not rows: a sentence first, and no column of few values."""
    lines = [line.strip() for line in sample if line.strip()]
    cells = [[cell.strip(' "').casefold() for cell in line.split(dialect.delimiter)] for line in lines]
    first = cells[0]
    if count_words(lines[0]) < 4 or any(is_number(cell) for cell in first) or KNOWN_NAMES & {*first}:
        return False
    columns = [[row[end] for row in cells[1:] if len(row) > 1] for end in (0, -1)]
    return all(not column or len(set(column)) > 0.5 * len(column) for column in columns)


def _is_one_column(sample: Sequence[str], dialect: Dialect) -> bool:
    """Whether the supposed title is the name of a single column."""
    if dialect.preamble != 1:
        return False
    first, second = islice((line for line in sample if line.strip()), 2)
    cells = [cell.strip(' "\r\n').casefold() for cell in second.split(dialect.delimiter)]
    return first.strip(' "\r\n').casefold() in KNOWN_NAMES and KNOWN_NAMES.isdisjoint(cells)


def _by_fit(fitted: tuple[Dialect, int, bool]) -> tuple[float, int]:
    dialect, width, _ = fitted
    return dialect.fit, width


def _fit(
    sample: Sequence[str], delimiter: str, quoting: Literal[0, 3], preamble: Dialect
) -> tuple[Dialect, int, bool]:
    """Return a dialect with its fit, the width of its rows, and whether its header looks like names."""
    lines, character = split_lines(iter(sample), delimiter)
    reader = csv.reader(lines, delimiter=character, quoting=quoting)
    records = [record for record in reader if any(field.strip() for field in record)]
    if not records:
        return replace(preamble, delimiter=delimiter, fit=0.0), 1, False
    start = _preamble(records)
    header, rows = records[start], records[start + 1 :]
    width = len(header)
    if width < 2:
        return replace(preamble, delimiter=delimiter, fit=0.0), 1, False
    names = looks_like_names(header)
    rows = rows[:-1] or rows  # the last row may be truncated
    longer = sum(len(row) == width + 1 and row[0].strip().isdecimal() and bool(row[-1]) for row in rows)
    row_names = names and len(rows) >= 3 and longer >= 0.95 * len(rows)
    fit = (sum(len(row) == width for row in rows) + 1) / (len(rows) + 1)
    if row_names:
        fit, width = 1.0, width + 1
    if start:
        fit *= TITLE_FACTOR
    result = replace(preamble, delimiter=delimiter, preamble=start, row_names=row_names, fit=fit)
    return result, width, names


def _preamble(records: Sequence[Sequence[str]]) -> int:
    """Count the title records before the header: one filled cell above rows that have several."""
    for index, record in enumerate(records[:LONGEST_PREAMBLE]):
        if sum(bool(cell.strip()) for cell in record) > 1:
            below = records[index + 1 :]
            wide = sum(len(row) == len(record) for row in below)
            names = looks_like_names(record) and not any('"' in cell for cell in record)
            return index if below and names and wide >= 0.5 * len(below) else 0
    return 0
