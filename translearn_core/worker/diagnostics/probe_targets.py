"""Targets of a probe: the label, another column of the table, or the text length."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis.error_analysis.slices import quantile_groups
from translearn_core.config import Cell, DataConfig, ProblemType, Split
from translearn_core.config.text_cells import joined
from translearn_core.data.columns import PART, ROW, file_columns
from translearn_core.data.words import count_words
from translearn_core.errors import DataError
from translearn_core.jobs import LENGTH
from translearn_core.results.format import quote, quote_list
from translearn_core.tasks import Target

MAX_UNBINNED = 10
"""Numeric columns with more distinct values are binned into quartiles."""
MAX_CLASSES = 100
"""Most distinct values of a non-numeric column."""


@dataclass(frozen=True, eq=False)
class ProbeTarget:
    """Encoded value of each row, and whether it is known, shape (rows,)."""

    name: str
    encoded: Target
    known: NDArray[np.bool_]


def lengths(texts: Sequence[Cell]) -> ProbeTarget:
    """Return the number of words, of both texts of a pair, in quartiles as target."""
    words = quantile_groups([count_words(joined(text, " ")) for text in texts])
    return _target(LENGTH, words, np.ones(len(texts), dtype=bool))


def column(table: pd.DataFrame, data: DataConfig, rows: pd.DataFrame, name: str) -> ProbeTarget:
    """Return a column of the table as target; numbers with many values are binned into quartiles.

    Parameters
    ----------
    table : DataFrame
        With row numbers and file parts, as `read_table` returns it.
    data : DataConfig
        Names the text column.
    rows : DataFrame
        Predictions of a run.
    name : str

    Raises
    ------
    DataError
        If there is no such column, or it has a single value or too many.
    """
    if name not in (columns := file_columns(table)):
        raise DataError(f"There is no column {quote(name)}: choose from {quote_list(columns, 12)}.")
    cells = _cells(table, data, rows, name)
    known = np.array([isinstance(cell, str) and bool(cell.strip()) for cell in cells], dtype=bool)
    values = np.where(known, cells, "")
    numbers = pd.to_numeric(pd.Series(values[known], dtype=object), errors="coerce").to_numpy(np.float64)
    if np.isfinite(numbers).all() and len(np.unique(numbers)) > MAX_UNBINNED:
        values[known] = quantile_groups(numbers)
    distinct = len(set(values[known]))
    if distinct > MAX_CLASSES or (distinct > MAX_UNBINNED and distinct > known.sum() / 2):
        raise DataError(
            f"Column {quote(name)} has {distinct:,} different values in {known.sum():,} rows, and they are "
            "no numbers that could be cut into quarters: choose a column that repeats few values."
        )
    return _target(name, values, known)


def _target(name: str, values: NDArray[np.generic], known: NDArray[np.bool_]) -> ProbeTarget:
    classes, labels = np.unique(values[known].astype(str), return_inverse=True)
    if len(classes) < 2:
        content = f"one value only, {quote(str(classes[0]))}" if len(classes) else "no value"
        what = "The length of the texts has" if name == LENGTH else f"Column {quote(name)} holds"
        raise DataError(f"{what} {content} in these rows, so there is nothing to tell apart: choose another.")
    all_labels = np.zeros(len(values), dtype=np.int64)
    all_labels[known] = labels
    names = tuple(map(str, classes))
    return ProbeTarget(name, Target(name, ProblemType.SINGLE_LABEL, names, all_labels), known)


def _cells(table: pd.DataFrame, data: DataConfig, rows: pd.DataFrame, name: str) -> NDArray[np.object_]:
    """Return the column's cell of each prediction.

    Row numbers count within a file, so rows are matched by number and text; if several files match, the file
    of the row's split is used.
    """
    cells = pd.DataFrame(
        {"row": table[ROW], "text": table[data.text], "part": table[PART], "cell": table[name]}
    )
    predictions = rows[["row", "text", "split"]]
    matches = predictions.assign(position=np.arange(len(rows))).merge(cells, on=["row", "text"])
    part = matches["split"].where(matches["split"].isin(set(table[PART])), Split.TRAIN)
    matches["same part"] = matches["part"] == part
    matches = matches.sort_values("same part", kind="stable").drop_duplicates("position", keep="last")
    if len(matches) < len(rows):
        raise DataError(
            f"The table no longer holds all rows of this run: column {quote(name)} cannot be read."
        )
    values: NDArray[np.object_] = matches.sort_values("position")["cell"].to_numpy(dtype=object)
    return values
