"""From characters to records: which delimiter, what quotes mean, and where a row does not fit.

Python's csv module parses: of the fast parsers it alone tells the line of a row with a field too few.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice
from typing import TYPE_CHECKING, Literal

from translearn_core.data.findings import counted, joined, shown
from translearn_core.errors import DataError

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
"""What may stand between fields, with its name."""

ALONE = "\x1f"
"""Stands for a delimiter where a file has one column; no text holds it."""

MOST_COLUMNS = 1_000
SAMPLE_LINES = 300
LONGEST_HEADER = 1 << 20

csv.field_size_limit(
    2**31 - 1
)  # the limit of the settings is checked later, where line and column can be named


class Quoting(StrEnum):
    """What a double quote means in a file."""

    QUOTED = "fields in double quotes may hold delimiters and line breaks"
    PLAIN = "double quotes are plain characters"
    ESCAPED = 'fields in double quotes, with quotes inside written \\"'
    LOOSE = "fields in double quotes, some with stray quotes inside"
    NONE = "no quotes"


@dataclass(frozen=True)
class Parsed:
    """A file as records of equal width; `lines[i]` is the line on which record i starts (header included).

    `numbers[i]` is its 1-based row number: blank rows count, the header does not. `blank` has the numbers of
    rows left out as empty, `trimmed` of those with empty fields beyond the header.
    """

    delimiter: str
    quoting: Quoting
    header: list[str]
    records: list[list[str]]
    lines: list[int]
    numbers: list[int]
    blank: list[int]
    trimmed: list[int]
    multiline: bool


class _MisfitError(Exception):
    """A row does not have the header's width (`found` fields), or a quote goes wrong (`found` is None)."""

    def __init__(self, line: int, found: int | None, expected: int, unclosed: bool = False) -> None:
        self.line, self.found, self.expected, self.unclosed = line, found, expected, unclosed


def parse(text: str, name: str, *, max_rows: int, fewest_columns: int = 2) -> Parsed:
    """Split `text` into a header and records of the same width.

    Raises
    ------
    DataError
        With the line number if a row has too few or too many fields; if there is one column only, no row, or
        more than `max_rows`.
    """
    delimiter = find_delimiter(text, name, fewest_columns)
    if '"' not in text:
        return _first_fit(text, delimiter, [Quoting.NONE], name, max_rows)
    try:
        quoted = _attempt(text, delimiter, Quoting.QUOTED, name, max_rows)
    except _MisfitError as misfit:
        unclosed = misfit.unclosed
    else:
        if not _tab_lines_fit_too(text, quoted):
            return quoted
        unclosed = True
    ways = [Quoting.PLAIN]
    if '\\"' in text:
        ways.insert(0, Quoting.ESCAPED)
    if not unclosed:
        ways.append(Quoting.LOOSE)
    return _first_fit(text, delimiter, [*ways, Quoting.QUOTED], name, max_rows)


def find_delimiter(text: str, name: str, fewest_columns: int = 2) -> str:
    """Return the delimiter under which most of the first rows have as many fields as the header.

    Raises
    ------
    DataError
        If no delimiter gives the header two columns, unless `fewest_columns` is 1: then `ALONE` is returned.
    """
    sample = list(islice(io.StringIO(text, newline=""), SAMPLE_LINES))
    first = next((line for line in sample if line.strip()), "")
    if len(first) > LONGEST_HEADER:
        raise DataError(
            f"{name} starts with a line of {len(first):,} characters, which is no header: put "
            "column names there."
        )
    fits = {d: max(_fit(sample, d, csv.QUOTE_MINIMAL), _fit(sample, d, csv.QUOTE_NONE)) for d in DELIMITERS}
    best = max(fits, key=lambda d: fits[d])
    if fits[best][1] < 2 and fewest_columns < 2:
        return ALONE
    if fits[best][1] < 2:
        raise DataError(
            f"{name} has one column, {shown(first.strip())}, and two are needed, a text and a label: "
            f"separate them by {_or(DELIMITERS.values())} on every line, the header's too."
        )
    return best


def _fit(sample: list[str], delimiter: str, quoting: Literal[0, 3]) -> tuple[float, int]:
    """Return the share of rows as wide as the header, and that width; (0, 1) for a header of one field."""
    reader = csv.reader(sample, delimiter=delimiter, quoting=quoting)
    records = [record for record in reader if any(field.strip() for field in record)]
    if not records or len(records[0]) < 2:
        return 0.0, 1
    width = len(records[0])
    rows = records[1:-1] or records[1:]  # the last may be cut by the end of the sample
    return (sum(len(r) == width for r in rows) + 1) / (len(rows) + 1), width


