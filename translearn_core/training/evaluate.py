"""Metrics of a classifier during training."""

import numpy as np
from numpy.typing import NDArray


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
