"""JSON tables: JSON Lines, or one array of objects."""

import json
from collections.abc import Iterable
from typing import Any

from translearn_core.config import TableKind
from translearn_core.data.files.column_types import column_types
from translearn_core.data.files.delimited_rows import MOST_COLUMNS, too_many_rows
from translearn_core.data.files.raw_table import RawTable
from translearn_core.errors import DataError
from translearn_core.results import Severity
from translearn_core.results.findings import finding
from translearn_core.results.format import quote

Record = dict[str, Any]


def looks_like_json(text: str) -> bool:
    """Whether a text is JSON: it begins with an object, or with an array of objects or arrays."""
    start = text[:2000].lstrip("\ufeff \t\r\n")
    return start.startswith("{") or (start.startswith("[") and start[1:].lstrip()[:1] in ("{", "["))


def read_json(text: str, name: str, *, max_rows: int) -> RawTable:
    """Parse JSON Lines or a JSON array to rows; keys are columns.

    Raises
    ------
    DataError
        If a line is not valid, or if there are too many records or keys.
    """
    text = text.lstrip("\ufeff")
    records, lines = _parse_lines(text, name, max_rows) or _parse_document(text, name)
    if len(records) == 1 and any(_is_records(value) for value in records[0].values()):
        records, lines = _parse_document(text, name)
    if len(records) > max_rows:
        raise too_many_rows(name, max_rows)
    names = list(dict.fromkeys(key for record in records for key in record))
    if not names:
        raise DataError(f'{name} has no record with a key: write objects such as {{"text": …, "label": …}}.')
    if len(names) > MOST_COLUMNS:
        raise DataError(
            f"{name} has {len(names):,} different keys, and {MOST_COLUMNS:,} are the most: keep those you "
            "need."
        )
    single = {key for key in names if _at_most_one(record.get(key) for record in records)}
    rows = [[json_text(record.get(key), single=key in single) for key in names] for record in records]
    findings = [finding("json", Severity.DETECTED, f"JSON records: {len(names):,} keys became the columns.")]
    types = column_types([record.get(key) for record in records] for key in names)
    return RawTable(TableKind.JSONL, rows, lines, names=names, types=types, findings=findings)


def json_text(value: object, *, single: bool = False) -> str:
    """Return a JSON value as a cell; lists and objects stay JSON, but `single` unwraps a list."""
    if single and isinstance(value, list):
        value = value[0] if value else None
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _at_most_one(values: Iterable[object]) -> bool:
    """Whether a key's values are lists of at most one scalar, as tools write single labels."""
    filled = [value for value in values if value is not None]
    return bool(filled) and all(
        isinstance(value, list) and len(value) <= 1 and not isinstance((value or [None])[0], dict | list)
        for value in filled
    )


def _parse_lines(text: str, name: str, max_rows: int) -> tuple[list[Record], list[int]] | None:
    """Parse JSON Lines; return None if the first line is no complete object."""
    records: list[Record] = []
    lines: list[int] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            if not records:
                return None
            raise DataError(
                f"{name} has in line {number:,} what is no JSON object ({_reason(error)}): mend or delete "
                "that line."
            ) from None
        if not isinstance(record, dict):
            if not records:
                return None
            raise DataError(f"{name} has no object in line {number:,}: every line needs one in braces.")
        records.append(record)
        lines.append(number)
        if len(records) > max_rows:
            raise too_many_rows(name, max_rows)
    return records, lines


def _parse_document(text: str, name: str) -> tuple[list[Record], list[int]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{name} looks like JSON and cannot be read ({_reason(error)}): write one object a line, or one "
            "array of objects."
        ) from None
    if isinstance(data, dict):
        data = next((value for value in data.values() if _is_records(value)), [data])
    if data and all(isinstance(item, list) for item in data):
        header, *rows = data
        data = [dict(zip(map(str, header), row, strict=False)) for row in rows]
    if not _is_records(data):
        raise DataError(
            f"{name} is JSON without a table, it begins with {quote(text[:60])}: write an array of objects."
        )
    return data, list(range(1, len(data) + 1))


def _is_records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _reason(error: Exception) -> str:
    return "nested too deep" if isinstance(error, RecursionError) else str(error)[:80]
