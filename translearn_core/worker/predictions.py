"""Ask a finished run about new texts."""

from collections.abc import Iterable
from itertools import chain, count
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis import apply_temperature, nearest
from translearn_core.config import PredictConfig, PredictFileConfig
from translearn_core.errors import DataError, NotFoundError
from translearn_core.results import FilePrediction, NeighbourBank, Prediction
from translearn_core.runs import artifacts
from translearn_core.transfer import FineTunedModel, load_trained
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_table
from translearn_core.worker.features import finished


def predict(context: Context) -> None:
    """Classify typed texts and find their nearest training texts."""
    config = context.config
    assert isinstance(config, PredictConfig)
    if blank := [t for t in config.texts if not t.strip()]:
        raise DataError(f"{len(blank)} of the {len(config.texts)} texts are empty: type a sentence.")
    trained = cached_model(context, config.job)
    probabilities, features = trained.predict(config.texts)
    if config.temperature is not None:
        probabilities = apply_temperature(log_probabilities(probabilities), config.temperature).astype(
            np.float32
        )
    neighbours = pd.DataFrame({"text": [], "similarity": [], "neighbour": [], "label": [], "row": []})
    if config.neighbours:
        bank, rows = cached_neighbours(context, config.job)
        found, similarity = nearest(features, bank, min(config.neighbours, len(rows)))
        hit = rows.iloc[found.ravel()]
        neighbours = pd.DataFrame(
            {
                "text": np.repeat(np.arange(len(config.texts)), found.shape[1]),
                "similarity": similarity.ravel().astype(np.float64),
                "neighbour": hit["text"].to_numpy(),
                "label": hit["label"].to_numpy(),
                "row": hit["row"].to_numpy(),
            }
        )
    artifacts.save(context.folder, Prediction(config.texts, trained.classes, probabilities, neighbours))


def predict_file(context: Context) -> None:
    """Classify every row of a file; the predicted label and its probability become two new columns."""
    config = context.config
    assert isinstance(config, PredictFileConfig)
    context.report("reading the file")
    table = load_table(context.store.workspace, config.dataset)
    trained = cached_model(context, config.job)
    artifacts.save(context.folder, predict_table(trained, table, config.text, context))


def predict_table(
    trained: FineTunedModel, table: pd.DataFrame, text: str, context: Context
) -> FilePrediction:
    """Return `table` with its answers as two more columns, row by row; rows without a text have none.

    The columns are called ``predicted`` and ``probability``, or otherwise where those names are taken.
    """
    shown = table.drop(columns=["__row__", "__part__"], errors="ignore")
    if text not in shown.columns:
        raise DataError(
            f"There is no column {text!r} in this file; it has {', '.join(map(repr, shown.columns))}."
        )
    texts = shown[text].astype(object).where(shown[text].notna(), "").astype(str).to_numpy()
    filled = np.flatnonzero([bool(t.strip()) for t in texts])
    label = np.full(len(texts), None, dtype=object)
    sure = np.full(len(texts), np.nan)
    for start in range(0, len(filled), 2048):
        context.report("predicting", start, len(filled))
        part = filled[start : start + 2048]
        probabilities, _ = trained.predict([str(t) for t in texts[part]])
        label[part] = np.asarray(trained.classes, dtype=object)[probabilities.argmax(1)]
        sure[part] = probabilities.max(1)
    answers = {"predicted": label, "probability": sure.round(6)}
    out = shown.assign(**{free_name(name, shown.columns): column for name, column in answers.items()})
    counts = pd.Series(label, dtype=object).value_counts().rename_axis("label").reset_index(name="rows")
    return FilePrediction(rows=len(out), text=text, table=out, counts=counts)


def free_name(name: str, taken: Iterable[str]) -> str:
    """Return `name`, or a longer one where a column has it already; capitals make no difference."""
    known = {other.strip().casefold() for other in taken}
    candidates = chain([name, f"{name} (TransLearn)"], (f"{name} (TransLearn {k})" for k in count(2)))
    return next(candidate for candidate in candidates if candidate.casefold() not in known)


def log_probabilities(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the logarithms of probabilities; 0 counts as the smallest number of single precision."""
    least = float(np.finfo(np.float32).smallest_subnormal)
    found: NDArray[np.float64] = np.log(np.maximum(probabilities.astype(np.float64), least))
    return found


def cached_model(context: Context, job: str) -> FineTunedModel:
    """Return a run's trained model, loaded once a worker."""
    folder = context.store.workspace.run(job)
    stamp = (
        (folder / "model" / "model.json").stat().st_mtime_ns
        if (folder / "model" / "model.json").exists()
        else 0
    )
    key = ("trained", job, stamp)
    if key not in context.warm:
        context.report("loading the model")
        context.warm[key] = load_trained(folder)
    trained: FineTunedModel = context.warm[key]
    return trained


def cached_neighbours(context: Context, job: str) -> tuple[NDArray[np.float32], pd.DataFrame]:
    """Return the vectors of a run's training texts, and those rows, read once a worker."""
    folder = context.store.workspace.run(job)
    key = ("bank", job, file_version(folder))
    if key not in context.warm:
        bank = context.result(job, NeighbourBank)
        if bank is None:
            raise NotFoundError("This run has no results yet: let it finish an epoch first.")
        rows = finished(context, job).predictions.iloc[bank.index]
        context.warm[key] = (bank.vectors.astype(np.float32), rows)
    vectors, rows = context.warm[key]
    return vectors, rows


def file_version(folder: Path) -> int:
    """Return when a run's model was written; a run that went on has another."""
    model = folder / "model" / "model.json"
    return model.stat().st_mtime_ns if model.exists() else 0
