"""What a probe is asked about: the label, another column of the table, or how long a text is; as classes."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis import quantile_groups
from translearn_core.config import LENGTH, DataConfig, Split
from translearn_core.data.columns import PART, ROW, file_columns
from translearn_core.data.findings import quote, quote_list
from translearn_core.data.words import count_words
from translearn_core.errors import DataError

IntArray = NDArray[np.int64]

FEW = 10
"""A column of numbers with more different values than this is cut into quarters."""
MOST = 100
"""Different values at most of a column that holds no numbers."""


@dataclass(frozen=True, eq=False)
class ProbeTarget:
    """What is asked of each row: its class, shape (rows,), and whether it has one; and the classes' names."""

    name: str
    labels: IntArray
    known: NDArray[np.bool_]
    classes: tuple[str, ...]


def lengths(texts: list[str]) -> ProbeTarget:
    """Ask for the number of words, cut into quarters."""
    return _asked(
        LENGTH, quantile_groups([count_words(text) for text in texts]), np.ones(len(texts), dtype=bool)
    )


def column(table: pd.DataFrame, data: DataConfig, rows: pd.DataFrame, name: str) -> ProbeTarget:
    """Ask for another column of the table; numbers with many values are cut into quarters.

    Parameters
    ----------
    table : DataFrame
        As it was read, with the numbers of its rows and files.
    data : DataConfig
        What its columns mean.
    rows : DataFrame
        Lines of a run's predictions.
    name : str

    Raises
    ------
    DataError
        If there is no such column, or its values are one only or too many to be classes.
    """
    if name not in (columns := file_columns(table)):
        raise DataError(f"There is no column {quote(name)}: choose from {quote_list(columns, 12)}.")
    cells = _cells(table, data, rows, name)
    known = np.array([isinstance(cell, str) and bool(cell.strip()) for cell in cells], dtype=bool)
    values = np.where(known, cells, "")
    numbers = pd.to_numeric(pd.Series(values[known], dtype=object), errors="coerce").to_numpy(np.float64)
    if np.isfinite(numbers).all() and len(np.unique(numbers)) > FEW:
        values[known] = quantile_groups(numbers)
    distinct = len(set(values[known]))
    if distinct > MOST or (distinct > FEW and distinct > known.sum() / 2):
        raise DataError(
            f"Column {quote(name)} has {distinct:,} different values in {known.sum():,} rows, and they are "
            "no numbers that could be cut into quarters: choose a column that repeats few values."
        )
    return _asked(name, values, known)


def _asked(name: str, values: NDArray[np.generic], known: NDArray[np.bool_]) -> ProbeTarget:
    classes, labels = np.unique(values[known].astype(str), return_inverse=True)
    if len(classes) < 2:
        held = f"one value only, {quote(str(classes[0]))}" if len(classes) else "no value"
        what = "The length of the texts has" if name == LENGTH else f"Column {quote(name)} holds"
        raise DataError(f"{what} {held} in these rows, so there is nothing to tell apart: choose another.")
    all_labels = np.zeros(len(values), dtype=np.int64)
    all_labels[known] = labels
    return ProbeTarget(name, all_labels, known, tuple(map(str, classes)))


def _cells(table: pd.DataFrame, data: DataConfig, rows: pd.DataFrame, name: str) -> NDArray[np.object_]:
    """Return the column's cell for each line of the predictions.

    Row numbers count within a file, so the text tells the file too; where two files agree on both, the row
    is the one of the file that its split is named after.
    """
    there = pd.DataFrame(
        {"row": table[ROW], "text": table[data.text], "part": table[PART], "cell": table[name]}
    )
    here = pd.DataFrame({"row": rows["row"], "text": rows["text"], "split": rows["split"]})
    found = here.assign(place=np.arange(len(here))).merge(there, on=["row", "text"])
    found["own"] = found["part"] == found["split"].where(found["split"].isin(set(table[PART])), Split.TRAIN)
    found = found.sort_values("own", kind="stable").drop_duplicates("place", keep="last")
    if len(found) < len(here):
        raise DataError(
            f"The table no longer holds all rows of this run: column {quote(name)} cannot be read."
        )
    cells: NDArray[np.object_] = found.sort_values("place")["cell"].to_numpy(dtype=object)
    return cells
