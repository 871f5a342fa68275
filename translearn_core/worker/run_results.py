"""Configurations and predictions of finished runs."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import ExperimentConfig, FreezePlan, Split
from translearn_core.config.text_cells import TEXT, TEXT_PAIR, text_columns
from translearn_core.data import PreparedDataset
from translearn_core.errors import ConfigError, NotFoundError, TrainingError
from translearn_core.jobs import LrFinderConfig, RunJobConfig, Task, TaskJobConfig, TransferabilityConfig
from translearn_core.results import Evaluation, RunSummary
from translearn_core.tasks.predictions import sentence_clusters
from translearn_core.worker.context import Context


def training_config(context: Context, job: str) -> ExperimentConfig:
    """Return the configuration of a training; ConfigError if the job is of another kind."""
    config = context.store.job(job).config
    if not isinstance(config, ExperimentConfig):
        raise ConfigError("job", job, "a training")
    return config


def check_supported(context: Context[Any]) -> None:
    """Raise `TrainingError` if the kind of job does not support its run or task."""
    reasons = map(context.job.spec.unsupported, _tasks(context))
    if reason := next(filter(None, reasons), None):
        raise TrainingError(reason)


def _tasks(context: Context[Any]) -> tuple[Task, ...]:
    """Return the run or the tasks that a job is about."""
    match context.config:
        case RunJobConfig(job=job):
            return (training_config(context, job),)
        case TaskJobConfig() as task:
            return (task,)
        case LrFinderConfig(experiment=experiment):
            return (experiment,)
        case TransferabilityConfig(data=data, backbones=backbones):
            return tuple(TaskJobConfig(data=data, backbone=backbone) for backbone in backbones)
    return ()


def kept_weights(context: Context, job: str) -> FreezePlan:
    """Return what had trained in the weights that a run kept."""
    config, summary = training_config(context, job), context.result(job, RunSummary)
    return config.freeze if summary is None else summary.kept_weights(config)


def load_evaluation(context: Context, job: str) -> Evaluation:
    """Return the predictions of a run; NotFoundError if it has none yet."""
    evaluation = context.result(job, Evaluation)
    if evaluation is None:
        raise NotFoundError("This run has no results yet: let it finish an epoch first.")
    return evaluation


def class_indices(evaluation: Evaluation, names: pd.Series) -> NDArray[np.int64]:
    """Return the class indices of label names."""
    index = {name: i for i, name in enumerate(evaluation.names)}
    return np.array(names.map(index), dtype=np.int64)  # copied: pandas' own array is read-only


def row_keys(rows: pd.DataFrame) -> pd.Index:
    """Hash each row's number, texts and label: a key that does not depend on the order of the rows."""
    columns = [name for name in ("row", TEXT, TEXT_PAIR, "label") if name in rows]
    return pd.Index(pd.util.hash_pandas_object(rows[columns], index=False).to_numpy())


def row_scores(rows: pd.DataFrame) -> "pd.Series[Any]":
    """Return the score of each row (`Problem.row_scores`), sorted by row key."""
    return rows["score"].set_axis(row_keys(rows)).sort_index()


def prepared_row_keys(prepared: PreparedDataset, split: Split) -> pd.Index:
    """Return the keys of the rows of a split, in their order (`row_keys`)."""
    index = prepared.split_indices(split)
    labels = prepared.problem.decode_values(prepared.target)
    texts = text_columns([prepared.texts[i] for i in index])
    return row_keys(pd.DataFrame({"row": prepared.rows[index], **texts, "label": labels[index]}))


def scores_in_order(predictions: pd.DataFrame, order: pd.Index) -> NDArray[np.float64] | None:
    """Return the scores of the test rows with the keys `order`; None if other rows were tested."""
    scores = row_scores(predictions[predictions["split"] == Split.TEST])
    if not scores.index.equals(order.sort_values()):
        return None
    # equal keys are equal rows, so one of them is enough
    return scores[~scores.index.duplicated()].loc[order].to_numpy()


def row_clusters(rows: pd.DataFrame) -> "pd.Series[int] | None":
    """Return the sentence of each word as the key of its first word, sorted by row key; None for texts."""
    clusters = sentence_clusters(rows)
    if clusters is None:
        return None
    keys = row_keys(rows)
    first = keys.to_numpy().astype(np.int64)[np.unique(clusters, return_index=True)[1]]
    return pd.Series(first[clusters], index=keys).sort_index()
