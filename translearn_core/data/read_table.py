"""Read files into one table: columns as text, the number and part of each row, findings."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from translearn_core.config import ReadOptions, Split
from translearn_core.config.settings import Settings
from translearn_core.data.cells import clean_cells
from translearn_core.data.column_names import clean_column_names
from translearn_core.data.columns import (
    PART,
    ROW,
    UNLABELLED_PART,
    file_columns,
    preview,
    profile,
    suggest_columns,
)
from translearn_core.data.files.file_rows import FileRows, read_rows
from translearn_core.data.files.likely_readings import likely_readings
from translearn_core.errors import DataError
from translearn_core.results import Finding, LikelyReading, Severity, TableProfile
from translearn_core.results.findings import finding
from translearn_core.results.format import quote, quote_list
from translearn_core.tasks.splits import SPLITS


@dataclass(frozen=True)
class _File:
    frame: pd.DataFrame
    rows: FileRows
    findings: list[Finding]
    alternatives: list[LikelyReading]


def read_table(
    sources: Mapping[str, Path], limits: Settings, options: ReadOptions | None = None
) -> tuple[pd.DataFrame, TableProfile]:
    """Read a data set's files into one table.

    Parameters
    ----------
    sources : mapping of part to path
        ``train``, and optionally ``validation``, ``test`` and ``unlabelled``, texts without labels; file
        names do not matter.
    limits : Settings
        Largest file, most rows and longest cell.
    options : ReadOptions, optional
        Encoding, delimiter, header and sheet that are given; the rest is detected, file by file.

    Returns
    -------
    table : DataFrame
        The files' columns as text (dtype object, None where a cell is blank), ``__row__`` (int64, 1-based in
        the row's own file, header not counted) and ``__part__``. Blank rows stay.
    profile : TableProfile
        Formats, findings, column profiles, and suggested text, label and split columns.

    Raises
    ------
    DataError
        If a file is no table or over a limit, or if two files share no column.
    """
    options = options or ReadOptions()
    parts = (*map(str, SPLITS), UNLABELLED_PART)
    if unknown := [part for part in sources if part not in parts]:
        raise DataError(f"{quote(unknown[0])} is no part of a data set: give train, validation or test.")
    if Split.TRAIN not in sources:
        raise DataError(
            "The training file is missing: choose one, validation and test files come on top of it."
        )
    files: dict[str, _File] = {}
    max_rows = limits.max_rows
    for part in (one for one in parts if one in sources):
        name = "The file" if len(sources) == 1 else f"The {part} file"
        files[part] = _read_file(sources[part], part, name, limits, max_rows, options)
        max_rows = max(1, max_rows - len(files[part].frame))
    table, differing = _concatenated({part: file.frame for part, file in files.items()})
    if len(table) > limits.max_rows:
        raise DataError(
            f"The files have {len(table):,} rows together, over the limit of {limits.max_rows:,}: "
            "keep a part of them."
        )
    columns = profile(table)
    return table, TableProfile(
        rows=len(table),
        parts={part: len(file.frame) for part, file in files.items()},
        columns=columns,
        suggestion=suggest_columns(columns, table),
        findings=(*_merge_findings({part: file.findings for part, file in files.items()}), *differing),
        preview=preview(table),
        formats=tuple(file.rows.format for file in files.values()),
        alternatives=tuple(reading for file in files.values() for reading in file.alternatives),
    )


def _read_file(
    path: Path, part: str, name: str, limits: Settings, max_rows: int, options: ReadOptions
) -> _File:
    if (size := path.stat().st_size) > limits.max_upload_mb * 1_000_000:
        raise DataError(
            f"{name} has {size / 1e6:,.0f} MB, over the limit of {limits.max_upload_mb:,} MB: "
            "keep fewer rows or only the columns you need, or ask whoever runs this installation to raise "
            "TRANSLEARN_MAX_UPLOAD_MB."
        )
    data = path.read_bytes()
    rows = read_rows(
        data, name, max_rows=max_rows, max_bytes=limits.max_upload_mb * 1_000_000, options=options
    )
    if not rows.rows:
        raise DataError(
            f"{name} has a header and no rows: add rows below it, or say that its first row is data."
        )
    names, renamed = clean_column_names(rows.names, rows.rows)
    columns, cleaned = clean_cells(rows, names, name, limits.max_cell_chars)
    frame = pd.DataFrame(columns, dtype=object)
    frame[ROW] = np.asarray(rows.numbers, dtype=np.int64)
    frame[PART] = pd.Series([part] * len(frame), dtype=object, index=frame.index)
    types = zip(names, rows.types, strict=True) if rows.types else ()
    quoted = zip(names, rows.quoted, strict=True) if rows.quoted else ()
    rows.format = replace(
        rows.format,
        part=part,
        types=tuple((name, column_type) for name, column_type in types if name and column_type),
        style=replace(rows.format.style, quoted=tuple(name for name, always in quoted if name and always)),
    )
    alternatives = likely_readings(data, part, rows, options)
    return _File(frame, rows, [*rows.findings, *renamed, *cleaned], alternatives)


def _concatenated(frames: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, list[Finding]]:
    """Concatenate the files; a column that one lacks is blank there and reported."""
    train = frames[Split.TRAIN]
    findings: list[Finding] = []
    for part, frame in frames.items():
        columns, known = file_columns(frame), file_columns(train)
        if not set(columns) & set(known):
            raise DataError(
                f"The {part} file has no column of the training file, {quote_list(known)} (its columns: "
                f"{quote_list(columns)}): give the columns the same names."
            )
        for lacking, sentence in (
            ([c for c in known if c not in columns], f"The {part} file has no column "),
            (
                [c for c in columns if c not in known],
                f"The training file lacks a column of the {part} file, ",
            ),
        ):
            if lacking:
                sentence += f"{quote_list(lacking)}."
                findings.append(finding("columns-differ", Severity.DETECTED, sentence))
    if len(frames) == 1:
        return train, findings
    table = pd.concat(frames.values(), ignore_index=True)
    names = [*file_columns(table), ROW, PART]
    table = table[names]
    return table.astype(object).where(table.notna(), None).astype({ROW: np.int64}), findings


def _merge_findings(findings: Mapping[str, list[Finding]]) -> tuple[Finding, ...]:
    """Merge the findings of all files, each with the name of its file unless all files have it."""
    if len(findings) == 1:
        return tuple(next(iter(findings.values())))
    shared = set.intersection(*map(set, findings.values()))
    merged = [f for f in next(iter(findings.values())) if f in shared and not f.rows]
    for part, own in findings.items():
        merged += [replace(f, sentence=f"File {part}: {f.sentence}") for f in own if f not in merged]
    return tuple(merged)
