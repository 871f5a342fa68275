"""Prediction and validation metrics of a classifier."""

import math

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations import Compute, ProgressCallback, by_length, no_progress
from translearn_core.activations.encoder import TOKENS_PER_BATCH
from translearn_core.analysis.metrics import accuracy, confusion, macro_f1
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import Classifier, Inputs


def predict(
    model: Classifier,
    inputs: Inputs,
    rows: NDArray[np.int64],
    compute: Compute,
    report: ProgressCallback = no_progress,
) -> tuple[NDArray[np.float32], NDArray[np.float16]]:
    """Return class probabilities and pooled feature vectors of some rows.

    Shapes (rows, classes) and (rows, width); the model is left in eval mode.
    """
    model.eval()
    probabilities: list[NDArray[np.float32]] = []
    features: list[NDArray[np.float16]] = []
    parts = list(by_length(inputs.lengths[rows], TOKENS_PER_BATCH[compute.device.type]))
    done = 0
    with (
        compute.inference(model.backbone),
        model.open(inputs) as run,
        compute.streams() as streams,
    ):

        def predict_part(part: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
            pooled = model.features(inputs.batch(rows[part]), compute, run)
            return model.head(pooled).softmax(-1).cpu(), model.vector(pooled).half().cpu()

        for part, (scores, pooled) in zip(parts, streams(predict_part, parts), strict=True):
            report("scoring", done, len(rows))
            done += len(part)
            probabilities.append(scores.numpy())
            features.append(pooled.numpy())
    original_order = np.argsort(np.concatenate(parts))
    return np.concatenate(probabilities)[original_order], np.concatenate(features)[original_order]


def validate(
    model: Classifier,
    inputs: Inputs,
    rows: TrainingRows,
    compute: Compute,
    report: ProgressCallback = no_progress,
) -> tuple[float, float, float]:
    """Return loss (nats), accuracy and macro-F1 on the validation rows; NaN if there are none.

    Rows of a class without training rows count as errors; their infinite loss is left out.
    """
    if not len(rows.validation):
        return math.nan, math.nan, math.nan
    scores, _ = predict(model, inputs, rows.validation, compute, report)
    labels = rows.labels[rows.validation]
    counts = confusion(labels, scores.argmax(1), rows.classes)
    known = ~np.isin(labels, rows.absent)
    true_class = np.clip(scores[np.arange(len(labels)), labels], 1e-12, None)[known]
    loss = float(-np.log(true_class).mean()) if known.any() else math.nan
    return loss, accuracy(counts), macro_f1(counts)
