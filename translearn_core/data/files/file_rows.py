"""Read one file to rows under named columns: kind, encoding and header are detected and reported."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from translearn_core.config import ReadOptions, TableKind
from translearn_core.data.files.archives import ZIP_STARTS, Unpacked, unpack
from translearn_core.data.files.decoding import Decoded, decode
from translearn_core.data.files.delimited import parse
from translearn_core.data.files.delimited_rows import line_list
from translearn_core.data.files.formats.json_records import looks_like_json, read_json
from translearn_core.data.files.formats.parquet import START as PARQUET_START
from translearn_core.data.files.formats.parquet import read_parquet
from translearn_core.data.files.formats.workbooks import OLD_OFFICE, read_workbook
from translearn_core.data.files.header_rows import (
    SURE,
    first_row_is_data,
    further_header_rows,
    repeated_header_rows,
    second_header_row,
)
from translearn_core.data.files.raw_table import RawTable
from translearn_core.data.words import count_words
from translearn_core.results import ColumnType, FileFormat, Finding, Severity
from translearn_core.results.findings import finding
from translearn_core.results.format import count_noun, join_list, quote, quote_list, was_or_were


@dataclass
class FileRows:
    """Rows of one file under the names of its columns.

    Attributes
    ----------
    names : list of str
        As in the file; `clean_column_names` makes them unique.
    rows : list of list of str
    numbers, lines : list of int
        For each row its 1-based number, header rows not counted, and the line on which it starts.
    format : FileFormat
    evidence : float or None
        Evidence that the first row is a header (below 0) or data (above 0); None if that is given.
    decoded : Decoded or None
        None for binary formats.
    others : tuple of str
        Other likely delimiters.
    types : list of ColumnType or None
        Type of each column, if the format has types.
    quoted : list of bool
        For each column, whether all its fields stand in quotes; empty if none do.
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
    quoted: list[bool] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_rows(data: bytes, name: str, *, max_rows: int, max_bytes: int, options: ReadOptions) -> FileRows:
    """Read one file's bytes.

    Raises
    ------
    DataError
        If it is no table, or over a limit.
    """
    unpacked = unpack(data, name, max_bytes, options.sheet)
    raw, decoded, sheet, sheets = _read_raw(unpacked, name, max_rows, max_bytes, options)
    rows = _split_header(raw, options.header)
    rows.decoded, rows.others, rows.types, rows.quoted = decoded, raw.others, raw.types, raw.quoted
    rows.format = FileFormat(
        part="",
        kind=raw.kind,
        encoding=decoded.codec if decoded else None,
        delimiter=raw.delimiter,
        header=rows.format.header,
        sheet=sheet or unpacked.member,
        sheets=sheets or unpacked.members,
        style=replace(raw.style, bom=decoded is not None and decoded.bom),
    )
    encoding = _encoding_findings(decoded) if decoded else []
    rows.findings = [*encoding, *raw.findings, *unpacked.findings, *rows.findings]
    return rows


def _read_raw(
    unpacked: Unpacked, name: str, max_rows: int, max_bytes: int, options: ReadOptions
) -> tuple[RawTable, Decoded | None, str | None, tuple[str, ...]]:
    data = unpacked.data
    if data.startswith(PARQUET_START):
        return read_parquet(data, name, max_rows=max_rows, max_bytes=max_bytes), None, None, ()
    if data.startswith((*ZIP_STARTS, OLD_OFFICE)):
        sheet = None if unpacked.member else options.sheet
        table, title, names = read_workbook(data, name, max_rows=max_rows, sheet=sheet)
        return table, None, title, names
    decoded = decode(data, name, options.encoding)
    if options.delimiter is None and looks_like_json(decoded.text):
        return read_json(decoded.text, name, max_rows=max_rows), decoded, None, ()
    return parse(decoded.text, name, max_rows=max_rows, delimiter=options.delimiter), decoded, None, ()


