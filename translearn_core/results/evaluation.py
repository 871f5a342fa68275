"""What a trained model does on rows it did not learn from.

Scores with intervals, confusion, every prediction.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SMALL_TEST_SET = 200
"""Fewer test rows show no small differences: a share of so many is known to 7 points at worst."""


def small_test_set_note(rows: int) -> str:
    """Say what a test on so many rows cannot show; nothing where they are enough, or there are none."""
    if not 0 < rows < SMALL_TEST_SET:
        return ""
    return (
        f"Only {rows:,} test rows: one text more or less is worth {100 / rows:.1f} points, so small "
        "differences cannot show."
    )


@dataclass(frozen=True)
class Interval:
    """A 95 % interval."""

    low: float
    high: float


@dataclass(frozen=True)
class Metrics:
    """Scores on one split; intervals are percentile bootstraps over rows."""

    n: int
    accuracy: float
    macro_f1: float
    loss: float
    accuracy_interval: Interval
    macro_f1_interval: Interval


@dataclass(frozen=True)
class Evaluation:
    """A finished run's scores and predictions.

    `confusion[i, j]` counts test rows of class i predicted as class j. `per_class` has label, precision,
    recall, f1,
    support (test rows). `predictions` has a line per row of every split: row, split, text, label,
    predicted, confidence, correct
    (labels as names; row as in the file). `majority` is the test accuracy of always answering the
    commonest training class.
    """

    classes: tuple[str, ...]
    metrics: dict[str, Metrics]
    majority: float
    confusion: NDArray[np.int64] = field(compare=False)
    per_class: pd.DataFrame = field(compare=False)
    predictions: pd.DataFrame = field(compare=False)

    def with_texts(self, lines: pd.DataFrame) -> pd.DataFrame:
        """Return `lines` with the texts whose lines in `predictions` their column ``index`` names, for it."""
        texts = self.predictions["text"].to_numpy()
        return lines.assign(text=texts[lines["index"]]).drop(columns="index")

    def frame(self) -> pd.DataFrame:
        """One line per split: n, accuracy, macro_f1, loss and the ends of the intervals."""
        return pd.DataFrame(
            [
                {
                    "split": split,
                    "n": m.n,
                    "accuracy": m.accuracy,
                    "accuracy low": m.accuracy_interval.low,
                    "accuracy high": m.accuracy_interval.high,
                    "macro F1": m.macro_f1,
                    "macro F1 low": m.macro_f1_interval.low,
                    "macro F1 high": m.macro_f1_interval.high,
                    "loss": m.loss,
                }
                for split, m in self.metrics.items()
            ]
        )

    def confusion_frame(self) -> pd.DataFrame:
        """Test rows by class and predicted class, in long form without the zeros: label, predicted, rows."""
        i, j = np.nonzero(self.confusion)
        names = np.asarray(self.classes, dtype=object)
        return pd.DataFrame({"label": names[i], "predicted": names[j], "rows": self.confusion[i, j]})

    def mistakes(self, limit: int = 20) -> pd.DataFrame:
        """The most confident mistakes on test: text, label, predicted, confidence, row."""
        wrong = self.predictions[(self.predictions["split"] == "test") & ~self.predictions["correct"]]
        columns = ["text", "label", "predicted", "confidence", "row"]
        return (
            wrong.sort_values("confidence", ascending=False, kind="stable")
            .head(limit)[columns]
            .reset_index(drop=True)
        )


@dataclass(frozen=True)
class Drift:
    """How far every tensor moved in training.

    Name, part, trainable, had_gradient, relative_change, parameters.
    """

    tensors: pd.DataFrame = field(compare=False)

    def frame(self) -> pd.DataFrame:
        """One line per tensor."""
        return self.tensors

    def by_part(self) -> pd.DataFrame:
        """One line per part (embeddings, block k, head).

        Parameters, trained, relative change (root mean square over its tensors' norms).
        """
        rows = []
        for part, group in self.tensors.groupby("part", sort=False):
            change = float(
                np.sqrt((group["moved_norm"] ** 2).sum() / max((group["start_norm"] ** 2).sum(), 1e-12))
            )
            rows.append(
                (part, int(group["parameters"].sum()), int(group["trainable"].sum()), len(group), change)
            )
        return pd.DataFrame(
            rows, columns=["part", "parameters", "tensors trained", "tensors", "relative change"]
        )
