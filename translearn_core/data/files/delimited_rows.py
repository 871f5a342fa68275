"""Rows of delimited text as they come: made equally wide where they are meant so, else refused."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from translearn_core.data.files.dialect import Dialect
from translearn_core.data.findings import count_noun, finding, join_list
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity

MOST_COLUMNS = 1_000

END = "\0end"
"""Stands behind the last line; decoded text holds no NUL: if it is not the last record, a quote is open."""


class MisfitError(Exception):
    """A row does not have the header's width (`found` fields), or a quote goes wrong (`found` is None)."""

    def __init__(self, line: int, found: int | None, expected: int, unclosed: bool = False) -> None:
        self.line, self.found, self.expected, self.unclosed = line, found, expected, unclosed


@dataclass
class Rows:
    """Rows of one attempt as they come, blank ones before the last included, and what was done to them.

    `starts` are the lines on which rows start; `titles`, `broken` are lines, `trimmed` indices of rows.
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
        """Take one record, made as wide as the first; raises `MisfitError` if it cannot be."""
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
        """Whether a record could be what is left of the last row of a file that was cut."""
        return len(self.rows) > 2 and len(record) < self.width and not _is_broken(record)

    def _begin(self, record: list[str]) -> None:
        self.width = len(record) + self.dialect.row_names
        if self.width > MOST_COLUMNS:
            raise DataError(
                f"{self.name} has {self.width:,} columns, and {MOST_COLUMNS:,} are the most: keep the text "
                "and label columns."
            )
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


def too_many_rows(name: str, max_rows: int) -> DataError:
    """Return the refusal of a table with too many rows."""
    return DataError(
        f"{name} has more than {max_rows:,} rows, the limit here: keep a random part of them, or ask whoever "
        "runs this installation to raise TRANSLEARN_MAX_ROWS."
    )


def odd_rows(lead: list[int], broken: list[int], cut: int) -> list[Finding]:
    """Say which lines before the table were left out, which rows lack fields, and if the last is cut off."""
    said = []
    if lead:
        what = "Comments and titles before the table were" if len(lead) > 1 else "A line before the table was"
        sentence = f"{what} left out ({line_list(lead)})."
        said.append(finding("lines-before-header", Severity.FIXED, sentence))
    if broken:
        sentence = (
            f"{count_noun(len(broken), 'row')} with unreadable characters lack fields ({line_list(broken)})."
        )
        said.append(finding("broken-rows", Severity.WARNING, sentence))
    if cut:
        sentence = f"The last row (line {cut:,}) is cut off and was left out."
        advice = "Export the file again if rows are missing at its end."
        said.append(finding("cut-off-row", Severity.WARNING, sentence, advice=advice))
    return said


def line_list(numbers: Iterable[int]) -> str:
    """Return "line 3" or "lines 3, 7 and 9"."""
    listed = [f"{number:,}" for number in numbers]
    return f"{'line' if len(listed) == 1 else 'lines'} {join_list(listed)}"
