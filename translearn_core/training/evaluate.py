"""Prediction and metrics of a classifier."""

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations import Compute, ProgressCallback, no_progress
from translearn_core.activations.encoder import TOKENS_PER_BATCH
from translearn_core.inputs import batches_by_cost
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
    parts = list(batches_by_cost(inputs.cost[rows], TOKENS_PER_BATCH[compute.device.type]))
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


def accuracy_of(confusion: NDArray[np.int64]) -> float:
    """Return the fraction of rows on the diagonal."""
    return float(np.trace(confusion) / max(1, confusion.sum()))


def macro_f1(confusion: NDArray[np.int64]) -> float:
    """Return the mean F1 over the classes that occur among labels or predictions.

    `confusion[i, j]`: rows of class i predicted as j.
    """
    hits = np.diag(confusion).astype(np.float64)
    either = confusion.sum(0) + confusion.sum(1)
    occurs = either > 0
    return float((2 * hits[occurs] / either[occurs]).mean()) if occurs.any() else 0.0


def confusion_of(labels: NDArray[np.int64], predicted: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """Count rows of class i predicted as class j, shape (classes, classes)."""
    return np.bincount(labels * classes + predicted, minlength=classes * classes).reshape(classes, classes)
