"""Tables of a multi-label evaluation: metrics per label, confusion and co-occurrence of labels on test."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.results.evaluation import Evaluation
from translearn_core.results.labels.label_counts import LabelCounts
from translearn_core.results.labels.label_sets import parse_label_sets
from translearn_core.results.metric import metric_of

IntArray = NDArray[np.int64]
Mask = NDArray[np.bool_]


def label_masks(evaluation: Evaluation, split: str = "test") -> tuple[Mask, Mask]:
    """Return true and predicted labels of the rows of a split, shape (rows, labels) each."""
    rows = evaluation.predictions[evaluation.predictions["split"] == split]
    true, predicted = (
        parse_label_sets(evaluation.names, rows[column].to_numpy(dtype=object))
        for column in ("label", "predicted")
    )
    return true, predicted


def per_label(evaluation: Evaluation) -> pd.DataFrame:
    """Return a row per label: scores with intervals, threshold, confusion matrix.

    Scores are F1, precision, recall and, unless an earlier version evaluated, average precision.
    """
    true, predicted = label_masks(evaluation)
    frame = LabelCounts.of(true, predicted).frame(evaluation.names, len(true))
    for name, estimates in evaluation.output_metrics.items():
        lines = [estimate.columns(metric_of(name).column) for estimate in estimates]
        for column, values in pd.DataFrame(lines).items():
            frame.insert(list(frame.columns).index("support"), column, values)
    if evaluation.thresholds is not None:
        frame.insert(len(frame.columns) - 4, "threshold", list(evaluation.thresholds))
    return frame


def label_confusion(evaluation: Evaluation) -> tuple[IntArray, IntArray]:
    """Return test rows that have label i and wrongly get label j, shape (labels, labels), and rows per label.

    The diagonal has the rows that have label i and get it.
    """
    true, predicted = label_masks(evaluation)
    given, wrong = (part.astype(np.int64) for part in (true, predicted & ~true))
    counts = given.T @ wrong
    np.fill_diagonal(counts, (true & predicted).sum(axis=0))
    return counts, given.sum(axis=0)


def label_pairs(evaluation: Evaluation) -> pd.DataFrame:
    """Return pairs of labels that occur together on test, as labels or label and prediction, most first.

    `true together` are rows that have both, `predicted beside` rows with the first that get the other,
    `wrongly` those of them that do not have it.
    """
    true, predicted = (part.astype(np.int64) for part in label_masks(evaluation))
    together, beside = true.T @ true, true.T @ predicted
    wrongly = true.T @ (predicted * (1 - true))
    i, j = np.nonzero((together + beside) * (1 - np.eye(len(evaluation.names), dtype=np.int64)))
    names = np.asarray(evaluation.names, dtype=object)
    pairs = pd.DataFrame(
        {
            "label": names[i],
            "other label": names[j],
            "true together": together[i, j],
            "predicted beside": beside[i, j],
            "wrongly": wrongly[i, j],
        }
    )
    return pairs.sort_values(["wrongly", "true together"], ascending=False, kind="stable", ignore_index=True)


def rows_of_pair(evaluation: Evaluation, label: int, predicted: int) -> pd.DataFrame:
    """Return the test predictions counted in one entry of `label_confusion`, the most confident first."""
    rows = evaluation.predictions[evaluation.predictions["split"] == "test"]
    true, given = label_masks(evaluation)
    mask = true[:, label] & given[:, predicted] & ((label == predicted) | ~true[:, predicted])
    return rows[mask].sort_values("confidence", ascending=False, kind="stable")
