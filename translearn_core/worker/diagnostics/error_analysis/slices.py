"""Accuracy of test rows by slices: columns of the table, text length and language."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis.error_analysis.slices import LEVEL, slice_scores
from translearn_core.analysis.intervals import RowScores
from translearn_core.analysis.language_id import identify_languages
from translearn_core.config import DataConfig, ExperimentConfig
from translearn_core.config.text_cells import SENTENCE, joined, text_cells
from translearn_core.data.columns import file_columns
from translearn_core.errors import DataError
from translearn_core.jobs import LENGTH
from translearn_core.tasks.predictions import sentence_clusters
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_table
from translearn_core.worker.diagnostics import probe_targets

LANGUAGE = "(language of the text)"
"""Pseudo-column: identified language of a text."""
MOST_VALUES, MOST_COLUMNS = 20, 20
"""Most distinct values of a column that is sliced by default, and most such columns."""

COLUMNS = (
    "column", "slice", "rows", "accuracy", "low", "high", "difference", "difference low", "difference high",
    "beyond chance",
)  # fmt: skip

Groups = NDArray[np.object_]


def slices(
    context: Context,
    experiment: ExperimentConfig,
    rows: pd.DataFrame,
    scores: RowScores,
    columns: Sequence[str],
) -> pd.DataFrame:
    """Score every slice of some rows, worst difference first (see `results.ErrorAnalysis.slices`).

    Parameters
    ----------
    context : Context
    experiment : ExperimentConfig
        Names the columns of its table.
    rows : DataFrame
        Predictions of the run.
    scores : array, shape (rows,)
    columns : sequence of str
        Columns of the table; by default those with 2 to 20 values other than text, label and split. Length
        and language are always included.

    Raises
    ------
    DataError
        If there is no such column, or it has a single value or too many.
    """
    clusters = sentence_clusters(rows)
    groupings = dict(_groupings(context, experiment.data, rows, columns))
    lines = [
        (
            name, one.name, one.rows, one.score.value, one.score.low, one.score.high,
            one.difference.value, one.difference.low, one.difference.high, one.beyond_chance,
        )
        for name, groups in groupings.items()
        for one in slice_scores(groups, scores, LEVEL / len(groupings), clusters)
    ]  # fmt: skip
    frame = pd.DataFrame(lines, columns=list(COLUMNS))
    return frame.sort_values("difference", kind="stable", ignore_index=True)


def _groupings(
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
    texts = text_cells(rows)
    try:
        spans = _groups(probe_targets.lengths(texts))
        yield LENGTH, np.asarray([f"{span} word{'s' * (span != '1')}" for span in spans], dtype=object)
    except DataError:
        pass  # all of one length
    if SENTENCE in rows:  # a word alone tells no language
        return
    context.report("telling languages")
    languages = identify_languages(
        [joined(text, " ") for text in texts],
        lambda done, total: context.report("telling languages", done, total),
    )
    if languages is not None:
        yield LANGUAGE, languages.astype(object)


def _default_columns(table: pd.DataFrame, data: DataConfig) -> list[str]:
    reserved = {*data.text_columns, *data.target_columns, data.split.column}
    others = [name for name in file_columns(table) if name not in reserved]
    return [name for name in others if 2 <= table[name].nunique() <= MOST_VALUES][:MOST_COLUMNS]


def _groups(target: probe_targets.ProbeTarget) -> Groups:
    """Return each row's class name, None if unknown."""
    names: Groups = np.asarray(target.encoded.names, dtype=object)[target.encoded.values]
    names[~target.known] = None
    return names
