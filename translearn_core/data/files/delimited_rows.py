"""Rows of delimited text: fitted to the width of the header or refused."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from translearn_core.data.files.dialect import Dialect
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import finding
from translearn_core.results.format import count_noun, join_list

MOST_COLUMNS = 1_000

END = "\0end"
"""Sentinel after the last line (decoded text has no NUL); if it is not the last record, a quote is open."""


class MisfitError(Exception):
    """A row has not the width of the header (`fields` is its width), or a bad quote (`fields` is None)."""

    def __init__(self, line: int, fields: int | None, expected: int, unclosed: bool = False) -> None:
        self.line, self.fields, self.expected, self.unclosed = line, fields, expected, unclosed


@dataclass
class RowBuilder:
    """Collector of parsed rows, blank ones before the last included.

    `starts` are the lines on which rows start, `titles` and `broken` lines, `trimmed` indices of rows.
    """

    dialect: Dialect
    name: str
    max_rows: int
    width: int = 0
    blank: int = 0
    rows: list[list[str]] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    titles: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    trimmed: list[int] = field(default_factory=list)

    def add(self, record: list[str], line: int) -> None:
        """Add one record, fitted to the width of the first; raises `MisfitError` if it cannot be."""
        if not any(cell and not cell.isspace() for cell in record):
            self.blank += bool(self.rows)
            return
        if len(self.titles) < self.dialect.preamble:
            self.titles.append(line)
            return
        if not self.rows:
            self._begin(record)
        if len(record) != self.width:
            self._fit(record, line)
        if len(self.rows) + self.blank > self.max_rows:
            raise too_many_rows(self.name, self.max_rows)
        self.rows += [[""] * self.width for _ in range(self.blank)]
        self.starts += [line] * (self.blank + 1)
        self.rows.append(record)
        self.blank = 0

    def is_cut_off(self, record: list[str]) -> bool:
        """Whether a record could be the last row of a truncated file."""
        return len(self.rows) > 2 and len(record) < self.width and not _is_broken(record)

    def _begin(self, record: list[str]) -> None:
        self.width = len(record) + self.dialect.row_names
        check_columns(self.width, self.name)
        if self.dialect.row_names:
            record.insert(0, "")

    def _fit(self, record: list[str], line: int) -> None:
        if len(record) < self.width and _is_broken(record):
            self.broken.append(line)  # an unreadable character took the delimiter with it
            record += [""] * (self.width - len(record))
        elif len(record) < self.width or any(cell.strip() for cell in record[self.width :]):
            raise MisfitError(line, len(record), self.width - self.dialect.row_names, END in record[-1])
        else:
            del record[self.width :]
            self.trimmed.append(len(self.rows) + self.blank)


def _is_broken(record: list[str]) -> bool:
    return any("\ufffd" in cell for cell in record)


def check_columns(columns: int, name: str) -> None:
    """Raise a `DataError` if a table has more than `MOST_COLUMNS` columns."""
    if columns > MOST_COLUMNS:
        raise DataError(
            f"{name} has {columns:,} columns, and {MOST_COLUMNS:,} are the most: keep the text and label "
            "columns."
        )


def too_many_rows(name: str, max_rows: int) -> DataError:
    """Return the error for a table with too many rows."""
    return DataError(
        f"{name} has more than {max_rows:,} rows, the limit here: keep a random part of them, or ask whoever "
        "runs this installation to raise TRANSLEARN_MAX_ROWS."
    )


def odd_rows(skipped: list[int], broken: list[int], cut: int) -> list[Finding]:
    """Report skipped lines before the table, rows that lack fields, and a truncated last row."""
    findings = []
    if skipped:
        lines = "Comments and titles before the table were" if skipped[1:] else "A line before the table was"
        sentence = f"{lines} left out ({line_list(skipped)})."
        findings.append(finding("lines-before-header", Severity.FIXED, sentence))
    if broken:
        sentence = (
            f"{count_noun(len(broken), 'row')} with unreadable characters lack fields ({line_list(broken)})."
        )
        findings.append(finding("broken-rows", Severity.WARNING, sentence))
    if cut:
        sentence = f"The last row (line {cut:,}) is cut off and was left out."
        advice = "Export the file again if rows are missing at its end."
        findings.append(finding("cut-off-row", Severity.WARNING, sentence, advice=advice))
    return findings


def line_list(numbers: Iterable[int]) -> str:
    """Return "line 3" or "lines 3, 7 and 9"."""
    listed = [f"{number:,}" for number in numbers]
    return f"{'line' if len(listed) == 1 else 'lines'} {join_list(listed)}"
