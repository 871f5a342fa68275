"""Confusion matrix, and the metrics of each class."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

IntArray = NDArray[np.int64]


def confusion(labels: ArrayLike, predicted: ArrayLike, classes: int) -> IntArray:
    """Count rows of class i predicted as class j, shape (classes, classes)."""
    cell = np.asarray(labels, dtype=np.int64) * classes + np.asarray(predicted, dtype=np.int64)
    return np.bincount(cell, minlength=classes * classes).reshape(classes, classes)


def per_class(counts: IntArray, names: Sequence[str]) -> pd.DataFrame:
    """Return label, precision, recall, f1 and support of every class; 0 where the denominator is 0."""
    right, support, predicted = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    return pd.DataFrame(
        {
            "label": list(names),
            "precision": right / np.maximum(predicted, 1),
            "recall": right / np.maximum(support, 1),
            "f1": 2 * right / np.maximum(support + predicted, 1),
            "support": support,
        }
    )
