"""Delimited text to rows of equal width: quoting styles, and errors with line numbers.

Parsed by Python's csv module, the only fast parser that gives the line of a row with too few fields.
"""

import csv
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from translearn_core.config import TableKind
from translearn_core.data.files.delimited_rows import END, MisfitError, RowBuilder, line_list, odd_rows
from translearn_core.data.files.delimited_style import find_style
from translearn_core.data.files.dialect import (
    ALONE,
    DELIMITERS,
    SAMPLE_LINES,
    Dialect,
    Quoting,
    find_dialect,
    possible_quotings,
    split_lines,
)
from translearn_core.data.files.formats.conll import read_conll
from translearn_core.data.files.formats.fasttext import read_fasttext
from translearn_core.data.files.line_ends import clean_line_ends, line_end, lines_of
from translearn_core.data.files.raw_table import RawTable
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import finding
from translearn_core.results.format import count_noun, quote

if TYPE_CHECKING:
    from _csv import Reader


csv.field_size_limit(2**31 - 1)  # the limit of the settings is checked later, with line and column


def parse(text: str, name: str, *, max_rows: int, delimiter: str | None = None) -> RawTable:
    """Split delimited text into rows of the same width, the header included.

    Parameters
    ----------
    text : str
    name : str
        Name of the file in messages.
    max_rows : int
        Maximum number of rows, header not counted.
    delimiter : str, optional
        "" for one column; default: detected.

    Raises
    ------
    DataError
        With the line number if a row has too few or too many fields; if there are more than `max_rows`.
    """
    cleaned, end = clean_line_ends(text), line_end(text)
    text = cleaned.text
    findings = [_stray_breaks(cleaned.replaced, cleaned.lines)] if cleaned.replaced else []
    for read in (read_fasttext, read_conll) if delimiter is None else ():
        if (table := read(text, name, max_rows)) is not None:
            table.findings = [*findings, *table.findings]
            return table
    dialect = find_dialect(text, name, delimiter)
    if dialect.wrapped:
        text = _unwrap(text)
        dialect = find_dialect(text, name, dialect.delimiter)
        findings.append(finding("quoted-lines", Severity.FIXED, "Quotes around whole lines were removed."))
    table, quoting = _parse_dialect(text, dialect, name, max_rows)
    table.findings = [*_dialect_findings(dialect, quoting, len(table.rows[0])), *findings, *table.findings]
    table.delimiter, table.others = "" if dialect.delimiter == ALONE else dialect.delimiter, dialect.others
    table.style, table.quoted = find_style(text, dialect, quoting, len(table.rows[0]), end)
    return table


def _parse_dialect(text: str, dialect: Dialect, name: str, max_rows: int) -> tuple[RawTable, Quoting]:
    if '"' not in text:
        return _first_fit(text, dialect, [Quoting.NONE], name, max_rows)
    unclosed = False
    try:
        table = _parse_as(text, dialect, Quoting.QUOTED, name, max_rows)
    except MisfitError as misfit:
        unclosed = misfit.unclosed
    else:
        if not _quotes_join_rows(text, dialect, table):
            if _has_spaced_quotes(table):
                return _first_fit(text, dialect, [Quoting.SPACED, Quoting.QUOTED], name, max_rows)
            return table, Quoting.QUOTED
        unclosed = True
    return _first_fit(text, dialect, possible_quotings(text, dialect, unclosed=unclosed), name, max_rows)


def _first_fit(
    text: str, dialect: Dialect, quotings: list[Quoting], name: str, max_rows: int
) -> tuple[RawTable, Quoting]:
    misfits = []
    for quoting in quotings:
        try:
            table = _parse_as(text, dialect, quoting, name, max_rows)
        except MisfitError as misfit:
            misfits.append(misfit)
        else:
            return table, quoting
    furthest = max(misfits, key=lambda m: m.line)  # most likely at the true mistake
    raise DataError(_explain_misfit(furthest, dialect.delimiter, name)) from None


