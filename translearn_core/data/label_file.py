"""Files of labels for some rows of a table, written for people to fill in and read back."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from translearn_core.config import Split
from translearn_core.config.table_edits import UNLABELLED, CellEdit, Edit, FilePart, NewColumn
from translearn_core.config.text_cells import TEXT
from translearn_core.data.columns import PART, ROW, file_columns
from translearn_core.errors import DataError
from translearn_core.results.format import quote, quote_list
from translearn_core.tasks.normalisation import text_key

COLUMNS = ("part", "row", "label", "text")
"""Columns of a file of labels; the label is empty until somebody fills it in."""

FILE_PARTS: dict[str, FilePart] = {**{str(split): split for split in Split}, UNLABELLED: UNLABELLED}
"""Files that a row may come from, by their names."""


@dataclass(frozen=True)
class RowLabel:
    """Label of a row, with the text that the file shows beside it; empty if it shows none."""

    part: FilePart
    row: int
    label: str
    text: str = ""


def read_label_file(content: bytes, name: str) -> tuple[RowLabel, ...]:
    """Read the filled lines of a file of labels: CSV in UTF-8 or as Excel saves it.

    Lines with an empty label are left out; without the column part, rows are those of the training file.

    Raises
    ------
    DataError
        If it is no such file, or no line has a label.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        lines = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise DataError(f"{quote(name)} cannot be read as CSV ({error}).") from None
    if not lines or not {"row", "label"} <= lines[0].keys():
        raise DataError(f"{quote(name)} holds no labels: it needs the columns row and label, and rows.")
    labels = []
    for number, line in enumerate(lines, 1):
        word, label = (line["row"] or "").strip(), (line["label"] or "").strip()
        part = (line.get("part") or str(Split.TRAIN)).strip()
        if not word.isdecimal() or not int(word) or part not in FILE_PARTS:
            raise DataError(f"Line {number} of {quote(name)} names no row: the column row holds its number.")
        if label:
            labels.append(RowLabel(FILE_PARTS[part], int(word), label, line.get(TEXT) or ""))
    if not labels:
        raise DataError(f"No line of {quote(name)} has a label: fill in the column label and try again.")
    return tuple(labels)


def label_edits(table: pd.DataFrame, labels: Sequence[RowLabel], column: str, text: str) -> tuple[Edit, ...]:
    """Return the edits that give rows their labels, in a new column if there is none of that name.

    Raises
    ------
    DataError
        If a row does not exist or has another text: the file was written for another table.
    """
    position = {key: index for index, key in enumerate(zip(table[PART], table[ROW], strict=True))}
    edits: list[Edit] = [] if column in file_columns(table) else [NewColumn(column=column)]
    strange = []
    for one in labels:
        index = position.get((str(one.part), one.row))
        if index is None or (one.text and _plain(table[text].iloc[index]) != _plain(one.text)):
            strange.append(one.row)
            continue
        edits.append(CellEdit(part=one.part, row=one.row, column=column, value=one.label))
    if strange:
        raise DataError(
            f"The labels are those of another table: rows {quote_list(strange)} have other texts here, or do "
            "not exist. Write the file anew and fill it in."
        )
    return tuple(edits)


def _plain(cell: object) -> str:
    """Return a text as it compares: without case, odd blanks, and apostrophes that guard formulas."""
    return text_key(str(cell).replace("'", ""))