def _first_fit(text: str, delimiter: str, ways: list[Quoting], name: str, max_rows: int) -> Parsed:
    misfits = []
    for way in ways:
        try:
            return _attempt(text, delimiter, way, name, max_rows)
        except _MisfitError as misfit:
            misfits.append(misfit)
    furthest = max(misfits, key=lambda m: m.line)  # the likeliest to have met the true mistake
    raise DataError(_explained(furthest, delimiter, name)) from None


def _attempt(text: str, delimiter: str, way: Quoting, name: str, max_rows: int) -> Parsed:
    end = "\0end"  # decoded text holds no NUL: if this line is not the last record, a quote is still open
    lines = chain(io.StringIO(text, newline=""), [end])
    reader = _reader(lines, delimiter, way)
    header: list[str] | None = None
    records: list[list[str]] = []
    starts: list[int] = []
    numbers: list[int] = []
    blank: list[int] = []
    trimmed: list[int] = []
    start, number, closed, multiline = 1, 0, False, False
    try:
        for record in reader:
            if record == [end]:
                closed = True
                break
            line, start = start, reader.line_num + 1
            multiline = multiline or start - line > 1
            empty = not any(field and not field.isspace() for field in record)
            if header is None:
                if not empty:
                    header = record
                    starts.append(line)
                continue
            number += 1
            if empty:
                blank.append(number)
                continue
            if len(record) != len(header):
                if len(record) < len(header) or any(field.strip() for field in record[len(header) :]):
                    raise _MisfitError(line, len(record), len(header), end in record[-1])
                del record[len(header) :]
                trimmed.append(number)
            records.append(record)
            starts.append(line)
            numbers.append(number)
            if len(records) > max_rows:
                raise DataError(
                    f"{name} has more than {max_rows:,} rows, the limit here: keep a random part of "
                    "them, or ask whoever runs "
                    "this installation to raise TRANSLEARN_MAX_ROWS."
                )
    except csv.Error as error:
        raise _MisfitError(start, None, len(header or []), unclosed="unexpected end" in str(error)) from None
    if not closed:
        raise _MisfitError(starts[-1] if starts else 1, None, len(header or []), unclosed=True)
    if header is None or not records:
        raise DataError(f"{name} has a header and no rows: add rows below it, each with a text and a label.")
    if len(header) > MOST_COLUMNS:
        raise DataError(
            f"{name} has {len(header):,} columns, and {MOST_COLUMNS:,} are the most: keep the text "
            "and label columns."
        )
    last = numbers[-1]
    return Parsed(
        delimiter, way, header, records, starts, numbers, [n for n in blank if n < last], trimmed, multiline
    )


def _reader(lines: Iterator[str], delimiter: str, way: Quoting) -> "Reader":
    match way:
        case Quoting.PLAIN | Quoting.NONE:
            return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=True)
        case Quoting.ESCAPED:
            return csv.reader(lines, delimiter=delimiter, doublequote=False, escapechar="\\", strict=True)
        case _:
            return csv.reader(lines, delimiter=delimiter, strict=way is Quoting.QUOTED)


def _tab_lines_fit_too(text: str, quoted: Parsed) -> bool:
    """Whether quotes that swallow lines are rather plain: tab-separated, and every line fits without them.

    A quoted field over several lines that each hold the right number of tabs is no text but several rows,
    joined by two quotes that happen to stand at the ends of fields. Only tabs tell: texts do hold commas.
    """
    if quoted.delimiter != "\t" or not quoted.multiline or text.lstrip().startswith('"'):
        return False
    tabs = len(quoted.header) - 1
    return all(line.count("\t") == tabs for line in io.StringIO(text, newline="") if line.strip())


def _explained(misfit: _MisfitError, delimiter: str, name: str) -> str:
    between = DELIMITERS.get(delimiter, "delimiter")
    if misfit.found is None or misfit.unclosed:
        what = (
            "a quote that is opened and never closed"
            if misfit.unclosed
            else "a quote in the middle of a quoted field"
        )
        return (
            f"{name} has {what} in the row that starts on line {misfit.line:,}: "
            'close it, or double the quotes inside ("").'
        )
    have = (
        f"{name} has {counted(misfit.found, 'field')} in line {misfit.line:,} where the header has "
        f"{misfit.expected}"
    )
    if misfit.found > misfit.expected:
        return (
            f"{have}: put double quotes around a text with a {between} in it, or remove the extra {between}."
        )
    return f"{have}: add the missing {between} or value, or delete that line."


def _or(words: Iterable[str]) -> str:
    return joined(list(words), most=9).replace(" and ", " or ")
