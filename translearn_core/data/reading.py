"""Files in, one table out: every column as text, every row with its number and part, and what was found."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from translearn_core.config import Split
from translearn_core.data.columns import PART, ROW, file_columns, profile, suggest
from translearn_core.data.decoding import Decoded, decode
from translearn_core.data.findings import counted, finding, named, shown
from translearn_core.data.header import mended_header
from translearn_core.data.parsing import ALONE, DELIMITERS, Parsed, Quoting, parse
from translearn_core.data.prepared import SPLITS
from translearn_core.errors import DataError
from translearn_core.results import Finding, Reading, Severity
from translearn_core.settings import Settings

PREVIEW_ROWS = 20
PREVIEW_CHARS = 500


def read(
    sources: Mapping[str, Path], limits: Settings, *, fewest_columns: int = 2
) -> tuple[pd.DataFrame, Reading]:
    """Read a data set's files into one table.

    Parameters
    ----------
    sources : mapping of part to path
        ``train``, and if there are such files ``validation`` and ``test``; raw bytes, whatever their names.
    limits : Settings
        Largest file, most rows and longest cell.
    fewest_columns : int
        2 to learn from, a text and a label; 1 for a file of texts to predict.

    Returns
    -------
    table : DataFrame
        The files' columns as text (dtype object, None where a cell is blank), ``__row__`` (int64, 1-based in
        the row's own file, header not counted) and ``__part__``.
    reading : Reading
        What was detected and mended, what the columns look like, and which are likely text, label and split.

    Raises
    ------
    DataError
        In one sentence, if a file cannot be read as a table, is over a limit, or has other columns than the
        training file.
    """
    if unknown := [part for part in sources if part not in {str(s) for s in Split}]:
        raise DataError(f"{shown(unknown[0])} is no part of a data set: give train, validation or test.")
    if Split.TRAIN not in sources:
        raise DataError(
            "The training file is missing: choose one, validation and test files come on top of it."
        )
    frames: dict[str, pd.DataFrame] = {}
    said: dict[str, list[Finding]] = {}
    room = limits.max_rows
    for part in (str(s) for s in SPLITS if s in sources):
        name = "The file" if len(sources) == 1 else f"The {part} file"
        frames[part], said[part] = _read_file(sources[part], part, name, limits, room, fewest_columns)
        room = max(1, room - len(frames[part]))
    table = _joined(frames)
    if len(table) > limits.max_rows:
        raise DataError(
            f"The files have {len(table):,} rows together, over the limit of {limits.max_rows:,}: "
            "keep a part of them."
        )
    columns = profile(table)
    preview = table[file_columns(table)].head(PREVIEW_ROWS).map(_clipped)
    parts = {part: len(frame) for part, frame in frames.items()}
    return table, Reading(len(table), parts, columns, suggest(columns, table), _merged(said), preview)


def _read_file(
    path: Path, part: str, name: str, limits: Settings, room: int, fewest_columns: int
) -> tuple[pd.DataFrame, list[Finding]]:
    if (size := path.stat().st_size) > limits.max_upload_mb * 1_000_000:
        raise DataError(
            f"{name} has {size / 1e6:,.0f} MB, over the limit of {limits.max_upload_mb:,} MB: "
            "keep fewer rows or only the columns you need, or ask whoever runs this installation to raise "
            "TRANSLEARN_MAX_UPLOAD_MB."
        )
    decoded = decode(path.read_bytes(), name)
    parsed = parse(decoded.text, name, max_rows=room, fewest_columns=fewest_columns)
    header, mended = mended_header(parsed)
    cells = list(zip(*parsed.records, strict=True))
    _check_cells(cells, header, parsed, name, limits.max_cell_chars)
    columns = {n: _blank_as_none(c) for n, c in zip(header, cells, strict=True) if n is not None}
    frame = pd.DataFrame(columns, dtype=object)
    frame[ROW] = np.asarray(parsed.numbers, dtype=np.int64)
    frame[PART] = pd.Series([part] * len(frame), dtype=object, index=frame.index)
    return frame, [*_detected(decoded, parsed), *mended, *_mended(decoded, parsed), *_doubts(frame)]


def _check_cells(
    cells: list[tuple[str, ...]], header: list[str | None], parsed: Parsed, name: str, limit: int
) -> None:
    for column, values in zip(header, cells, strict=True):
        longest = max(values, key=len)
        if len(longest) > limit:
            line = parsed.lines[values.index(longest) + 1]
            raise DataError(
                f"{name} has a cell of {len(longest):,} characters in line {line:,}, column "
                f"{shown(column)}, and {limit:,} are the "
                "most: shorten that text, or look for a quote that is opened there and closed much later."
            )


def _blank_as_none(values: Iterable[str]) -> list[str | None]:
    return [value if value and not value.isspace() else None for value in values]


def _joined(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    train = frames[Split.TRAIN]
    for part, frame in frames.items():
        if lacking := [c for c in file_columns(train) if c not in frame]:
            raise DataError(
                f"The {part} file has no column {named(lacking)}, which the training file has (its columns: "
                f"{named(file_columns(frame))}): give all files the same columns."
            )
        if extra := [c for c in file_columns(frame) if c not in train]:
            raise DataError(
                f"The {part} file has a column {named(extra)} that the training file lacks: give "
                "all files the same columns."
            )
    if len(frames) == 1:
        return train
    return pd.concat([frame[train.columns] for frame in frames.values()], ignore_index=True)


def _detected(decoded: Decoded, parsed: Parsed) -> list[Finding]:
    doubt = "" if decoded.encoding.startswith("UTF") else "; if letters look wrong, save the file as UTF-8"
    columns = "One column."
    if parsed.delimiter != ALONE:
        columns = f"A {DELIMITERS[parsed.delimiter]} separates the {len(parsed.header):,} columns."
    quoting = "no double quotes" if parsed.quoting is Quoting.NONE else str(parsed.quoting)
    return [
        finding("encoding", Severity.DETECTED, f"Read as {decoded.encoding}{doubt}."),
        finding("delimiter", Severity.DETECTED, columns),
        finding("quoting", Severity.DETECTED, f"Quoting: {quoting}."),
    ]


def _mended(decoded: Decoded, parsed: Parsed) -> list[Finding]:
    said = []
    if decoded.replaced:
        what = counted(decoded.replaced, "character")
        sentence = (
            f"{what} could not be read as {decoded.encoding} and became '�': save the file again as UTF-8."
        )
        said.append(finding("broken-characters", Severity.WARNING, sentence))
    if parsed.blank:
        were = "was" if len(parsed.blank) == 1 else "were"
        sentence = f"{counted(len(parsed.blank), 'empty row')} {were} left out."
        said.append(finding("empty-rows", Severity.MENDED, sentence, parsed.blank))
    if parsed.trimmed:
        sentence = (
            f"{counted(len(parsed.trimmed), 'row')} ended with empty fields beyond the last column, "
            "which were cut."
        )
        said.append(finding("trailing-fields", Severity.MENDED, sentence, parsed.trimmed))
    return said


def _doubts(frame: pd.DataFrame) -> list[Finding]:
    """Say so if the first line may be data: a name is a number, or stands again in its own column."""
    names = file_columns(frame)
    doubtful = [n for n in names if n.replace(".", "", 1).isdigit() or int((frame[n] == n).sum()) > 1]
    if not doubtful:
        return []
    sentence = (
        f"The first line gave the column names, and {named(doubtful)} looks like data: add a line "
        "of names on top if so."
    )
    return [finding("header-looks-like-data", Severity.WARNING, sentence)]


def _merged(said: Mapping[str, list[Finding]]) -> tuple[Finding, ...]:
    """Findings of all files, each naming its file unless all files say the same."""
    if len(said) == 1:
        return tuple(next(iter(said.values())))
    shared = set.intersection(*(set(found) for found in said.values()))
    merged = [f for f in next(iter(said.values())) if f in shared and not f.rows]
    for part, found in said.items():
        for f in (f for f in found if f not in merged):
            merged.append(
                Finding(f.code, f.severity, f"File {part}: {f.sentence}", f.rows, f.count, f.fix, f.advice)
            )
    return tuple(merged)


def _clipped(cell: str | None) -> str | None:
    return cell if cell is None or len(cell) <= PREVIEW_CHARS else cell[: PREVIEW_CHARS - 1] + "…"
