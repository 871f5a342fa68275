"""Application of edits to a table."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd

from translearn_core.config.table_edits import CellEdit, Edit, RowDrop, TableEdits, ValueRename
from translearn_core.data.columns import PART, ROW, file_columns, preview, suggest_columns
from translearn_core.data.columns import profile as describe_columns
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity, TableProfile
from translearn_core.results.findings import finding
from translearn_core.results.format import count_noun, join_list, quote, quote_list
from translearn_core.tasks.classes.labels import normalise_label

KINDS = (("cell", "cell", "changed"), ("rename", "value", "renamed"), ("drop", "row", "dropped"))
"""Kinds of edits: what is edited, and how."""


def apply_edits(table: pd.DataFrame, edits: TableEdits) -> pd.DataFrame:
    """Return the table with the edits applied in their order; row numbers stay.

    Raises
    ------
    DataError
        If an edit names a row, column or value that the table does not have.
    """
    edited = table.copy()
    position = {key: index for index, key in enumerate(zip(table[PART], table[ROW], strict=True))}
    dropped = np.zeros(len(table), dtype=np.bool_)
    for edit in edits.edits:
        if not isinstance(edit, RowDrop) and edit.column not in file_columns(table):
            raise DataError(
                f"There is no column {quote(edit.column)} to edit: choose from "
                f"{quote_list(file_columns(table), 12)}."
            )
        if isinstance(edit, CellEdit | RowDrop):
            index = position.get((str(edit.part), edit.row))
            if index is None or dropped[index]:
                raise DataError(
                    f"Row {edit.row:,} of {edit.part} cannot be edited: there is no such row, or it was "
                    "dropped."
                )
            if isinstance(edit, RowDrop):
                dropped[index] = True
            else:
                edited.iat[index, table.columns.tolist().index(edit.column)] = edit.value
        else:
            cells = edited[edit.column]
            values = [v for v in cells.dropna().unique() if normalise_label(v) == normalise_label(edit.value)]
            if not values:
                raise DataError(
                    f"Column {quote(edit.column)} has no {quote(edit.value)} to rename: it was renamed "
                    "before."
                )
            edited[edit.column] = cells.where(~cells.isin(values), edit.replacement)
    return edited[~dropped].reset_index(drop=True)


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
    if isinstance(edit, ValueRename):
        return f"all rows: {edit.column} {quote(edit.value)} is {quote(edit.replacement)}"
    row = f"row {edit.row:,} of {edit.part}"
    return f"{row}: dropped" if isinstance(edit, RowDrop) else f"{row}: {edit.column} is {quote(edit.value)}"
