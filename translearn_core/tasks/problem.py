"""What a problem type defines for a target: preparation, metrics and predictions."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import DataConfig, ProblemType, TargetConfig
from translearn_core.results import Estimate, Finding
from translearn_core.results.metric import metric_of
from translearn_core.tasks.target import Target
from translearn_core.tasks.task_rows import TaskRows

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Outputs = NDArray[np.floating]
"""Predictions of rows, shape (rows, outputs): probabilities or values, after the model's activation."""


class Problem(Protocol):
    """What differs between problem types, for targets of one type.

    `selection` names the metric that early stopping and the best epoch watch; the first of `metrics` is the
    headline; `row_metric` is the metric that is the mean of the row scores, negated for a loss.
    `constant_name` is the name of the best constant prediction as a baseline.
    """

    type: ProblemType
    selection: str
    row_metric: str
    constant_name: str

    def cell_findings(self, cells: "pd.Series[str]", column: str) -> list[Finding]:
        """Report cells that look like another problem type's; some may be missing."""

    def usable_cells(
        self, cells: "pd.Series[str]", rows: pd.DataFrame, column: str
    ) -> tuple[NDArray[np.bool_], list[Finding]]:
        """Return which cells, none missing, hold a value of this type; the other rows are left out.

        Raises
        ------
        DataError
            If most of the cells hold none.
        """

    def encode(
        self, cells: "pd.Series[str]", rows: pd.DataFrame, config: TargetConfig, data: DataConfig
    ) -> tuple[Target, list[Finding]]:
        """Encode cells, all usable; findings name them by the columns part and row of `rows`.

        Raises
        ------
        DataError
            If the column is no target of this type.
        """

    def clean_conflicts(self, state: TaskRows, config: DataConfig) -> TaskRows:
        """Report equal texts with different values, or drop them if the config says so."""

    def clean_rare(self, state: TaskRows, config: DataConfig) -> TaskRows:
        """Report rare values, or drop or merge them if the config says so."""

    def check(self, target: Target, most: int) -> None:
        """Raise `DataError` if the values left are no task, or need more than `most` outputs."""

    def untrainable(self, target: Target, train: IntArray) -> str | None:
        """Return what training rows hold if a model cannot learn from it, else None."""

    def finish(self, target: Target) -> Target:
        """Return the target of the rows that are left, with the outputs that these need."""

    def split_findings(self, state: TaskRows) -> list[Finding]:
        """Report values that a split with rows lacks."""

    def findings(self, target: Target, split: IntArray) -> list[Finding]:
        """Report unusual values of a prepared target."""

    def count_rows(self, target: Target, split: IntArray) -> pd.DataFrame:
        """Return rows per value and split, columns label, train, validation, test."""

    def absent_outputs(self, target: Target, train: IntArray) -> IntArray:
        """Return outputs without a training row, which a model never predicts."""

    def strata(self, target: Target) -> IntArray:
        """Return a stratum per row, from 0, for splits, subsets, folds and colours."""

    def split_strata(self, target: Target) -> NDArray[Any]:
        """Return what drawn splits keep in proportion: `strata`, or a mask of shape (rows, strata)."""

    def stratum_names(self, target: Target) -> tuple[str, ...]:
        """Return the names of the strata."""

    def choose_thresholds(self, target: Target, rows: IntArray, outputs: Outputs) -> Target:
        """Return the target with decision thresholds chosen on some rows; unchanged if it has none."""

    def metrics(
        self, target: Target, rows: IntArray, outputs: Outputs, *, seed: int = 0
    ) -> dict[str, Estimate]:
        """Return metrics of the outputs of some rows with their intervals, the headline first."""

    def point_metrics(self, target: Target, rows: IntArray, outputs: Outputs) -> dict[str, float]:
        """Return the same metrics without intervals, as computed after each epoch."""

    def output_metrics(
        self, target: Target, rows: IntArray, outputs: Outputs, *, seed: int = 0
    ) -> dict[str, tuple[Estimate, ...]]:
        """Return metrics of each output that need all outputs, not predictions alone, with intervals."""

    def row_scores(self, target: Target, rows: IntArray, outputs: Outputs) -> FloatArray:
        """Return the score of each row: in [0, 1], or a negated loss; higher is better."""

    def constant_baseline(self, target: Target, train: IntArray, rows: IntArray) -> FloatArray:
        """Return the outputs of the best constant prediction for some rows, shape (rows, outputs).

        That for words is constant for each word.
        """

    def decode_values(self, target: Target) -> NDArray[Any]:
        """Return the value of each row in the terms of the target's column."""

    def encode_values(self, names: Sequence[str], values: NDArray[Any]) -> NDArray[Any]:
        """Return target values of what `decode_values` returned; `names` are those of the outputs."""

    def decode(
        self, names: Sequence[str], outputs: Outputs, thresholds: FloatArray | None = None
    ) -> pd.DataFrame:
        """Return predictions in the terms of the target's column, one row per row of outputs.

        Column predicted, and confidence if outputs are probabilities; `names` are those of the outputs,
        `thresholds` the target's.
        """

    def caveats(self, counts: pd.DataFrame) -> list[str]:
        """Return caveats of scores on test rows; `counts` are the rows per value and split (`count_rows`)."""

    def describe(self, names: Sequence[str]) -> str:
        """Describe in a sentence what a model with outputs called `names` does."""

    def limits(self) -> list[str]:
        """Return the limits of every model of this type, in sentences."""


def constant_score(
    problem: Problem, target: Target, train: IntArray, rows: IntArray, *, metric: str | None = None
) -> float:
    """Return a metric, or the headline, of the best constant prediction of some rows; NaN without rows."""
    if not len(train) or not len(rows):
        return float("nan")
    targets, outputs = constant_outputs(problem, target, train, rows)
    scores = [problem.point_metrics(decision, rows, outputs) for decision in targets]
    name = next(iter(scores[0])) if metric is None else metric
    better = max if metric_of(name).higher_is_better else min
    return better(one[name] for one in scores)


def constant_row_score(problem: Problem, target: Target, train: IntArray, rows: IntArray) -> float:
    """Return the row metric of the best constant prediction of some rows; NaN without rows."""
    if not len(train) or not len(rows):
        return float("nan")
    targets, outputs = constant_outputs(problem, target, train, rows)
    best = max(float(problem.row_scores(decision, rows, outputs).mean()) for decision in targets)
    return metric_of(problem.row_metric).of_row_scores(best)


def constant_outputs(
    problem: Problem, target: Target, train: IntArray, rows: IntArray
) -> tuple[tuple[Target, Target], Outputs]:
    """Return constant outputs of some rows, and the target with and without thresholds for them.

    Which of the two suits a metric better differs between metrics.
    """
    outputs, seen = (problem.constant_baseline(target, train, part) for part in (rows, train))
    return (problem.choose_thresholds(target, train, seen), target), outputs
