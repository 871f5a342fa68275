"""Write a table as CSV, TSV, XLSX, Parquet or JSON Lines."""

import datetime as dt
import gzip
import io
import math
import re
from pathlib import Path
from typing import Any

import pandas as pd

from translearn_core.config import TableKind
from translearn_core.data.csv_injection import escape_formulas
from translearn_core.data.files.column_types import restore_types
from translearn_core.data.files.write_delimited import delimited_bytes
from translearn_core.errors import DataError, shorten_repr
from translearn_core.results import ColumnType, FileFormat

SUFFIXES: dict[str, TableKind] = {
    **{f".{kind}": kind for kind in TableKind},
    ".tab": TableKind.TSV,
    ".txt": TableKind.CSV,
    ".pq": TableKind.PARQUET,
    ".ndjson": TableKind.JSONL,
}
"""Kinds of files by the ending of their names."""

MEDIA_TYPES = {
    TableKind.CSV: "text/csv",
    TableKind.TSV: "text/tab-separated-values",
    TableKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    TableKind.PARQUET: "application/vnd.apache.parquet",
    TableKind.JSONL: "application/jsonl",
}

SHEET_ROWS, SHEET_COLUMNS, SHEET_CELL = 1_048_576, 16_384, 32_767
"""Limits of an XLSX sheet: rows with the header, columns, characters of a cell."""

SHEET_NAME = re.compile(r"[\x00-\x1f\[\]:*?/\\']")
"""Characters that no name of a sheet has."""
LONGEST_SHEET_NAME = 31

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def table_kind(name: str | Path) -> TableKind | None:
    """Return the kind of a file by the ending of its name, ``.gz`` aside; None if unknown."""
    path = Path(str(name).lower())
    return SUFFIXES.get(Path(path.stem).suffix if path.suffix == ".gz" else path.suffix)


def output_kind(path: Path) -> TableKind:
    """Return the kind of a file to write by the ending of its name, CSV if it has none.

    Raises
    ------
    DataError
        If the ending is unknown, or is that of a compressed XLSX or Parquet file.
    """
    kind = table_kind(path) if path.suffix else TableKind.CSV
    compressed = path.suffix.lower() == ".gz"
    if kind is None or (compressed and kind in (TableKind.XLSX, TableKind.PARQUET)):
        raise DataError(
            f"{shorten_repr(path.name)} ends with no kind of table that can be written: let it end with "
            f"{', '.join(f'.{kind}' for kind in TableKind)}, .csv.gz, .tsv.gz or .jsonl.gz."
        )
    return kind


def write_table(
    frame: pd.DataFrame,
    path: Path,
    kind: TableKind | None = None,
    *,
    raw: bool = False,
    form: FileFormat | None = None,
) -> None:
    """Write a table to a file, compressed if its name ends with ``.gz``.

    Parameters
    ----------
    kind : TableKind, optional
        Default: by the ending of the file's name.
    raw, form
        As for `table_bytes`.

    Raises
    ------
    DataError
        As for `output_kind` and `table_bytes`, and if the file cannot be written.
    """
    content = table_bytes(frame, kind or output_kind(path), raw=raw, form=form)
    try:
        path.write_bytes(gzip.compress(content, mtime=0) if path.suffix.lower() == ".gz" else content)
    except OSError as error:
        raise DataError(
            f"{str(path)!r} cannot be written ({error.strerror}): write it somewhere else."
        ) from None


def table_bytes(
    frame: pd.DataFrame,
    kind: TableKind,
    *,
    raw: bool = False,
    form: FileFormat | None = None,
) -> bytes:
    """Serialise a table.

    Parameters
    ----------
    raw : bool
        Do not escape the cells of CSV and TSV that a spreadsheet would run as formulas. XLSX, Parquet and
        JSON Lines distinguish texts from formulas and are never escaped.
    form : FileFormat, optional
        Format of the file that the table came from, which is followed as far as `kind` allows: encoding,
        delimiter and style of text, name of the sheet, column types. Default: UTF-8 without byte-order mark.

    Raises
    ------
    DataError
        If a sheet cannot hold the table.
    """
    form = FileFormat("", kind) if form is None else form.written_as(kind)
    if kind.delimiter is not None:
        table = frame if raw else escape_formulas(frame, form.delimiter or kind.delimiter)
        return delimited_bytes(table, form)
    no_dates = kind is TableKind.JSONL  # has no date type
    frame = restore_types(
        frame, [(name, type) for name, type in form.types if not (no_dates and type is ColumnType.DATE)]
    )
    if kind is TableKind.PARQUET:
        return frame.to_parquet(index=False)
    if kind is TableKind.JSONL:
        return frame.to_json(orient="records", lines=True, force_ascii=False).encode(errors="replace")
    return _xlsx(frame, form.sheet)


def _xlsx(frame: pd.DataFrame, name: str | None) -> bytes:
    """Serialise a workbook of one sheet; texts are never formulas, whatever they begin with."""
    from openpyxl import Workbook  # slow import, needed for this kind only
    from openpyxl.cell import WriteOnlyCell

    _check_sheet(frame)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET_NAME.sub("", name or "")[:LONGEST_SHEET_NAME] or "Table")

    def cell(value: Any) -> Any:
        plain = _cell_value(value)
        if not isinstance(plain, str):
            return plain
        text = _NOT_IN_XML.sub("", plain)
        if text[:1] not in ("=", "#"):
            return text
        text_cell = WriteOnlyCell(sheet, text)
        text_cell.data_type = "s"  # openpyxl takes "=1" for a formula and "#N/A" for an error
        return text_cell

    sheet.append([cell(str(name)) for name in frame.columns])
    for line in frame.itertuples(index=False, name=None):
        sheet.append([cell(value) for value in line])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _check_sheet(frame: pd.DataFrame) -> None:
    texts = (column for _, column in frame.items() if not pd.api.types.is_numeric_dtype(column))
    longest = max((len(cell) for column in texts for cell in column if isinstance(cell, str)), default=0)
    for count, limit, unit in (
        (len(frame) + 1, SHEET_ROWS, "rows with its header"),
        (frame.shape[1], SHEET_COLUMNS, "columns"),
        (longest, SHEET_CELL, "characters in one cell"),
    ):
        if count > limit:
            raise DataError(
                f"The table has {count:,} {unit}, and a sheet holds {limit:,}: write CSV, Parquet or "
                "JSON Lines instead."
            )


def _cell_value(value: Any) -> Any:
    """Convert a value to a sheet cell: None if missing, text if no number, date or boolean."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if hasattr(value, "item"):  # a NumPy scalar
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        return value if value.time() != dt.time() else value.date()
    if isinstance(value, bool | int | float | str):
        return value
    return str(value)
