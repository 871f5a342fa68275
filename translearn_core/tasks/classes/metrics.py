"""Classification metrics with intervals, majority-class baseline."""

import numpy as np
from numpy.typing import NDArray

from translearn_core.results import Estimate
from translearn_core.results.confusion import confusion
from translearn_core.results.interval_estimate import CELLS_AT_ONCE, percentile_interval

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


def accuracy_and_macro_f1(
    labels: IntArray, predicted: IntArray, *, classes: int, seed: int = 0, draws: int = 2000
) -> tuple[Estimate, Estimate]:
    """Return accuracy with Wilson's interval and macro-F1 with its bootstrap interval.

    Macro-F1 is over the classes present in labels or predictions.

    Parameters
    ----------
    labels, predicted : int arrays, shape (rows,)
        Class indices from 0.
    classes : int
        Number of classes.
    seed, draws : int
        Of the macro-F1 bootstrap, see `macro_f1_interval`.
    """
    counts = confusion(labels, predicted, classes)
    accuracy = Estimate.share(int(counts.trace()), len(labels))
    return accuracy, macro_f1_interval(counts, seed=seed, draws=draws)


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
