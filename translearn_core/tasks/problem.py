"""Target of a task, and what a problem type defines for it."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import ProblemType
from translearn_core.results import Estimate

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Outputs = NDArray[np.floating]
"""Predictions of rows, shape (rows, outputs): probabilities or values, after the model's activation."""


@dataclass(frozen=True)
class Target:
    """Column to predict, encoded: `values` has one entry per row, `names` name the outputs."""

    column: str
    problem: ProblemType
    names: tuple[str, ...]
    values: NDArray[Any] = field(compare=False)


class Problem(Protocol):
    """What differs between problem types, for targets of one type.

    `selection` names the metric that early stopping and the best epoch watch; the first of `metrics` is the
    headline.
    """

    type: ProblemType
    selection: str

    def n_outputs(self, target: Target) -> int:
        """Return the number of outputs of a model."""

    def absent_outputs(self, target: Target, train: IntArray) -> IntArray:
        """Return outputs without a training row, which a model never predicts."""

    def strata(self, target: Target) -> IntArray:
        """Return a stratum per row, for splits, subsets and folds."""

    def metrics(
        self, target: Target, rows: IntArray, outputs: Outputs, *, seed: int = 0
    ) -> dict[str, Estimate]:
        """Return metrics of the outputs of some rows with their intervals, the headline first."""

    def point_metrics(self, target: Target, rows: IntArray, outputs: Outputs) -> dict[str, float]:
        """Return the same metrics without intervals, as computed after each epoch."""

    def row_scores(self, target: Target, rows: IntArray, outputs: Outputs) -> FloatArray:
        """Return the score of each row: in [0, 1], or a negated loss; higher is better."""

    def constant_baseline(self, target: Target, train: IntArray) -> FloatArray:
        """Return the outputs of the best constant prediction, shape (outputs,)."""

    def decode_values(self, target: Target) -> NDArray[Any]:
        """Return the value of each row in the terms of the target's column."""

    def decode(self, target: Target, outputs: Outputs) -> pd.DataFrame:
        """Return predictions in the terms of the target's column, one row per row of outputs."""


def constant_score(problem: Problem, target: Target, train: IntArray, rows: IntArray) -> float:
    """Return the headline metric on some rows of the best constant prediction; NaN without rows."""
    if not len(train) or not len(rows):
        return float("nan")
    outputs = np.broadcast_to(
        problem.constant_baseline(target, train), (len(rows), problem.n_outputs(target))
    )
    return next(iter(problem.point_metrics(target, rows, outputs).values()))
