"""Predictions of the rows of a run, training rows apart from held-out ones."""

import numpy as np
from numpy.typing import NDArray

from translearn_core.activations import Compute, ProgressCallback
from translearn_core.config import Split
from translearn_core.data.dataset import PreparedDataset
from translearn_core.transfer import Classifier, Inputs, ModelOutputs, predict


def predict_splits(
    model: Classifier,
    inputs: Inputs,
    prepared: PreparedDataset,
    compute: Compute,
    report: ProgressCallback,
    *,
    train: bool,
) -> tuple[ModelOutputs, NDArray[np.int64]]:
    """Predict the validation and test rows, and with `train` the training rows.

    The two are batched apart: outputs depend slightly on the batch, and those of held-out rows must not
    depend on `train`. Returns the outputs, shape (rows, n_outputs), NaN where a row was not predicted, and
    the rows that were, ascending.
    """
    n, train_rows = len(prepared.texts), prepared.split_indices(Split.TRAIN)
    held_out = np.setdiff1d(np.arange(n), train_rows)
    logits = np.full((n, model.n_outputs), np.nan, dtype=np.float32)
    features = np.zeros((n, model.width), dtype=np.float16)
    parts = [held_out, train_rows] if train else [held_out]
    for rows in parts:
        outputs = predict(model, inputs, rows, compute, report)
        logits[rows], features[rows] = outputs.logits, outputs.features
    return ModelOutputs(logits, features, model.problem), np.sort(np.concatenate(parts))
