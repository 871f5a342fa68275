"""Evaluation of a trained model: scores with intervals, confusion matrix, predictions, weight drift."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import model_validator

from translearn_core.results.interval_estimate import Estimate

SMALL_TEST_SET = 200
"""Below so many test rows the 95 % margin of an accuracy may exceed 7 points."""


def small_test_set_note(rows: int) -> str:
    """Return a warning for fewer than `SMALL_TEST_SET` test rows, else an empty string."""
    if not 0 < rows < SMALL_TEST_SET:
        return ""
    return (
        f"Only {rows:,} test rows: one text more or less is worth {100 / rows:.1f} points, so small "
        "differences cannot show."
    )


@dataclass(frozen=True)
class Metrics:
    """Scores on one split of `n` rows; intervals are Wilson's of accuracy, the bootstrap's of macro-F1."""

    n: int
    accuracy: Estimate
    macro_f1: Estimate
    loss: float

    @model_validator(mode="before")
    @classmethod
    def _of_earlier_version(cls, values: Any) -> Any:
        """Convert scores stored with separate intervals; that of the accuracy is replaced by Wilson's."""
        if not isinstance(values, dict) or "accuracy_interval" not in values:
            return values
        n, accuracy, macro_f1 = (values[name] for name in ("n", "accuracy", "macro_f1"))
        return {
            "n": n,
            "accuracy": Estimate.share(round(accuracy * n), n),
            "macro_f1": Estimate(macro_f1, **values["macro_f1_interval"]),
            "loss": values["loss"],
        }


@dataclass(frozen=True)
class Evaluation:
    """A finished run's scores and predictions.

    `confusion[i, j]` counts test rows of class i predicted as class j. `per_class` has label, precision,
    recall, f1, support (test rows). `predictions` has one row per row of every split: row (as in the file),
    split, text, label, predicted, confidence, correct (labels as names). `majority` is the test accuracy of
    the majority-class baseline.
    """

    classes: tuple[str, ...]
    metrics: dict[str, Metrics]
    majority: float
    confusion: NDArray[np.int64] = field(compare=False)
    per_class: pd.DataFrame = field(compare=False)
    predictions: pd.DataFrame = field(compare=False)

    def with_texts(self, lines: pd.DataFrame) -> pd.DataFrame:
        """Return `lines` with the column ``index`` (lines of `predictions`) replaced by the texts."""
        texts = self.predictions["text"].to_numpy()
        return lines.assign(text=texts[lines["index"]]).drop(columns="index")

    def frame(self) -> pd.DataFrame:
        """Return one row per split: n, accuracy, macro-F1, loss and the intervals."""
        return pd.DataFrame(
            [
                {"split": split, "n": m.n}
                | m.accuracy.columns("accuracy")
                | m.macro_f1.columns("macro F1")
                | {"loss": m.loss}
                for split, m in self.metrics.items()
            ]
        )

    def confusion_frame(self) -> pd.DataFrame:
        """Return the non-zero entries of the confusion matrix: label, predicted, rows."""
        i, j = np.nonzero(self.confusion)
        names = np.asarray(self.classes, dtype=object)
        return pd.DataFrame({"label": names[i], "predicted": names[j], "rows": self.confusion[i, j]})

    def mistakes(self, limit: int = 20) -> pd.DataFrame:
        """Return the most confident errors on test: text, label, predicted, confidence, row."""
        wrong = self.predictions[(self.predictions["split"] == "test") & ~self.predictions["correct"]]
        columns = ["text", "label", "predicted", "confidence", "row"]
        return (
            wrong.sort_values("confidence", ascending=False, kind="stable")
            .head(limit)[columns]
            .reset_index(drop=True)
        )


@dataclass(frozen=True)
class HeldOutLogits:
    """Logits of the validation and test rows, float32, shape (rows, classes) each.

    Rows are in the order of `Evaluation.predictions`, columns in that of `Evaluation.classes`.
    """

    validation: NDArray[np.float32] = field(compare=False)
    test: NDArray[np.float32] = field(compare=False)

    def frame(self) -> pd.DataFrame:
        """Return one row per row of a split: split, and the logit of each class by its index."""
        splits = {"validation": pd.DataFrame(self.validation), "test": pd.DataFrame(self.test)}
        return pd.concat(splits, names=["split", "row"]).reset_index("split")


@dataclass(frozen=True)
class Drift:
    """Weight drift: how far each tensor moved in training.

    `tensors`: name, part, trainable, had_gradient, relative_change, parameters.
    """

    tensors: pd.DataFrame = field(compare=False)

    def frame(self) -> pd.DataFrame:
        """Return one row per tensor."""
        return self.tensors

    @property
    def n_blocks(self) -> int:
        """Number of blocks of the backbone."""
        parts = self.tensors["part"].drop_duplicates()
        return int(parts.str.startswith("block ").sum())

    def by_part(self) -> pd.DataFrame:
        """Return one row per part (embeddings, block k, head).

        Its parameters, tensors, and relative change (root mean square over its tensors' norms).
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
