"""Predictions of a finished run for every row of a file."""

from collections.abc import Iterable, Sequence
from itertools import chain, count
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from translearn_core.analysis.error_analysis.selective_prediction import DIGITS, precision_threshold
from translearn_core.config import Cell, Split
from translearn_core.config.text_cells import TEXT, join_sides, text_cells
from translearn_core.data.tokens.sentences import sentence_columns
from translearn_core.errors import ConfigError, DataError
from translearn_core.jobs import PredictFileConfig
from translearn_core.jobs.spec import CLASSES, LABELS
from translearn_core.results import Estimate, Evaluation, FilePrediction, ReviewThreshold
from translearn_core.runs import artifacts
from translearn_core.tasks import PROBLEMS, Target
from translearn_core.tasks.predictions import sentence_clusters
from translearn_core.transfer import TrainedModel
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_table
from translearn_core.worker.prediction.predictions import (
    cached_model,
    check_cells,
    is_filled,
    with_intervals,
)
from translearn_core.worker.run_results import load_evaluation

ROWS_AT_ONCE = 2048
"""Rows between two reports of progress."""


def predict_file(context: Context[PredictFileConfig]) -> None:
    """Predict every row of a file; add the predictions as columns."""
    config = context.config
    context.report("reading the file")
    table = load_table(context.store.workspace, config.dataset)
    shown = table.drop(columns=["__row__", "__part__"], errors="ignore").reset_index(drop=True)
    trained = cached_model(context, config.job)
    if trained.problem not in LABELS and (config.review_precision is not None or config.top_labels > 1):
        raise ConfigError("problem type", trained.problem, "a run that predicts classes")
    review = None
    if config.review_precision is not None:
        review = review_threshold(load_evaluation(context, config.job), config.review_precision)
    cells = cells_of(table, shown, config)
    check_cells(trained, [cell for cell in cells if is_filled(cell)])
    predictions = predict_texts(trained, cells, config.top_labels, context)
    predictions = with_intervals(context, config.job, trained.problem, predictions)
    counts = _counts(trained, predictions["predicted"].dropna())
    if review is not None:
        predictions["review"] = marks(predictions["probability"], review.threshold)
    names = {name: free_name(str(name), shown.columns) for name in predictions}
    out = pd.concat([shown, predictions.rename(columns=names)], axis=1)
    artifacts.save(
        context.folder,
        FilePrediction(
            rows=len(out),
            text=config.text,
            added=tuple(names.values()),
            characters=non_ascii(out),
            table=out,
            counts=counts,
            review=review,
            to_review=int(predictions["review"].eq(True).sum()) if review is not None else 0,
        ),
    )


def _counts(trained: TrainedModel, predicted: "pd.Series[Any]") -> pd.DataFrame:
    """Count the rows per label, most frequent first, or per range of predicted numbers: label, rows."""
    if trained.problem in CLASSES:
        return predicted.value_counts().rename_axis("label").reset_index(name="rows")
    problem = PROBLEMS[trained.problem]
    values = problem.encode_values(trained.names, predicted.to_numpy())
    target = Target("predicted", trained.problem, trained.names, values)
    counts = problem.count_rows(target, np.zeros(len(predicted), dtype=np.int64))
    named = counts[["label", str(Split.TRAIN)]].set_axis(["label", "rows"], axis=1)
    return named.sort_values("rows", ascending=False, kind="stable") if trained.problem in LABELS else named


def cells_of(table: pd.DataFrame, shown: pd.DataFrame, config: PredictFileConfig) -> list[Cell]:
    """Return the text, pair or word of every row; an empty text where a word is missing.

    Parameters
    ----------
    table, shown : DataFrame
        The table as it was read, and its own columns alone.
    config : PredictFileConfig
        Names of the columns.
    """
    sides = [texts_of(shown, name) for name in (config.text, config.text_pair) if name is not None]
    if config.sentence is None:
        return join_sides([text for side in sides for text in side], len(shown))
    texts_of(shown, config.sentence)
    words = sentence_columns(table, config.text, config.sentence)
    missing = words[TEXT].isna()
    return ["" if blank else word for blank, word in zip(missing, text_cells(words), strict=True)]


