"""Parquet files to rows of strings."""

import io
import math

import pyarrow as pa
import pyarrow.parquet as pq

from translearn_core.config import TableKind
from translearn_core.data.files.delimited_rows import check_columns, too_many_rows
from translearn_core.data.files.formats.json_records import json_text
from translearn_core.data.files.raw_table import RawTable
from translearn_core.errors import DataError
from translearn_core.results import ColumnType, Severity
from translearn_core.results.findings import finding
from translearn_core.results.format import count_noun, quote

START = b"PAR1"
BATCH_ROWS = 10_000


def read_parquet(data: bytes, name: str, *, max_rows: int, max_bytes: int) -> RawTable:
    """Return the rows of a Parquet file; lists and structs become JSON, missing values blank cells.

    Raises
    ------
    DataError
        If it is damaged, or over a limit.
    """
    try:
        file = pq.ParquetFile(io.BytesIO(data))
        metadata = file.metadata
        if metadata.num_rows > max_rows:
            raise too_many_rows(name, max_rows)
        check_columns(len(file.schema_arrow.names), name)
        size = sum(metadata.row_group(k).total_byte_size for k in range(metadata.num_row_groups))
        if size > max_bytes:
            raise DataError(
                f"{name} has {size / 1e6:,.0f} MB when unpacked, over the limit of {max_bytes / 1e6:,.0f} "
                "MB: keep fewer rows or columns, or ask whoever runs this installation to raise "
                "TRANSLEARN_MAX_UPLOAD_MB."
            )
        rows: list[list[str]] = []
        types = [_column_type(field.type) for field in file.schema_arrow]
        for batch in file.iter_batches(BATCH_ROWS):
            columns = [[_cell_text(value) for value in column.to_pylist()] for column in batch.columns]
            rows += [list(row) for row in zip(*columns, strict=True)]
            if len(rows) > max_rows:
                raise too_many_rows(name, max_rows)
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise DataError(
            f"{name} is a Parquet file that cannot be read ({reason[:100]}): write it again, or bring it as "
            "CSV."
        ) from None
    if not rows:
        raise DataError(f"{name} is a Parquet file without rows: add rows, each with a text and a label.")
    names = [str(column) for column in file.schema_arrow.names]
    sentence = f"A Parquet file with {count_noun(len(names), 'column')}: {quote(names[0])} first."
    findings = [finding("parquet", Severity.DETECTED, sentence)]
    lines = list(range(1, len(rows) + 1))
    return RawTable(TableKind.PARQUET, rows, lines, names=names, types=types, findings=findings)


def _column_type(kind: pa.DataType) -> ColumnType | None:
    is_a = pa.types
    if is_a.is_boolean(kind):
        return ColumnType.BOOLEAN
    if is_a.is_date(kind) or is_a.is_timestamp(kind):
        return ColumnType.DATE
    number = is_a.is_integer(kind) or is_a.is_floating(kind) or is_a.is_decimal(kind)
    return ColumnType.NUMBER if number else None


def _cell_text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, str | int | bool | list | dict) or value is None:
        try:
            return json_text(value)
        except TypeError:  # dates and the like inside lists
            return str(value)
    return str(value)
