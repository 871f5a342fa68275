"""Predictions of a finished run for new texts."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis.error_analysis.conformal import half_width
from translearn_core.analysis.neighbours.nearest_neighbours import nearest
from translearn_core.config import Cell, ProblemType, Split
from translearn_core.config.text_cells import (
    TEXT,
    TEXT_PAIR,
    Word,
    sides_of,
    split_sides,
    text_cells,
    words_of,
)
from translearn_core.errors import ConfigError, DataError
from translearn_core.exporting.templates.sentence_input import split_tokens
from translearn_core.jobs import PredictConfig
from translearn_core.jobs.spec import CLASSES, NUMBERS, WORDS
from translearn_core.results import Evaluation, HeldOutLogits, NeighbourBank, Prediction
from translearn_core.runs import artifacts
from translearn_core.transfer import TrainedModel, load_trained
from translearn_core.worker.context import Context
from translearn_core.worker.run_results import load_evaluation

INTERVAL_LEVEL = 0.9
"""Level of the intervals around predicted numbers."""


def predict(context: Context[PredictConfig]) -> None:
    """Predict typed texts, or the words of typed sentences, and find their nearest training texts."""
    config = context.config
    if blank := [t for t in config.texts if not is_filled(t)]:
        raise DataError(f"{len(blank)} of the {len(config.texts)} texts are empty: type a sentence.")
    trained = cached_model(context, config.job)
    cells: tuple[Cell, ...] = config.texts
    if trained.problem in WORDS:
        cells = tuple(word for text in split_sides(config.texts) for word in words_of(split_tokens(text)))
    check_cells(trained, cells)
    outputs = trained.predict(cells)
    if config.temperature is not None:
        if trained.problem not in CLASSES:
            raise ConfigError("temperature", config.temperature, "a run that predicts classes")
        outputs = replace(outputs, logits=outputs.logits / config.temperature)
    neighbours = pd.DataFrame({"text": [], "similarity": [], "neighbour": [], "label": [], "row": []})
    if config.neighbours and (known := cached_neighbours(context, config.job)) is not None:
        bank, rows = known
        index, similarity = nearest(outputs.features, bank, min(config.neighbours, len(rows)))
        neighbour = rows.iloc[index.ravel()]
        texts = {"neighbour": TEXT} | ({"neighbour_pair": TEXT_PAIR} if trained.pairs else {})
        neighbours = pd.DataFrame(
            {
                "text": np.repeat(np.arange(len(cells)), index.shape[1]),
                "similarity": similarity.ravel().astype(np.float64),
                **{name: neighbour[column].to_numpy() for name, column in texts.items()},
                "label": neighbour["label"].to_numpy(),
                "row": neighbour["row"].to_numpy(),
            }
        )
    artifacts.save(
        context.folder,
        Prediction(
            cells,
            trained.names,
            outputs.problem,
            outputs.predictions,
            with_intervals(context, config.job, outputs.problem, trained.decode(outputs)),
            neighbours,
        ),
    )


def with_intervals(context: Context, job: str, problem: ProblemType, decoded: pd.DataFrame) -> pd.DataFrame:
    """Add the ends of a conformal interval, low and high, to predicted numbers; return others unchanged."""
    if problem not in NUMBERS:
        return decoded
    rows = load_evaluation(context, job).predictions
    validation = rows[rows["split"] == Split.VALIDATION]
    half = half_width((validation["label"] - validation["predicted"]).to_numpy(np.float64), INTERVAL_LEVEL)
    if not np.isfinite(half):
        return decoded
    return decoded.assign(low=decoded["predicted"] - half, high=decoded["predicted"] + half)


def is_filled(cell: Cell) -> bool:
    """Whether a text, or each text of a pair, has characters other than white space."""
    return all(text.strip() for text in sides_of(cell))


def check_cells(trained: TrainedModel, cells: Sequence[Cell]) -> None:
    """Raise `DataError` if a model of texts, pairs or words gets other cells."""
    words = trained.problem in WORDS
    if any(isinstance(cell, Word) is not words for cell in cells):
        raise DataError(
            "This run reads words in sentences: name the columns of the words and of the sentences."
            if words
            else "This run reads texts, not words in sentences: leave out the column of the sentences."
        )
    if any((len(sides_of(cell)) > 1) is not trained.pairs for cell in cells):
        raise DataError(
            "This run reads pairs of texts: give a second text too."
            if trained.pairs
            else "This run reads single texts: leave out the second text."
        )


def held_out_logits(context: Context, job: str, evaluation: Evaluation) -> HeldOutLogits:
    """Return the logits of a run's validation and test rows.

    A run of an earlier version saved none: they are computed once and saved beside its evaluation.
    """
    folder = context.store.workspace.run(job)
    if (saved := artifacts.load(folder, HeldOutLogits)) is not None:
        return saved
    version, trained = file_version(folder), cached_model(context, job)
    rows = evaluation.predictions
    validation, test = (
        trained.predict(text_cells(rows[rows["split"] == split]), context.report).logits
        for split in (Split.VALIDATION, Split.TEST)
    )
    logits = HeldOutLogits(validation, test)
    if file_version(folder) == version:  # neither deleted nor trained further meanwhile
        artifacts.save(folder, logits)
    return logits


def cached_model(context: Context, job: str) -> TrainedModel:
    """Return a run's trained model, cached in this worker."""
    folder = context.store.workspace.run(job)
    key = ("trained", job, file_version(folder))
    if key not in context.warm:
        context.report("loading the model")
        context.warm[key] = load_trained(folder)
    trained: TrainedModel = context.warm[key]
    return trained


def cached_neighbours(context: Context, job: str) -> tuple[NDArray[np.float32], pd.DataFrame] | None:
    """Return the vectors of a run's training texts and their rows, cached in this worker.

    None if its training rows were not predicted.
    """
    folder = context.store.workspace.run(job)
    key = ("bank", job, file_version(folder))
    if key not in context.warm:
        evaluation, bank = load_evaluation(context, job), context.result(job, NeighbourBank)
        if bank is None:
            return None
        rows = evaluation.predictions.iloc[bank.index]
        context.warm[key] = (bank.vectors.astype(np.float32), rows)
    vectors, rows = context.warm[key]
    return vectors, rows


def file_version(folder: Path) -> int:
    """Return the modification time of a run's model, 0 without one; it changes when the run is resumed."""
    model = folder / "model" / "model.json"
    return model.stat().st_mtime_ns if model.exists() else 0
