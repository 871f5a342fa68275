"""Predictions of the training rows of a run that predicted held-out rows only."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from translearn_core.activations import ActivationCache, ProgressCallback
from translearn_core.config import ExperimentConfig, Split
from translearn_core.data.dataset import PreparedDataset
from translearn_core.errors import NotFoundError
from translearn_core.experiment.evaluation import decode_rows, save_neighbour_index
from translearn_core.experiment.run import build_loop
from translearn_core.experiment.run_recorder import PhaseTimer
from translearn_core.results import Evaluation
from translearn_core.runs import artifacts
from translearn_core.training.checkpoints.checkpoint import Checkpoint
from translearn_core.training.checkpoints.resume import resume
from translearn_core.transfer import ModelOutputs, predict


def predict_training_rows(
    config: ExperimentConfig,
    prepare: Callable[[], PreparedDataset],
    folder: Path,
    *,
    store: ActivationCache,
    report: ProgressCallback,
) -> int:
    """Predict the training rows of the finished run in `folder`, without training, and save them there.

    They are what the run would have predicted with `predict_train`; its other results stay. Returns the
    number of training rows.

    Raises
    ------
    NotFoundError
        If the run has no results or no checkpoint.
    """
    report("reading the data", 0, 0)
    prepared = prepare()
    evaluation, state = artifacts.read(folder, Evaluation), Checkpoint.read(folder)
    if evaluation is None or state is None:
        raise NotFoundError("This run has no results or no checkpoint: train it again.")
    config = config.model_copy(update={"distil": None})  # which only a training needs
    loop, _, stage_inputs = build_loop(config, prepared, store, None, PhaseTimer(), report)
    resume(loop, state)
    loop.restore_best()
    rows = prepared.split_indices(Split.TRAIN)
    outputs = predict(stage_inputs.model, loop.inputs, rows, loop.compute, report)
    features = np.zeros((len(prepared.texts), outputs.features.shape[1]), dtype=np.float16)
    features[rows] = outputs.features
    save_neighbour_index(folder, features, prepared)
    artifacts.save(folder, _with_predictions(evaluation, prepared, outputs))
    return len(rows)


def _with_predictions(evaluation: Evaluation, prepared: PreparedDataset, outputs: ModelOutputs) -> Evaluation:
    """Return the evaluation with the predictions of the training rows from their outputs."""
    target, rows, saved = prepared.target, prepared.split_indices(Split.TRAIN), evaluation.predictions
    if evaluation.thresholds is not None:
        target = target.with_thresholds(np.asarray(evaluation.thresholds))
    decoded = decode_rows(target, rows, outputs.predictions)
    held_out = saved.loc[saved["split"] != str(Split.TRAIN), list(decoded)]
    columns = pd.concat([held_out, decoded]).sort_index()
    return replace(evaluation, predictions=saved.assign(**columns))
