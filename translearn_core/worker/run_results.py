"""Configurations and predictions of finished runs."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import ExperimentConfig, FreezePlan
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.jobs import RunJobConfig
from translearn_core.results import Evaluation, RunSummary
from translearn_core.worker.context import Context


def training_config(context: Context, job: str) -> ExperimentConfig:
    """Return the configuration of a training; ConfigError if the job is of another kind."""
    config = context.store.job(job).config
    if not isinstance(config, ExperimentConfig):
        raise ConfigError("job", job, "a training")
    return config


def check_problem(context: Context[Any]) -> None:
    """Raise `ConfigError` if the kind of job does not support the problem type of its run or data."""
    config, spec = context.config, context.job.spec
    if spec.problems is None:
        return
    data = training_config(context, config.job).data if isinstance(config, RunJobConfig) else config.data
    if spec.unsupported(data.problem):
        raise ConfigError("problem type", str(data.problem), f"one of {', '.join(spec.problems)}")


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
    """Hash each row's number, text and label: a key that does not depend on the order of the rows."""
    return pd.Index(pd.util.hash_pandas_object(rows[["row", "text", "label"]], index=False).to_numpy())


def row_scores(rows: pd.DataFrame) -> "pd.Series[Any]":
    """Return the score of each row (`Problem.row_scores`), sorted by row key."""
    return rows["score"].set_axis(row_keys(rows)).sort_index()
