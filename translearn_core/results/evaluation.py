"""Evaluation of a trained model: scores with intervals, predictions, weight drift."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import model_validator

from translearn_core.config import ProblemType
from translearn_core.config.text_cells import SENTENCE, TEXT, TEXT_PAIR
from translearn_core.results.confusion import confusion, per_class
from translearn_core.results.format import count_noun
from translearn_core.results.interval_estimate import Estimate
from translearn_core.results.metric import Scored

SMALL_TEST_SET = 200
"""Below so many test rows the 95 % margin of an accuracy may exceed 7 points."""


def small_test_set_note(rows: int, *, shares: bool = True, noun: str = "text") -> str:
    """Return a warning for fewer than `SMALL_TEST_SET` test rows, else an empty string.

    `shares`: row scores are 0 or 1; `noun` names a row (`DataConfig.row_noun`).
    """
    if not 0 < rows < SMALL_TEST_SET:
        return ""
    if not shares:
        return f"Only {count_noun(rows, 'test row')}: small differences cannot show."
    return (
        f"Only {count_noun(rows, 'test row')}: one {noun} more or less is worth {100 / rows:.1f} points, so "
        "small differences cannot show."
    )


@dataclass(frozen=True)
class Metrics(Scored):
    """Scores on one split of `n` rows by name, the headline first, with 95 % intervals; mean loss."""

    n: int
    scores: dict[str, Estimate]
    loss: float

    @model_validator(mode="before")
    @classmethod
    def _of_earlier_version(cls, values: Any) -> Any:
        """Convert the accuracy and macro-F1 of earlier versions.

        The first ones had separate intervals; that of the accuracy is replaced by Wilson's.
        """
        if not isinstance(values, dict) or "accuracy" not in values:
            return values
        n, accuracy, macro_f1 = (values[name] for name in ("n", "accuracy", "macro_f1"))
        if "accuracy_interval" in values:
            accuracy = Estimate.share(round(accuracy * n), n)
            macro_f1 = Estimate(macro_f1, **values["macro_f1_interval"])
        return {"n": n, "scores": {"accuracy": accuracy, "macro_f1": macro_f1}, "loss": values["loss"]}


@dataclass(frozen=True)
class Evaluation:
    """A finished run's scores and predictions.

    `names` are those of the model's outputs, such as classes. `predictions` has one row per row of every
    split: row (as in the file), split, text, of pairs text_pair, of words sentence and position, label (the
    target's value), the columns of `Problem.decode` and score (`Problem.row_scores`). `constant_baseline` is
    the test headline of the best constant prediction. `thresholds` are those of the outputs, of a multi-label
    problem. `output_metrics` are test metrics of each output by name, one per name, that predictions do not
    give (`Problem.output_metrics`). Training rows that were not predicted lack prediction and score.
    `domains` are the scores of the test rows of each domain, where there are several; `predictions` then has
    their column domain.
    """

    EARLIER_FIELDS: ClassVar[dict[str, str | None]] = {
        "classes": "names",
        "confusion": None,
        "per_class": None,
        "majority": "constant_baseline",
    }
    """Names of fields of earlier versions; None: no longer stored."""

    names: tuple[str, ...]
    metrics: dict[str, Metrics]
    constant_baseline: float
    predictions: pd.DataFrame = field(compare=False)
    problem: ProblemType = ProblemType.SINGLE_LABEL
    thresholds: tuple[float, ...] | None = None
    output_metrics: dict[str, tuple[Estimate, ...]] = field(default_factory=dict, compare=False)
    domains: dict[str, Metrics] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Convert the column of correct rows of earlier versions to scores."""
        if "correct" in self.predictions:
            scored = self.predictions.assign(score=self.predictions["correct"].astype(np.float64))
            object.__setattr__(self, "predictions", scored.drop(columns="correct"))

    @property
    def predicted_rows(self) -> NDArray[np.bool_]:
        """Mask of the rows with a prediction: all, or the validation and test rows."""
        return self.predictions["predicted"].notna().to_numpy(bool)

    def with_texts(self, lines: pd.DataFrame) -> pd.DataFrame:
        """Return `lines` with the texts instead of the column ``index``, lines of `predictions`."""
        rows = self.predictions.iloc[lines["index"]]
        texts = {name: rows[name].to_numpy() for name in self.text_columns}
        return lines.assign(**texts).drop(columns="index")

    @property
    def text_columns(self) -> list[str]:
        """Columns of the texts in `predictions`: text, text_pair of pairs, sentence of words."""
        return [name for name in (TEXT, TEXT_PAIR, SENTENCE) if name in self.predictions]

    def frame(self) -> pd.DataFrame:
        """Return one row per split: n, scores with their intervals, loss."""
        return pd.DataFrame(
            [
                {"split": split, "n": metrics.n} | metrics.score_columns() | {"loss": metrics.loss}
                for split, metrics in self.metrics.items()
            ]
        )

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        """Test rows of class i predicted as class j, shape (classes, classes); of a single-label problem."""
        test, names = self.predictions[self.predictions["split"] == "test"], pd.Index(self.names)
        label, predicted = (names.get_indexer(pd.Index(test[column])) for column in ("label", "predicted"))
        return confusion(label, predicted, len(names))

    def cell(self, label: int, predicted: int) -> pd.DataFrame:
        """Return the predictions counted in one cell of the confusion matrix, the most confident first."""
        rows = self.predictions
        same = (rows["label"] == self.names[label]) & (rows["predicted"] == self.names[predicted])
        return rows[same & (rows["split"] == "test")].sort_values(
            "confidence", ascending=False, kind="stable"
        )

    def between(self, low: float, high: float) -> pd.DataFrame:
        """Return the test predictions with a confidence above `low` up to `high`, errors first."""
        rows = self.predictions
        inside = (rows["confidence"] > low) & (rows["confidence"] <= high)
        return rows[inside & (rows["split"] == "test")].sort_values("score", kind="stable")

    @property
    def per_class(self) -> pd.DataFrame:
        """Label, precision, recall, f1 and support of every class on test; of a single-label problem."""
        return per_class(self.confusion, self.names)

    def confusion_frame(self) -> pd.DataFrame:
        """Return the non-zero entries of the confusion matrix: label, predicted, rows."""
        i, j = np.nonzero(self.confusion)
        names = np.asarray(self.names, dtype=object)
        return pd.DataFrame({"label": names[i], "predicted": names[j], "rows": self.confusion[i, j]})

    def mistakes(self, limit: int = 20) -> pd.DataFrame:
        """Return the worst errors on test, the most confident first: text, label, prediction, row."""
        rows = self.predictions
        wrong = rows[(rows["split"] == "test") & (rows["score"] < 1)]
        sure = [name for name in ("confidence",) if name in wrong]
        ordered = wrong.sort_values(["score", *sure], ascending=[True, *(False for _ in sure)], kind="stable")
        texts = self.text_columns
        columns = [*texts, *(c for c in rows if c not in (*texts, "row", "split", "score")), "row"]
        return ordered.head(limit)[columns].reset_index(drop=True)


@dataclass(frozen=True)
class TrainingPredictions:
    """Number of training rows that were predicted after a run, whose `Evaluation` has them."""

    rows: int

    def frame(self) -> pd.DataFrame:
        """Return the number in a table."""
        return pd.DataFrame({"rows": [self.rows]})


@dataclass(frozen=True)
class HeldOutLogits:
    """Outputs of the validation and test rows before activation, float32, shape (rows, n_outputs) each.

    Rows are in the order of `Evaluation.predictions`, columns in that of `Evaluation.names`.
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
