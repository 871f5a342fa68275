"""Application of edits to a table."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from translearn_core.config import Split
from translearn_core.config.table_edits import (
    UNLABELLED,
    CellEdit,
    ColumnValue,
    Edit,
    NewColumn,
    RowDrop,
    TableEdits,
    ValueRename,
)
from translearn_core.data.columns import PART, ROW, file_columns, preview, suggest_columns
from translearn_core.data.columns import profile as describe_columns
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity, TableProfile
from translearn_core.results.findings import finding
from translearn_core.results.format import count_noun, join_list, quote, quote_list
from translearn_core.tasks.classes.labels import normalise_label

KINDS = (
    ("column", "column", "added"),
    ("cell", "cell", "changed"),
    ("rename", "value", "renamed"),
    ("drop", "row", "dropped"),
)
"""Kinds of edits: what is edited, and how."""


Positions = Mapping[tuple[str, int], int]
"""Position in the table by part and row number."""


def apply_edits(table: pd.DataFrame, edits: TableEdits) -> pd.DataFrame:
    """Return the table with the edits applied in their order; row numbers stay.

    A row of the file without labels that gets a value becomes a training row, numbered on from the last one.

    Raises
    ------
    DataError
        If an edit names a row, column or value that the table does not have, or adds a column that it has.
    """
    edited = table.copy()
    position = _positions(table)
    dropped, labelled = (np.zeros(len(table), dtype=np.bool_) for _ in range(2))
    for edit in edits.edits:
        if isinstance(edit, NewColumn):
            edited[edit.column] = _new_cells(edited, edit, position)
            continue
        if not isinstance(edit, RowDrop) and edit.column not in file_columns(edited):
            raise DataError(
                f"There is no column {quote(edit.column)} to edit: choose from "
                f"{quote_list(file_columns(edited), 12)}."
            )
        if isinstance(edit, ValueRename):
            edited[edit.column] = _renamed_cells(edited[edit.column], edit)
            continue
        index = position.get((str(edit.part), edit.row))
        if index is None or dropped[index]:
            raise DataError(
                f"Row {edit.row:,} of {edit.part} cannot be edited: there is no such row, or it was dropped."
            )
        if isinstance(edit, RowDrop):
            dropped[index] = True
        else:
            edited.iat[index, edited.columns.tolist().index(edit.column)] = edit.value
            labelled[index] = table[PART].iat[index] == UNLABELLED
    edited.loc[labelled, ROW] += _last_row(table)
    edited.loc[labelled, PART] = str(Split.TRAIN)
    return edited[~dropped].reset_index(drop=True)


def earlier_tables(table: pd.DataFrame, edits: TableEdits) -> tuple[pd.DataFrame, ...]:
    """Return the tables whose split a version keeps, oldest first.

    These are the table as it came with the version's added columns alone, and that of each version from
    which this one was made.
    """
    added = tuple(edit for edit in edits.edits if isinstance(edit, NewColumn))
    parts = (added, *(edits.edits[:count] for count in edits.earlier))
    versions = (edits.model_copy(update={"edits": part}) for part in parts)
    return tuple(apply_edits(table, version) if version.edits else table for version in versions)


def shares_split(
    one: TableEdits | None, other: TableEdits | None, column: str, *, labelled_file: bool
) -> bool:
    """Whether rows of two versions of a table have the same split, drawn by the label column `column`.

    They have if the column came with at least two labels (`labelled_file`), was added with the same values,
    or was filled in by a version that both were made from. None stands for the files as they came.
    """
    if labelled_file:
        return True
    first, second = (_added_with_values(version, column) for version in (one, other))
    if first and first == second:
        return True
    return any(
        isinstance(edit, CellEdit) and edit.column == column
        for part in _made_from(one) & _made_from(other)
        for edit in part
    )


def _added_with_values(version: TableEdits | None, column: str) -> list[Edit]:
    """Return the edits of a version that add the column with values."""
    return [e for e in _edits(version) if isinstance(e, NewColumn) and e.column == column and e.values]


def _edits(version: TableEdits | None) -> tuple[Edit, ...]:
    return () if version is None else version.edits


def _made_from(version: TableEdits | None) -> set[tuple[Edit, ...]]:
    """Return the edits of a version and of those that it was made from."""
    edits, counts = _edits(version), () if version is None else version.earlier
    return {edits[:count] for count in (0, *counts, len(edits))}


def _positions(table: pd.DataFrame) -> dict[tuple[str, int], int]:
    """Return the positions of the rows, those of the file without labels also as training rows."""
    last = _last_row(table)
    keys = list(zip(table[PART], table[ROW], strict=True))
    later = {(str(Split.TRAIN), last + row): k for k, (part, row) in enumerate(keys) if part == UNLABELLED}
    return later | {key: k for k, key in enumerate(keys)}


def _last_row(table: pd.DataFrame) -> int:
    """Return the number of the last training row."""
    return int(table.loc[table[PART] == str(Split.TRAIN), ROW].max())


def _new_cells(table: pd.DataFrame, edit: NewColumn, position: Positions) -> "pd.Series[str]":
    """Return the cells of a new column."""
    if edit.column in table.columns:
        raise DataError(f"There is a column {quote(edit.column)} already: choose another name.")
    cells = np.full(len(table), None, dtype=object)
    for value in edit.values:
        for row in value.rows:
            index = position.get((str(value.part), row))
            if index is None:
                raise DataError(f"There is no row {row:,} of {value.part} to give a value to.")
            cells[index] = value.value
    return pd.Series(cells, index=table.index, dtype=object)


def _renamed_cells(cells: "pd.Series[str]", edit: ValueRename) -> "pd.Series[str]":
    """Return the cells with one value replaced."""
    values = [v for v in cells.dropna().unique() if normalise_label(v) == normalise_label(edit.value)]
    if not values:
        raise DataError(
            f"Column {quote(edit.column)} has no {quote(edit.value)} to rename: it was renamed before."
        )
    return cells.where(~cells.isin(values), edit.replacement)


def new_column(column: str, rows: pd.DataFrame, values: Sequence[str], *, labels: bool = True) -> NewColumn:
    """Return the edit that adds a column with a value for each of `rows`; rows with "" stay empty.

    `rows` has the columns part and row; if the values are labels, rows of a file of texts without labels
    stay empty.
    """
    named = rows.assign(value=list(values))
    parts = [*Split] if labels else [*Split, UNLABELLED]
    named = named[(named["value"] != "") & named["part"].isin(parts)]
    groups = named.groupby(["value", "part"], sort=False)["row"]
    return NewColumn(
        column=column,
        values=tuple(
            ColumnValue(value=value, part=str(part), rows=tuple(map(int, numbers)))
            for (value, part), numbers in groups
        ),
    )


def edited_profile(profile: TableProfile, table: pd.DataFrame, edits: TableEdits) -> TableProfile:
    """Return the profile of an edited table, from that of the files and the table with its edits."""
    columns = describe_columns(table)
    return replace(
        profile,
        rows=len(table),
        parts={str(part): int((table[PART] == part).sum()) for part in table[PART].unique()},
        columns=columns,
        suggestion=suggest_columns(columns, table),
        findings=(edits_finding(edits), *profile.findings),
        preview=preview(table),
    )


def edits_finding(edits: TableEdits) -> Finding:
    """Return the finding that says how many cells, values and rows were edited."""
    counts: Counter[str] = Counter(edit.kind for edit in edits.edits)
    changes = [f"{count_noun(counts[kind], noun)} {verb}" for kind, noun, verb in KINDS if counts[kind]]
    sentence = f"Version {edits.number}: {join_list(changes)}."
    return finding("edited", Severity.DETECTED, sentence)


def describe_edit(edit: Edit) -> str:
    """Return a phrase such as "row 12 of train: label is 'billing'"."""
    if isinstance(edit, NewColumn):
        rows = sum(len(value.rows) for value in edit.values)
        names = len({value.value for value in edit.values})
        return f"new column {quote(edit.column)}: {count_noun(names, 'value')} in {count_noun(rows, 'row')}"
    if isinstance(edit, ValueRename):
        return f"all rows: {edit.column} {quote(edit.value)} is {quote(edit.replacement)}"
    row = f"row {edit.row:,} of {edit.part}"
    return f"{row}: dropped" if isinstance(edit, RowDrop) else f"{row}: {edit.column} is {quote(edit.value)}"
