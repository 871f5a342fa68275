"""Classification metrics with intervals, confusion matrix, majority-class baseline."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from translearn_core.errors import TooFewSamplesError
from translearn_core.results import Estimate, Metrics
from translearn_core.results.interval_estimate import CELLS_AT_ONCE, percentile_interval

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


def classification_metrics(
    labels: IntArray, probabilities: NDArray[np.floating], *, classes: int, seed: int = 0, draws: int = 2000
) -> Metrics:
    """Score predicted probabilities; the prediction is the most likely class.

    Parameters
    ----------
    labels : int array, shape (rows,)
        Class indices from 0.
    probabilities : float array, shape (rows, classes)
        One distribution per row.
    classes : int
        Number of classes.
    seed, draws : int
        Of the macro-F1 bootstrap.

    Returns
    -------
    Metrics
        Accuracy with Wilson's interval, macro-F1 over the classes present in labels or predictions with its
        bootstrap interval (see `macro_f1_interval`), and mean cross-entropy in nats.

    Raises
    ------
    TooFewSamplesError
        If there are no rows.
    """
    if not len(labels):
        raise TooFewSamplesError("0 rows to score: give this split at least one row.")
    accuracy, macro_f1 = accuracy_and_macro_f1(
        labels, probabilities.argmax(axis=1), classes=classes, seed=seed, draws=draws
    )
    eps = float(np.finfo(probabilities.dtype).eps)
    label_probabilities = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    loss = float(-np.log(np.clip(label_probabilities, eps, 1 - eps)).mean())
    return Metrics(len(labels), accuracy, macro_f1, loss)


def accuracy_and_macro_f1(
    labels: IntArray, predicted: IntArray, *, classes: int, seed: int = 0, draws: int = 2000
) -> tuple[Estimate, Estimate]:
    """Score predicted classes as `classification_metrics` does."""
    counts = confusion(labels, predicted, classes)
    accuracy = Estimate.share(int(counts.trace()), len(labels))
    return accuracy, macro_f1_interval(counts, seed=seed, draws=draws)


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


def majority_accuracy(train_labels: IntArray, test_labels: IntArray) -> float:
    """Test accuracy of always predicting the most frequent training class; NaN without rows."""
    if not len(train_labels) or not len(test_labels):
        return float("nan")
    return float((test_labels == np.bincount(train_labels).argmax()).mean())


def macro_f1_interval(counts: IntArray, *, seed: int = 0, draws: int = 2000) -> Estimate:
    """Return macro-F1 with its 95 % percentile bootstrap interval over rows, from a confusion matrix.

    Macro-F1 depends only on the cell counts, and resampling n rows makes these multinomial with the observed
    shares. So cells are drawn instead of rows: the same distribution, at a cost per non-empty cell.
    """
    label, predicted = np.nonzero(counts)
    filled = counts[label, predicted]
    rows, classes = int(filled.sum()), len(counts)
    random = np.random.default_rng(seed)
    by_predicted = np.argsort(predicted, kind="stable")
    scores = []
    for start in range(0, draws, step := max(1, CELLS_AT_ONCE // len(filled))):
        drawn = random.multinomial(rows, filled / rows, size=min(step, draws - start))
        right = np.zeros((len(drawn), classes), dtype=np.int64)
        right[:, label[label == predicted]] = drawn[:, label == predicted]
        support = _sum_runs(drawn, label, classes)
        answers = _sum_runs(drawn[:, by_predicted], predicted[by_predicted], classes)
        scores.append(_macro_f1(right, support, answers))
    return percentile_interval(macro_f1(counts), np.concatenate(scores))


def accuracy(counts: IntArray) -> float:
    """Return the share of rows on the diagonal of a confusion matrix; 0 without rows."""
    return float(counts.trace() / max(1, counts.sum()))


def macro_f1(counts: IntArray) -> float:
    """Return macro-F1 over the classes that occur in a confusion matrix; 0 without rows."""
    return float(_macro_f1(np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)))


def _sum_runs(columns: IntArray, groups: IntArray, n: int) -> IntArray:
    """Sum the columns of each group; `groups` is sorted, the result has `n` columns."""
    present, starts = np.unique(groups, return_index=True)
    sums = np.zeros((len(columns), n), dtype=np.int64)
    sums[:, present] = np.add.reduceat(columns, starts, axis=1)
    return sums


def _macro_f1(right: IntArray, support: IntArray, predicted: IntArray) -> FloatArray:
    """Mean F1 over the last axis, of the classes that occur as label or prediction."""
    occurs = support + predicted
    f1: FloatArray = 2 * right / np.maximum(occurs, 1)
    mean: FloatArray = f1.sum(axis=-1) / np.maximum((occurs > 0).sum(axis=-1), 1)
    return mean