def _parse_as(text: str, dialect: Dialect, quoting: Quoting, name: str, max_rows: int) -> RawTable:
    """Parse all rows under one quoting."""
    before = text.count("\n", 0, dialect.offset)
    lines, character = split_lines(chain(lines_of(text, dialect.offset), [END]), dialect.delimiter)
    reader = _reader(lines, character, quoting)
    builder = RowBuilder(dialect, name, max_rows)
    start, cut, closed = before + 1, 0, False
    try:
        for record in reader:
            if closed := record == [END]:
                break
            line, start = start, before + reader.line_num + 1
            if text[-1] not in "\r\n" and builder.is_cut_off(record) and next(reader, None) == [END]:
                cut, closed = line, True
                break
            builder.add(record, line)
    except csv.Error as error:
        raise MisfitError(start, None, builder.width, unclosed="unexpected end" in str(error)) from None
    if not closed:
        raise MisfitError(builder.starts[-1] if builder.starts else 1, None, builder.width, unclosed=True)
    if not builder.rows:
        raise DataError(f"{name} has no row: add rows below its header, each with a text.")
    kind = TableKind.TSV if dialect.delimiter == "\t" else TableKind.CSV
    findings = odd_rows([*dialect.skipped, *builder.titles], builder.broken, cut)
    return RawTable(kind, builder.rows, builder.starts, trimmed=builder.trimmed, findings=findings)


def _reader(lines: Iterator[str], delimiter: str, quoting: Quoting) -> "Reader":
    match quoting:
        case Quoting.PLAIN | Quoting.NONE:
            return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=True)
        case Quoting.ESCAPED:
            return csv.reader(lines, delimiter=delimiter, doublequote=False, escapechar="\\", strict=True)
        case Quoting.SPACED:
            return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
        case _:
            return csv.reader(lines, delimiter=delimiter, strict=quoting is Quoting.QUOTED)


def _has_spaced_quotes(table: RawTable) -> bool:
    """Whether many cells begin with a blank and a quote, so that the quotes were not recognised."""
    sample = table.rows[1:SAMPLE_LINES]
    cells = [cell for row in sample for cell in row if cell[:1] == " " and cell.strip()[:1] == '"']
    return len(cells) >= 0.5 * len(sample) > 0


def _quotes_join_rows(text: str, dialect: Dialect, quoted: RawTable) -> bool:
    """Whether quotes that join lines are plain characters: every line has the right number of tabs.

    Such a field is several rows, joined by two quotes that happen to be at the ends of fields. Only tabs are
    evidence: texts contain commas.
    """
    multiline = any("\n" in cell for row in quoted.rows for cell in row)
    if dialect.delimiter != "\t" or not multiline or text.lstrip().startswith('"'):
        return False
    tabs = len(quoted.rows[0]) - 1
    return all(line.count("\t") == tabs for line in lines_of(text, dialect.offset) if line.strip())


def _unwrap(text: str) -> str:
    """Remove the quotes around the lines; line numbers stay."""
    reader = csv.reader(lines_of(text), delimiter=ALONE)
    return "".join(f"{(record or [''])[0]}\n" for record in reader)


def _dialect_findings(dialect: Dialect, quoting: Quoting, width: int) -> list[Finding]:
    columns = "One column."
    if dialect.delimiter != ALONE:
        word = DELIMITERS.get(dialect.delimiter)
        columns = f"{f'A {word}' if word else quote(dialect.delimiter)} separates the {width:,} columns."
    style = "no double quotes" if quoting is Quoting.NONE else str(quoting)
    return [
        finding("delimiter", Severity.DETECTED, columns),
        finding("quoting", Severity.DETECTED, f"Quoting: {style}."),
    ]


def _stray_breaks(number: int, lines: tuple[int, ...]) -> Finding:
    sentence = (
        f"{count_noun(number, 'stray line break')} inside rows became blanks (carriage returns, vertical "
        f"tabs or form feeds; {line_list(lines)})."
    )
    return finding("stray-line-breaks", Severity.FIXED, sentence)


def _explain_misfit(misfit: MisfitError, delimiter: str, name: str) -> str:
    separator = DELIMITERS.get(delimiter, "delimiter")
    if misfit.fields is None or misfit.unclosed:
        mistake = "that is opened and never closed" if misfit.unclosed else "in the middle of a quoted field"
        return (
            f"{name} has a quote {mistake} in the row that starts on line {misfit.line:,}: "
            'close it, or double the quotes inside ("").'
        )
    fault = (
        f"{name} has {count_noun(misfit.fields, 'field')} in line {misfit.line:,} where the header has "
        f"{misfit.expected}"
    )
    if misfit.fields > misfit.expected:
        return (
            f"{fault}: put double quotes around a text with a {separator} in it, or remove the extra "
            f"{separator}."
        )
    return f"{fault}: add the missing {separator} or value, or delete that line."
