"""From delimited text to rows of equal width: what quotes mean, and where a row does not fit.

Python's csv module parses: of the fast parsers it alone tells the line of a row with a field too few.
"""

import csv
from collections.abc import Iterator
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

from translearn_core.config import TableKind
from translearn_core.data.files.delimited_rows import END, MisfitError, Rows, line_list, odd_rows
from translearn_core.data.files.dialect import (
    ALONE,
    DELIMITERS,
    SAMPLE_LINES,
    Dialect,
    find_dialect,
    split_lines,
)
from translearn_core.data.files.fasttext import read_fasttext
from translearn_core.data.files.line_ends import clean_line_ends, lines_of
from translearn_core.data.files.raw_table import RawTable
from translearn_core.data.findings import count_noun, finding, quote
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity

if TYPE_CHECKING:
    from _csv import Reader


csv.field_size_limit(
    2**31 - 1
)  # the limit of the settings is checked later, where line and column can be named


class Quoting(StrEnum):
    """What a double quote means in a file."""

    QUOTED = "fields in double quotes may hold delimiters and line breaks"
    SPACED = "fields in double quotes, with blanks before them"
    PLAIN = "double quotes are plain characters"
    ESCAPED = 'fields in double quotes, with quotes inside written \\"'
    LOOSE = "fields in double quotes, some with stray quotes inside"
    NONE = "no quotes"


def parse(text: str, name: str, *, max_rows: int, delimiter: str | None = None) -> RawTable:
    """Split delimited text into rows of the same width; the header, if there is one, is the first.

    Parameters
    ----------
    text : str
    name : str
        How sentences call the file.
    max_rows : int
        Most rows, a header not counted.
    delimiter : str, optional
        Given by a person ("" for one column); default: found.

    Raises
    ------
    DataError
        With the line number if a row has too few or too many fields; if there are more than `max_rows`.
    """
    clean = clean_line_ends(text)
    text = clean.text
    findings = []
    if clean.replaced:
        findings.append(_strays(clean.replaced, clean.lines))
    if delimiter is None and (labelled := read_fasttext(text, name, max_rows)) is not None:
        labelled.findings = [*findings, *labelled.findings]
        return labelled
    dialect = find_dialect(text, name, delimiter)
    if dialect.wrapped:
        text = _unwrapped(text)
        dialect = find_dialect(text, name, dialect.delimiter)
        findings.append(finding("quoted-lines", Severity.FIXED, "Quotes around whole lines were removed."))
    table, quoting = _parsed(text, dialect, name, max_rows)
    table.findings = [*_detected(dialect, quoting, len(table.rows[0])), *findings, *table.findings]
    table.delimiter, table.others = "" if dialect.delimiter == ALONE else dialect.delimiter, dialect.others
    return table


def _parsed(text: str, dialect: Dialect, name: str, max_rows: int) -> tuple[RawTable, Quoting]:
    if '"' not in text:
        return _first_fit(text, dialect, [Quoting.NONE], name, max_rows)
    unclosed = False
    try:
        table = _attempt(text, dialect, Quoting.QUOTED, name, max_rows)
    except MisfitError as misfit:
        unclosed = misfit.unclosed
    else:
        if not _tab_lines_fit_too(text, dialect, table):
            if _spaced(table):
                return _first_fit(text, dialect, [Quoting.SPACED, Quoting.QUOTED], name, max_rows)
            return table, Quoting.QUOTED
        unclosed = True
    ways = [Quoting.PLAIN]
    if '\\"' in text:
        ways.insert(0, Quoting.ESCAPED)
    if dialect.delimiter != ALONE and f'{dialect.delimiter} "' in text:
        ways.insert(0, Quoting.SPACED)
    if not unclosed:
        ways.append(Quoting.LOOSE)
    return _first_fit(text, dialect, [*ways, Quoting.QUOTED], name, max_rows)


def _first_fit(
    text: str, dialect: Dialect, ways: list[Quoting], name: str, max_rows: int
) -> tuple[RawTable, Quoting]:
    misfits = []
    for way in ways:
        try:
            table = _attempt(text, dialect, way, name, max_rows)
        except MisfitError as misfit:
            misfits.append(misfit)
        else:
            return table, way
    furthest = max(misfits, key=lambda m: m.line)  # the likeliest to have met the true mistake
    raise DataError(_explained(furthest, dialect.delimiter, name)) from None