def texts_of(table: pd.DataFrame, column: str) -> list[str]:
    """Return the texts of a column, empty where one is missing; `DataError` if there is no such column."""
    if column not in table.columns:
        raise DataError(
            f"There is no column {column!r} in this file; it has {', '.join(map(repr, table.columns))}."
        )
    return [str(text) for text in table[column].astype(object).where(table[column].notna(), "")]


def predict_texts(trained: TrainedModel, texts: Sequence[Cell], top: int, context: Context) -> pd.DataFrame:
    """Return the columns of `Problem.decode`, the confidence as probability, empty for rows without a text.

    With `top` > 1 also label_k and probability_k of the k-th likeliest classes; of several labels, from the
    first on.
    """
    filled = np.flatnonzero([is_filled(text) for text in texts])
    decoded = []
    for start in range(0, max(1, len(filled)), ROWS_AT_ONCE):
        context.report("predicting", start, len(filled))
        batch = filled[start : start + ROWS_AT_ONCE]
        outputs = trained.predict([texts[row] for row in batch])
        columns = trained.decode(outputs).rename(columns={"confidence": "probability"})
        first = 2 if trained.problem in CLASSES or top == 1 else 1
        ranked = further_labels(trained.names, outputs.predictions, first, top)
        decoded.append(pd.concat([columns, ranked], axis=1).set_axis(batch))
    predictions = pd.concat(decoded).reindex(range(len(texts)))
    numbers = predictions.select_dtypes("number").columns
    return predictions.round(dict.fromkeys(numbers, DIGITS))


def further_labels(
    names: Sequence[str], probabilities: NDArray[np.floating], first: int, top: int
) -> pd.DataFrame:
    """Return the classes from the `first` to the `top`-th likeliest, as label_k and probability_k."""
    order = np.argsort(-probabilities, axis=1, kind="stable")[:, first - 1 : top]
    classes = np.asarray(names, dtype=object)
    columns: dict[str, NDArray[np.generic]] = {}
    for k, column in enumerate(order.T, start=first):
        columns[f"label_{k}"] = classes[column]
        columns[f"probability_{k}"] = probabilities[np.arange(len(column)), column].astype(np.float64)
    return pd.DataFrame(columns)


def review_threshold(evaluation: Evaluation, precision: float) -> ReviewThreshold:
    """Choose a threshold for a wished precision on validation rows, and measure it on test rows."""
    rows = evaluation.predictions
    validation, test = (rows[rows["split"] == split] for split in (Split.VALIDATION, Split.TEST))
    threshold = precision_threshold(
        validation["confidence"].to_numpy(), validation["score"].to_numpy() == 1, precision
    )
    limit = np.inf if threshold is None else threshold
    above_validation, above = (part[part["confidence"].round(DIGITS) >= limit] for part in (validation, test))
    return ReviewThreshold(
        precision=precision,
        threshold=threshold,
        n_validation=len(validation),
        n_test=len(test),
        validation=_share(above_validation["score"].eq(1), above_validation),
        coverage=_share(test.index.isin(above.index), test),
        test=_share(above["score"].eq(1), above),
    )


def _share(true: ArrayLike, rows: pd.DataFrame) -> Estimate:
    return Estimate.clustered_share(true, sentence_clusters(rows))


def marks(probability: "pd.Series[float]", threshold: float | None) -> "pd.Series[Any]":
    """Return True for rows to review and False for others; missing for rows without a prediction."""
    review = probability < (np.inf if threshold is None else threshold)
    return review.astype(object).where(probability.notna(), None)


def non_ascii(table: pd.DataFrame) -> str:
    """Return the distinct characters beyond ASCII of column names and cells, sorted."""
    characters = {*"".join(map(str, table.columns))}
    for _, column in table.items():
        characters.update(*(cell for cell in column if isinstance(cell, str)))
    return "".join(sorted(c for c in characters if not c.isascii()))


def free_name(name: str, taken: Iterable[str]) -> str:
    """Return `name`, with a suffix if a column has it already (ignoring case)."""
    used = {other.strip().casefold() for other in taken}
    candidates = chain([name, f"{name} (TransLearn)"], (f"{name} (TransLearn {k})" for k in count(2)))
    return next(candidate for candidate in candidates if candidate.casefold() not in used)
