"""Test rows cut by columns of the table, by length and by language, each part held against all others."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis import slice_scores
from translearn_core.analysis.errors.slices import LEVEL
from translearn_core.config import LENGTH, DataConfig, ExperimentConfig
from translearn_core.data.columns import file_columns
from translearn_core.errors import DataError
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_table
from translearn_core.worker.diagnostics import probe_targets
from translearn_core.worker.diagnostics.language_id import languages

LANGUAGE = "(language of the text)"
"""Named instead of a column: which language a text is in, guessed from its letters."""
MOST_VALUES, MOST_COLUMNS = 20, 20
"""A column that nobody asked for is looked at if it has so many different values, and so many of them."""

COLUMNS = (
    "column", "slice", "rows", "accuracy", "low", "high", "difference", "difference low", "difference high",
    "beyond chance",
)  # fmt: skip

Groups = NDArray[np.object_]


def slices(
    context: Context,
    experiment: ExperimentConfig,
    rows: pd.DataFrame,
    correct: NDArray[np.bool_],
    columns: Sequence[str],
) -> pd.DataFrame:
    """Score every slice of some rows, the furthest below its rest first (see `results.Trust.slices`).

    Parameters
    ----------
    context : Context
    experiment : ExperimentConfig
        What the columns of its table mean.
    rows : DataFrame
        Lines of the run's predictions.
    correct : bool array, shape (rows,)
    columns : sequence of str
        Columns of the table; none: those with 2 to 20 values that are neither text, label nor split. Length
        and language are always looked at.

    Raises
    ------
    DataError
        If there is no such column, or it holds one value only or too many.
    """
    cut = dict(_slicings(context, experiment.data, rows, columns))
    found = [
        (
            name, one.name, one.rows, one.accuracy, one.interval.low, one.interval.high, one.difference,
            one.difference_interval.low, one.difference_interval.high, one.beyond_chance,
        )
        for name, groups in cut.items()
        for one in slice_scores(groups, correct, LEVEL / len(cut))
    ]  # fmt: skip
    frame = pd.DataFrame(found, columns=list(COLUMNS))
    return frame.sort_values("difference", kind="stable", ignore_index=True)


def _slicings(
    context: Context, data: DataConfig, rows: pd.DataFrame, columns: Sequence[str]
) -> Iterator[tuple[str, Groups]]:
    context.report("cutting the rows into slices")
    table = load_table(context.store.workspace, data.dataset)
    for name in dict.fromkeys(columns or _default_columns(table, data)):
        if name in (LENGTH, LANGUAGE):
            continue
        try:
            yield name, _groups(probe_targets.column(table, data, rows, name))
        except DataError:
            if columns:
                raise
    texts = rows["text"].tolist()
    try:
        found = _groups(probe_targets.lengths(texts))
        yield LENGTH, np.asarray([f"{span} word{'s' * (span != '1')}" for span in found], dtype=object)
    except DataError:
        pass  # all of one length
    context.report("telling languages")
    spoken = languages(texts, lambda done, total: context.report("telling languages", done, total))
    if spoken is not None:
        yield LANGUAGE, spoken.astype(object)


def _default_columns(table: pd.DataFrame, data: DataConfig) -> list[str]:
    taken = {data.text, data.label, data.split.column}
    others = [name for name in file_columns(table) if name not in taken]
    return [name for name in others if 2 <= table[name].nunique() <= MOST_VALUES][:MOST_COLUMNS]


def _groups(asked: probe_targets.ProbeTarget) -> Groups:
    """Return each row's value; None where it has none."""
    names = np.asarray(asked.classes, dtype=object)[asked.labels]
    names[~asked.known] = None
    return names
