"""Unlabelled rows whose label would help most."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis.clustering import unit_rows
from translearn_core.analysis.few_labels.active_learning import (
    entropies,
    most_diverse,
    most_uncertain,
    uncertain_and_diverse,
)
from translearn_core.analysis.probing.linear_probe import LinearProbe
from translearn_core.config import Split
from translearn_core.config.text_cells import text_cells
from translearn_core.data import PreparedDataset, prepare
from translearn_core.data.columns import UNLABELLED_PART
from translearn_core.errors import DataError
from translearn_core.jobs.diagnostics.unlabelled_texts import Choice, NextRowsConfig
from translearn_core.results.diagnostics.few_labels.next_rows import NextRows
from translearn_core.results.interval_estimate import NO_ESTIMATE, Estimate
from translearn_core.runs import artifacts
from translearn_core.tasks.classes.labels import read_labels
from translearn_core.tasks.normalisation import cell_key
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_versions
from translearn_core.worker.diagnostics.few_labels.text_rows import filled, layer_vectors, sample, text_rows
from translearn_core.worker.diagnostics.sentences.clusters_text import next_rows_sentences

IntArray = NDArray[np.int64]
NONE_LEFT = "Every text has a label already: there is no row to label next."
FEWEST_PER_CLASS = 2
"""Labelled rows per class on average from which the probe is cross-validated."""


@dataclass(frozen=True, eq=False)
class Guess:
    """What a linear probe on the labelled rows makes of the candidates, and how often it is right."""

    probabilities: NDArray[np.float64]
    accuracy: Estimate


def choose_rows(context: Context[NextRowsConfig]) -> None:
    """Choose unlabelled texts by uncertainty, diversity or both; without a split yet by diversity."""
    config = context.config
    context.report("reading the texts")
    table, earlier = load_versions(context.store.workspace, config.dataset)
    every = text_rows(table, config, () if config.label is None else (config.label,))
    prepared = _prepared(table, earlier, config)
    labelled, candidates = (
        _parts(table, every, config) if prepared is None else _split_parts(table, every, config, prepared)
    )
    labels, classes = _labels(table, labelled, config)
    known, unknown = (sample(part, config.limit, config.seed) for part in (labelled, candidates))
    vectors, _ = layer_vectors(context, config, pd.concat([known, unknown]))
    x = unit_rows(vectors)
    of_known, of_unknown = x[: len(known)], x[len(known) :]
    context.report("choosing rows")
    y = np.asarray(labels.loc[known.index], dtype=np.int64)
    learns = prepared is not None and len(np.unique(y)) > 1
    guess = _guess(of_known, y, of_unknown) if learns else None
    method = Choice.DIVERSITY if guess is None else config.method
    chosen = _chosen(method, guess, of_known, of_unknown, config)
    uncertainty = np.full(len(unknown), np.nan) if guess is None else entropies(guess.probabilities)
    rows = unknown.assign(uncertainty=uncertainty).iloc[chosen].reset_index(drop=True)
    split = prepared is not None
    result = NextRows((), str(method), len(labelled), len(candidates), classes, rows, split)
    accuracy = NO_ESTIMATE if guess is None else guess.accuracy
    artifacts.save(context.folder, next_rows_sentences(result, accuracy))


def _prepared(
    table: pd.DataFrame, earlier: Sequence[pd.DataFrame], config: NextRowsConfig
) -> PreparedDataset | None:
    """Return the labelled rows with their split; None while they make no task."""
    if (task := config.labelled_task) is None:
        return None
    try:
        return prepare(table, task, earlier=earlier)
    except DataError:
        return None


def _split_parts(
    table: pd.DataFrame, rows: pd.DataFrame, config: NextRowsConfig, prepared: PreparedDataset
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the training rows, and the texts without a label that may train, each once.

    Raises
    ------
    DataError
        If no text without a label may train.
    """
    train = table.index[prepared.table_index[prepared.split_indices(Split.TRAIN)]]
    labelled = rows[rows.index.isin(train)]
    free = rows.index.isin(table.index[prepared.unlabelled_index])
    # labels of a target domain that are not used
    candidates = rows[free & ~_has_label(table, rows, config)]
    if candidates.empty:
        raise DataError(NONE_LEFT)
    return labelled, candidates


def _parts(
    table: pd.DataFrame, rows: pd.DataFrame, config: NextRowsConfig
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the labelled rows and the texts without a label, each once, where no split is known.

    Rows of validation and test files are candidates only where neither the training file nor that of texts
    without labels has any.

    Raises
    ------
    DataError
        If every text has a label.
    """
    has_label = _has_label(table, rows, config)
    of_file = rows["part"] == str(Split.TRAIN)
    labelled, candidates = rows[has_label & of_file], rows[~has_label]
    of_training = candidates["part"].isin([str(Split.TRAIN), UNLABELLED_PART])
    candidates = candidates[of_training] if of_training.any() else candidates
    known = {cell_key(cell) for cell in text_cells(rows[has_label])}
    keys = pd.Series(
        [cell_key(cell) for cell in text_cells(candidates)], index=candidates.index, dtype=object
    )
    new = candidates[~keys.isin(known) & ~keys.duplicated()]
    if new.empty:
        raise DataError(NONE_LEFT)
    return labelled, new


def _has_label(table: pd.DataFrame, rows: pd.DataFrame, config: NextRowsConfig) -> NDArray[np.bool_]:
    """Whether each row has a label; what stands in a file of texts without labels is none."""
    if config.label is None:
        return np.zeros(len(rows), dtype=np.bool_)
    return filled(table.loc[rows.index, config.label]) & (rows["part"] != UNLABELLED_PART).to_numpy()


def _labels(
    table: pd.DataFrame, labelled: pd.DataFrame, config: NextRowsConfig
) -> tuple["pd.Series[int]", tuple[str, ...]]:
    """Return the class of each labelled row, and the classes."""
    if config.label is None or labelled.empty:
        return pd.Series(dtype=np.int64), ()
    read = read_labels(table.loc[labelled.index, config.label])
    return pd.Series(read.indices, index=labelled.index), read.classes


def _guess(known: NDArray[np.float32], y: IntArray, unknown: NDArray[np.float32]) -> Guess:
    codes, y = np.unique(y, return_inverse=True)
    probe = LinearProbe.fit(known, y)
    accuracy = NO_ESTIMATE
    if len(y) >= FEWEST_PER_CLASS * len(codes) and (probe.fold >= 0).all():
        right = probe.held_out_proba().argmax(axis=1) == y
        accuracy = Estimate.share(int(right.sum()), len(y))
    return Guess(probe.predict_proba(unknown), accuracy)


def _chosen(
    method: Choice,
    guess: Guess | None,
    known: NDArray[np.float32],
    unknown: NDArray[np.float32],
    config: NextRowsConfig,
) -> IntArray:
    if guess is None or method is Choice.DIVERSITY:
        return most_diverse(unknown, known, config.rows, config.seed)
    if method is Choice.UNCERTAINTY:
        return most_uncertain(guess.probabilities, config.rows)
    return uncertain_and_diverse(guess.probabilities, unknown, config.rows, config.seed)
