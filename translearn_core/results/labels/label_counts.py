"""Counts of several labels per row: F1 of each label, and the tables of a multi-label evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.results.interval_estimate import percentile_interval, wilson

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
Mask = NDArray[np.bool_]

DRAWS = 1000
"""Bootstrap draws of each label's F1."""


def f1(right: Any, support: Any, predicted: Any) -> FloatArray:
    """Return F1 from counts of true positives, of rows and of predictions; 0 where there are neither."""
    values: FloatArray = 2 * right / np.maximum(support + predicted, 1)
    return values


@dataclass(frozen=True)
class LabelCounts:
    """True positives, rows and predictions of each label, shape (…, labels)."""

    right: IntArray
    support: IntArray
    predicted: IntArray

    @classmethod
    def of(cls, true: Mask, predicted: Mask) -> "LabelCounts":
        """Count the labels of rows, shape (rows, labels)."""
        counted = (true & predicted, true, predicted)
        return cls(*(part.sum(axis=0, dtype=np.int64) for part in counted))

    @property
    def macro_f1s(self) -> FloatArray:
        """Mean F1 of the labels that occur as label or prediction; 0 without any."""
        occurs = self.support + self.predicted > 0
        total = f1(self.right, self.support, self.predicted).sum(axis=-1)
        mean: FloatArray = total / np.maximum(occurs.sum(axis=-1), 1)
        return mean

    @property
    def macro_f1(self) -> float:
        """Mean F1 of the labels of one set of rows."""
        return float(self.macro_f1s)

    @property
    def micro_f1s(self) -> FloatArray:
        """F1 of all labels taken together."""
        sums = (part.sum(axis=-1) for part in (self.right, self.support, self.predicted))
        return f1(*sums)

    @property
    def micro_f1(self) -> float:
        """F1 of all labels of one set of rows taken together."""
        return float(self.micro_f1s)

    def f1_intervals(self, rows: int, seed: int = 0) -> tuple[FloatArray, FloatArray]:
        """Return the ends of the 95 % bootstrap intervals over rows of each label's F1.

        F1 of a label depends on four counts alone, which are multinomial if `rows` rows are drawn again.
        """
        random, low, high = np.random.default_rng(seed), [], []
        for right, support, predicted in zip(self.right, self.support, self.predicted, strict=True):
            cells = np.array([right, support - right, predicted - right, rows - support - predicted + right])
            tp, fn, fp, _ = random.multinomial(rows, cells / max(rows, 1), size=DRAWS).T
            occurs = tp + fn + fp > 0
            estimate = percentile_interval(0.0, f1(tp, tp + fn, tp + fp)[occurs])
            low.append(estimate.low)
            high.append(estimate.high)
        return np.array(low), np.array(high)

    def frame(self, names: Sequence[str], rows: int) -> pd.DataFrame:
        """Return per label precision, recall and F1 with intervals, support, and its confusion matrix."""
        low, high = self.f1_intervals(rows)
        recall_low, recall_high = wilson(self.right, self.support)
        precision_low, precision_high = wilson(self.right, self.predicted)
        return pd.DataFrame(
            {
                "label": list(names),
                "f1": f1(self.right, self.support, self.predicted),
                "f1 low": low,
                "f1 high": high,
                "precision": self.right / np.maximum(self.predicted, 1),
                "precision low": precision_low,
                "precision high": precision_high,
                "recall": self.right / np.maximum(self.support, 1),
                "recall low": recall_low,
                "recall high": recall_high,
                "support": self.support,
                "predicted": self.predicted,
                "true positives": self.right,
                "false positives": self.predicted - self.right,
                "false negatives": self.support - self.right,
                "true negatives": rows - self.support - self.predicted + self.right,
            }
        )
