"""Tables in JSON: one object a line (JSON Lines), or one array of objects."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from translearn_core.config import TableKind
from translearn_core.data.files.column_types import column_types
from translearn_core.data.files.delimited_rows import MOST_COLUMNS, too_many_rows
from translearn_core.data.files.raw_table import RawTable
from translearn_core.data.findings import finding, quote
from translearn_core.errors import DataError
from translearn_core.results import Severity

Record = dict[str, Any]


def looks_like_json(text: str) -> bool:
    """Whether a text is JSON: it begins with an object, or with an array of objects or arrays."""
    start = text[:2000].lstrip("\ufeff \t\r\n")
    return start.startswith("{") or (start.startswith("[") and start[1:].lstrip()[:1] in ("{", "["))


def read_json(text: str, name: str, *, max_rows: int) -> RawTable:
    """Return the records of a JSON Lines text or of a JSON array as rows; keys are columns.

    Raises
    ------
    DataError
        With the line, if it is not valid; if there are too many records or keys.
    """
    text = text.lstrip("\ufeff")
    records, lines = _lines(text, name, max_rows) or _whole(text, name)
    if len(records) == 1 and any(_records(value) for value in records[0].values()):
        records, lines = _whole(text, name)
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
    single = {key for key in names if _one_at_most(record.get(key) for record in records)}
    rows = [[json_text(record.get(key), single=key in single) for key in names] for record in records]
    said = finding("json", Severity.DETECTED, f"JSON records: {len(names):,} keys became the columns.")
    types = column_types([record.get(key) for record in records] for key in names)
    return RawTable(TableKind.JSONL, rows, lines, names=names, types=types, findings=[said])


def json_text(value: object, *, single: bool = False) -> str:
    """Return a JSON value as a cell; lists and objects stay JSON, unless it is a `single` entry in a list."""
    if single and isinstance(value, list):
        value = value[0] if value else None
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _one_at_most(values: Iterable[object]) -> bool:
    """Whether a key's values are lists of at most one plain entry, as tools write single labels."""
    lists = [value for value in values if value is not None]
    return all(
        isinstance(value, list) and len(value) <= 1 and not isinstance((value or [None])[0], dict | list)
        for value in lists
    ) and bool(lists)


def _lines(text: str, name: str, max_rows: int) -> tuple[list[Record], list[int]] | None:
    """Return the records of JSON Lines; None if the first line is no whole object."""
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
                f"{name} has in line {number:,} what is no JSON object ({_why(error)}): mend or delete "
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


def _whole(text: str, name: str) -> tuple[list[Record], list[int]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{name} looks like JSON and cannot be read ({_why(error)}): write one object a line, or one "
            "array of objects."
        ) from None
    if isinstance(found, dict):
        found = next((value for value in found.values() if _records(value)), [found])
    if found and all(isinstance(one, list) for one in found):
        header, *rows = found
        found = [dict(zip(map(str, header), row, strict=False)) for row in rows]
    if not _records(found):
        raise DataError(
            f"{name} is JSON without a table, it begins with {quote(text[:60])}: write an array of objects."
        )
    return found, list(range(1, len(found) + 1))


def _records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _why(error: Exception) -> str:
    return "nested too deep" if isinstance(error, RecursionError) else str(error)[:80]


def columns_as_rows(columns: Sequence[Sequence[object]]) -> list[list[str]]:
    """Return columns of JSON-like values as rows of cells."""
    return [[json_text(value) for value in row] for row in zip(*columns, strict=True)]
