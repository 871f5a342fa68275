"""One file's bytes as rows under named columns: its kind found, its header recognised, every choice noted."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from translearn_core.config import ReadOptions, TableKind
from translearn_core.data.files.archives import ZIP_STARTS, Unpacked, unpack
from translearn_core.data.files.decoding import Decoded, decode
from translearn_core.data.files.delimited import parse
from translearn_core.data.files.delimited_rows import line_list
from translearn_core.data.files.header_rows import (
    SURE,
    first_row_is_data,
    further_header_rows,
    repeated_header_rows,
    second_header_row,
)
from translearn_core.data.files.json_records import looks_like_json, read_json
from translearn_core.data.files.parquet import START as PARQUET_START
from translearn_core.data.files.parquet import read_parquet
from translearn_core.data.files.raw_table import RawTable
from translearn_core.data.files.workbooks import OLD_OFFICE, read_workbook
from translearn_core.data.findings import count_noun, finding, join_list, quote, were
from translearn_core.data.words import count_words
from translearn_core.results import ColumnType, FileFormat, Finding, Severity


@dataclass
class FileRows:
    """Rows of one file under the names of its columns.

    Attributes
    ----------
    names : list of str
        As they stand in the file; `clean_column_names` makes them usable.
    rows : list of list of str
    numbers, lines : list of int
        For each row its 1-based number, rows of names not counted, and the line on which it starts.
    format : FileFormat
    evidence : float or None
        How much speaks for a header in the first row (below 0) or for data (above); None where it is given.
    decoded : Decoded or None
        None for formats that are no text.
    others : tuple of str
        Other delimiters that would make a table.
    types : list of ColumnType or None
        Of each column, where the format has types.
    findings : list of Finding
    """

    names: list[str]
    rows: list[list[str]]
    numbers: list[int]
    lines: list[int]
    format: FileFormat
    evidence: float | None = None
    decoded: Decoded | None = None
    others: tuple[str, ...] = ()
    types: list[ColumnType | None] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_rows(data: bytes, name: str, *, max_rows: int, max_bytes: int, options: ReadOptions) -> FileRows:
    """Read one file's bytes.

    Raises
    ------
    DataError
        In one sentence, if it is no table, or over a limit.
    """
    unpacked = unpack(data, name, max_bytes, options.sheet)
    raw, decoded, sheet, sheets = _raw(unpacked, name, max_rows, max_bytes, options)
    rows = _with_header(raw, options.header)
    rows.decoded, rows.others, rows.types = decoded, raw.others, raw.types
    rows.format = FileFormat(
        part="",
        kind=raw.kind,
        encoding=decoded.codec if decoded else None,
        delimiter=raw.delimiter,
        header=rows.format.header,
        sheet=sheet or unpacked.member,
        sheets=sheets or unpacked.members,
    )
    about_text = _about_encoding(decoded) if decoded else []
    rows.findings = [*about_text, *raw.findings, *unpacked.findings, *rows.findings]
    return rows


def _raw(
    unpacked: Unpacked, name: str, max_rows: int, max_bytes: int, options: ReadOptions
) -> tuple[RawTable, Decoded | None, str | None, tuple[str, ...]]:
    data = unpacked.data
    if data.startswith(PARQUET_START):
        return read_parquet(data, name, max_rows=max_rows, max_bytes=max_bytes), None, None, ()
    if data.startswith((*ZIP_STARTS, OLD_OFFICE)):
        sheet = None if unpacked.member else options.sheet
        table, found, names = read_workbook(data, name, max_rows=max_rows, sheet=sheet)
        return table, None, found, names
    decoded = decode(data, name, options.encoding)
    if options.delimiter is None and looks_like_json(decoded.text):
        return read_json(decoded.text, name, max_rows=max_rows), decoded, None, ()
    return parse(decoded.text, name, max_rows=max_rows, delimiter=options.delimiter), decoded, None, ()


def _with_header(raw: RawTable, given: bool | None) -> FileRows:
    """Separate the names of the columns from the rows."""
    if raw.names is not None:
        numbers = list(range(1, len(raw.rows) + 1))
        blank = _blank_rows(raw.rows, numbers)
        return FileRows(raw.names, raw.rows, numbers, raw.lines, FileFormat("", raw.kind), findings=blank)
    first, below = raw.rows[0], raw.rows[1:]
    evidence = None if given is not None else first_row_is_data(first, below)
    header = given if given is not None else evidence is None or evidence <= 0
    out: set[int] = set()
    said: list[Finding] = []
    if header:
        names = first
        out, said = _left_out(first, below, raw.lines[1:])
        if evidence is not None and evidence > -SURE and below:
            said.append(_about_header(evidence, first, first))
    else:
        names = ["text"] if len(first) == 1 else [f"column {k + 1}" for k in range(len(first))]
        said.append(_about_header(evidence, first, names))
    left = [k for k in range(header, len(raw.rows)) if k - header not in out]
    number = {k: n for n, k in enumerate(left, start=1)}
    if cut := [number[k] for k in raw.trimmed if k in number]:
        sentence = (
            f"{count_noun(len(cut), 'row')} ended with empty fields beyond the last column, which were cut."
        )
        said.append(finding("trailing-fields", Severity.FIXED, sentence, cut))
    rows, numbers = [raw.rows[k] for k in left], [*number.values()]
    return FileRows(
        names=names,
        rows=rows,
        numbers=numbers,
        lines=[raw.lines[k] for k in left],
        format=FileFormat("", raw.kind, header=header),
        evidence=evidence,
        findings=[*said, *_blank_rows(rows, numbers)],
    )


def _left_out(header: list[str], below: list[list[str]], lines: list[int]) -> tuple[set[int], list[Finding]]:
    """Return the indices of rows below the header that belong to it or repeat it, and what is said."""
    said = []
    further = further_header_rows(below)
    again = repeated_header_rows(header, below)
    if further:
        sentence = (
            f"{count_noun(further, 'further header row')} below the first {were(further)} left out "
            f"({line_list(lines[:further])}).{_wordings(header, below[0])}"
        )
        said.append(finding("further-header-rows", Severity.FIXED, sentence))
    elif below and second_header_row(below):
        sentence = (
            f"Row 1 ({join_list([quote(cell) for cell in below[0] if cell.strip()][:3])}) looks like a "
            f"second header row."
        )
        advice = "Delete it in the file if so, or it is learned from as a row."
        said.append(finding("second-header-row", Severity.WARNING, sentence, [1], advice=advice))
    if again:
        sentence = (
            f"{count_noun(len(again), 'row')} that {_repeat(len(again))} the header {were(len(again))} left "
            f"out ({line_list(lines[k] for k in again)})."
        )
        said.append(finding("repeated-headers", Severity.FIXED, sentence))
    return {*range(further), *again}, said


def _wordings(header: list[str], row: list[str]) -> str:
    """Return what a second row of names calls the columns, where it says more than the first."""
    pairs = [
        f"{quote(name)} is {quote(' '.join(cell.split()))}"
        for name, cell in zip(header, row, strict=True)
        if count_words(cell) > count_words(name) + 1
    ]
    return f" There {join_list(pairs, 4)}." if pairs else ""


def _repeat(number: int) -> str:
    return "repeats" if number == 1 else "repeat"


def _about_header(evidence: float | None, first: Sequence[str], names: Sequence[str]) -> Finding:
    """Say that there is no header, or that it is not sure whether there is one."""
    cells = join_list([quote(cell) for cell in first], 3)
    if evidence is None or evidence >= SURE:
        sentence = (
            f"The file has no header: its first row holds {cells}. The columns are called "
            f"{join_list(list(names))}."
        )
        return finding("no-header", Severity.DETECTED if evidence is None else Severity.FIXED, sentence)
    if evidence > 0:
        sentence = f"The first row, {cells}, looks like data, so the file was read without a header."
        return finding(
            "header-unsure", Severity.WARNING, sentence, advice="Say that it names the columns if it does."
        )
    sentence = f"The first row gave the column names, {cells}, and could be data."
    return finding(
        "header-unsure", Severity.WARNING, sentence, advice="Say that the file has no header if so."
    )


def _blank_rows(rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> list[Finding]:
    blank = [number for row, number in zip(rows, numbers, strict=True) if not any(row)]
    if not blank:
        return []
    are = "is" if len(blank) == 1 else "are"
    return [finding("empty-rows", Severity.DETECTED, f"{count_noun(len(blank), 'row')} {are} empty.", blank)]


def _about_encoding(decoded: Decoded) -> list[Finding]:
    sentence = f"Read as {decoded.encoding}."
    said = [finding("encoding", Severity.DETECTED, sentence)]
    look = f": look at {join_list([quote(word) for word in decoded.doubtful], 4)}" if decoded.doubtful else ""
    if decoded.likelier:
        sentence = f"Read as {decoded.encoding}, as chosen, where {decoded.likelier} is likelier{look}."
        advice = f"Choose {decoded.likelier} if letters look wrong."
        said = [finding("encoding", Severity.WARNING, sentence, advice=advice)]
    elif decoded.doubtful or decoded.alternatives:
        sentence = f"Read as {decoded.encoding}, which is a guess{look}."
        advice = "If letters look wrong, choose another encoding, or save the file as UTF-8."
        said = [finding("encoding", Severity.WARNING, sentence, advice=advice)]
    if decoded.replaced:
        what = count_noun(decoded.replaced, "character")
        lines = (
            f" (line {join_list([f'{line:,}' for line in decoded.replaced_lines])})"
            if decoded.replaced_lines
            else ""
        )
        sentence = f"{what} could not be read as {decoded.encoding} and became '�'{lines}."
        advice = "Choose another encoding, or save the file again as UTF-8."
        said.append(finding("broken-characters", Severity.WARNING, sentence, advice=advice))
    return said


TEXT_KINDS = (TableKind.CSV, TableKind.TSV)
"""Kinds that have an encoding and a delimiter."""