def _split_header(raw: RawTable, given: bool | None) -> FileRows:
    """Separate the header from the rows."""
    if raw.names is not None:
        numbers = list(range(1, len(raw.rows) + 1))
        empty = _empty_row_findings(raw.rows, numbers)
        return FileRows(raw.names, raw.rows, numbers, raw.lines, FileFormat("", raw.kind), findings=empty)
    first, below = raw.rows[0], raw.rows[1:]
    evidence = None if given is not None else first_row_is_data(first, below)
    header = given if given is not None else evidence is None or evidence <= 0
    skipped: set[int] = set()
    findings: list[Finding] = []
    if header:
        names = first
        skipped, findings = _skipped_rows(first, below, raw.lines[1:])
        if evidence is not None and evidence > -SURE and below:
            findings.append(_header_finding(evidence, first, first))
    else:
        names = ["text"] if len(first) == 1 else [f"column {k + 1}" for k in range(len(first))]
        findings.append(_header_finding(evidence, first, names))
    indices = [k for k in range(header, len(raw.rows)) if k - header not in skipped]
    number = {k: n for n, k in enumerate(indices, start=1)}
    if trimmed := [number[k] for k in raw.trimmed if k in number]:
        count = count_noun(len(trimmed), "row")
        sentence = f"{count} ended with empty fields beyond the last column, which were cut."
        findings.append(finding("trailing-fields", Severity.FIXED, sentence, trimmed))
    rows, numbers = [raw.rows[k] for k in indices], [*number.values()]
    return FileRows(
        names=names,
        rows=rows,
        numbers=numbers,
        lines=[raw.lines[k] for k in indices],
        format=FileFormat("", raw.kind, header=header),
        evidence=evidence,
        findings=[*findings, *_empty_row_findings(rows, numbers)],
    )


def _skipped_rows(
    header: list[str], below: list[list[str]], lines: list[int]
) -> tuple[set[int], list[Finding]]:
    """Return the indices of rows below the header that belong to it or repeat it, and the findings."""
    findings = []
    further = further_header_rows(below)
    repeated = repeated_header_rows(header, below)
    if further:
        sentence = (
            f"{count_noun(further, 'further header row')} below the first {was_or_were(further)} left out "
            f"({line_list(lines[:further])}).{_longer_names(header, below[0])}"
        )
        findings.append(finding("further-header-rows", Severity.FIXED, sentence))
    elif below and second_header_row(below):
        sentence = (
            f"Row 1 ({quote_list([cell for cell in below[0] if cell.strip()][:3])}) looks like a "
            f"second header row."
        )
        advice = "Delete it in the file if so, or it is learned from as a row."
        findings.append(finding("second-header-row", Severity.WARNING, sentence, [1], advice=advice))
    if repeated:
        count, repeat = count_noun(len(repeated), "row"), "repeats" if len(repeated) == 1 else "repeat"
        listed = line_list(lines[k] for k in repeated)
        sentence = f"{count} that {repeat} the header {was_or_were(len(repeated))} left out ({listed})."
        findings.append(finding("repeated-headers", Severity.FIXED, sentence))
    return {*range(further), *repeated}, findings


def _longer_names(header: list[str], row: list[str]) -> str:
    """Return the names of columns in a second header row, where they are longer than in the first."""
    pairs = [
        f"{quote(name)} is {quote(' '.join(cell.split()))}"
        for name, cell in zip(header, row, strict=True)
        if count_words(cell) > count_words(name) + 1
    ]
    return f" There {join_list(pairs, 4)}." if pairs else ""


def _header_finding(evidence: float | None, first: Sequence[str], names: Sequence[str]) -> Finding:
    """Report a missing or uncertain header."""
    cells = quote_list(first, 3)
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


def _empty_row_findings(rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> list[Finding]:
    empty = [number for row, number in zip(rows, numbers, strict=True) if not any(row)]
    if not empty:
        return []
    are = "is" if len(empty) == 1 else "are"
    return [finding("empty-rows", Severity.DETECTED, f"{count_noun(len(empty), 'row')} {are} empty.", empty)]


def _encoding_findings(decoded: Decoded) -> list[Finding]:
    findings = [finding("encoding", Severity.DETECTED, f"Read as {decoded.encoding}.")]
    words = f": look at {quote_list(decoded.doubtful, 4)}" if decoded.doubtful else ""
    if decoded.likelier:
        sentence = f"Read as {decoded.encoding}, as chosen, where {decoded.likelier} is likelier{words}."
        advice = f"Choose {decoded.likelier} if letters look wrong."
        findings = [finding("encoding", Severity.WARNING, sentence, advice=advice)]
    elif decoded.doubtful or decoded.alternatives:
        sentence = f"Read as {decoded.encoding}, which is a guess{words}."
        advice = "If letters look wrong, choose another encoding, or save the file as UTF-8."
        findings = [finding("encoding", Severity.WARNING, sentence, advice=advice)]
    if decoded.replaced:
        characters = count_noun(decoded.replaced, "character")
        lines = (
            f" (line {join_list([f'{line:,}' for line in decoded.replaced_lines])})"
            if decoded.replaced_lines
            else ""
        )
        sentence = f"{characters} could not be read as {decoded.encoding} and became '�'{lines}."
        advice = "Choose another encoding, or save the file again as UTF-8."
        findings.append(finding("broken-characters", Severity.WARNING, sentence, advice=advice))
    return findings


TEXT_KINDS = (TableKind.CSV, TableKind.TSV)
"""Kinds with an encoding and a delimiter."""