def _attempt(text: str, dialect: Dialect, way: Quoting, name: str, max_rows: int) -> RawTable:
    """Return all rows under one meaning of quotes."""
    before = text.count("\n", 0, dialect.offset)
    lines, character = split_lines(chain(lines_of(text, dialect.offset), [END]), dialect.delimiter)
    reader = _reader(lines, character, way)
    found = Rows(dialect, name, max_rows)
    start, cut, closed = before + 1, 0, False
    try:
        for record in reader:
            if closed := record == [END]:
                break
            line, start = start, before + reader.line_num + 1
            if text[-1] not in "\r\n" and found.is_cut_off(record) and next(reader, None) == [END]:
                cut, closed = line, True
                break
            found.add(record, line)
    except csv.Error as error:
        raise MisfitError(start, None, found.width, unclosed="unexpected end" in str(error)) from None
    if not closed:
        raise MisfitError(found.starts[-1] if found.starts else 1, None, found.width, unclosed=True)
    if not found.rows:
        raise DataError(f"{name} has no row: add rows below its header, each with a text.")
    kind = TableKind.TSV if dialect.delimiter == "\t" else TableKind.CSV
    said = odd_rows([*dialect.skipped, *found.titles], found.broken, cut)
    return RawTable(kind, found.rows, found.starts, trimmed=found.trimmed, findings=said)


def _reader(lines: Iterator[str], delimiter: str, way: Quoting) -> "Reader":
    match way:
        case Quoting.PLAIN | Quoting.NONE:
            return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=True)
        case Quoting.ESCAPED:
            return csv.reader(lines, delimiter=delimiter, doublequote=False, escapechar="\\", strict=True)
        case Quoting.SPACED:
            return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
        case _:
            return csv.reader(lines, delimiter=delimiter, strict=way is Quoting.QUOTED)


def _spaced(table: RawTable) -> bool:
    """Whether cells begin with blanks and a quote, which nobody means to stand in them."""
    sample = table.rows[1:SAMPLE_LINES]
    cells = [cell for row in sample for cell in row if cell[:1] == " " and cell.strip()[:1] == '"']
    return len(cells) >= 0.5 * len(sample) > 0


def _tab_lines_fit_too(text: str, dialect: Dialect, quoted: RawTable) -> bool:
    """Whether quotes that swallow lines are rather plain: tab-separated, and every line fits without them.

    A quoted field over several lines that each hold the right number of tabs is no text but several rows,
    joined by two quotes that happen to stand at the ends of fields. Only tabs tell: texts do hold commas.
    """
    multiline = any("\n" in cell for row in quoted.rows for cell in row)
    if dialect.delimiter != "\t" or not multiline or text.lstrip().startswith('"'):
        return False
    tabs = len(quoted.rows[0]) - 1
    return all(line.count("\t") == tabs for line in lines_of(text, dialect.offset) if line.strip())


def _unwrapped(text: str) -> str:
    """Return the text without the quotes around its lines; line numbers stay."""
    reader = csv.reader(lines_of(text), delimiter=ALONE)
    return "".join(f"{(record or [''])[0]}\n" for record in reader)


def _detected(dialect: Dialect, quoting: Quoting, width: int) -> list[Finding]:
    columns = "One column."
    if dialect.delimiter != ALONE:
        word = DELIMITERS.get(dialect.delimiter)
        between = f"A {word}" if word else f"{quote(dialect.delimiter)}"
        columns = f"{between} separates the {width:,} columns."
    said = "no double quotes" if quoting is Quoting.NONE else str(quoting)
    return [
        finding("delimiter", Severity.DETECTED, columns),
        finding("quoting", Severity.DETECTED, f"Quoting: {said}."),
    ]


def _strays(number: int, lines: tuple[int, ...]) -> Finding:
    sentence = (
        f"{count_noun(number, 'stray line break')} inside rows became blanks (carriage returns, vertical "
        f"tabs or form feeds; {line_list(lines)})."
    )
    return finding("stray-line-breaks", Severity.FIXED, sentence)


def _explained(misfit: MisfitError, delimiter: str, name: str) -> str:
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
        f"{name} has {count_noun(misfit.found, 'field')} in line {misfit.line:,} where the header has "
        f"{misfit.expected}"
    )
    if misfit.found > misfit.expected:
        return (
            f"{have}: put double quotes around a text with a {between} in it, or remove the extra {between}."
        )
    return f"{have}: add the missing {between} or value, or delete that line."
