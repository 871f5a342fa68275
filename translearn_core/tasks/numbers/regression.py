"""Regression: each row has a number."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import DataConfig, ProblemType
from translearn_core.results import Estimate
from translearn_core.tasks.classes.cleaning import drop_or_offer_conflicts
from translearn_core.tasks.numbers import checks, metrics
from translearn_core.tasks.problem import FloatArray, IntArray, Outputs
from translearn_core.tasks.target import Target
from translearn_core.tasks.task_rows import TaskRows

PEARSON, SPEARMAN, MAE, R2 = "pearson", "spearman", "mae", "r2"
MOST_STRATA = 10
ROWS_PER_STRATUM = 10
"""Least mean number of rows of a stratum."""

_POINT = {
    PEARSON: metrics.pearson,
    SPEARMAN: metrics.spearman,
    MAE: metrics.mean_absolute_error,
    R2: metrics.r2,
}
_INTERVAL = {
    PEARSON: metrics.pearson_interval,
    SPEARMAN: metrics.spearman_interval,
    MAE: metrics.mean_absolute_error_interval,
    R2: metrics.r2_interval,
}


class Regression:
    """A number per row; the one output is the predicted number in the units of the target's column."""

    type = ProblemType.REGRESSION
    selection = PEARSON
    row_metric = MAE
    constant_name = "mean baseline"

    cell_findings = staticmethod(checks.few_values_finding)
    usable_cells = staticmethod(checks.usable_cells)
    encode = staticmethod(checks.encode)
    check = staticmethod(checks.check_variation)
    untrainable = staticmethod(checks.missing_variation)
    split_findings = staticmethod(checks.split_findings)
    findings = staticmethod(checks.value_findings)
    count_rows = staticmethod(checks.count_rows)

    def clean_conflicts(self, state: TaskRows, config: DataConfig) -> TaskRows:
        """Report texts with several numbers, or drop them if the config says so."""
        return drop_or_offer_conflicts(state, config, self.decode_values)

    def clean_rare(self, state: TaskRows, config: DataConfig) -> TaskRows:
        """Return the rows unchanged: numbers may be rare."""
        del config
        return state

    def finish(self, target: Target) -> Target:
        """Return the target unchanged."""
        return target

    def absent_outputs(self, target: Target, train: IntArray) -> IntArray:
        """Return no output: the one output has training rows."""
        del target, train
        return np.arange(0)

    def strata(self, target: Target) -> IntArray:
        """Return the quantile bin of each value; equal values share a bin."""
        values = target.values
        bins = int(np.clip(len(values) // ROWS_PER_STRATUM, 2, MOST_STRATA))
        edges = np.quantile(values, np.arange(1, bins) / bins) if len(values) else values
        bin_of_value = np.searchsorted(edges, values, side="right")
        return np.asarray(np.unique(bin_of_value, return_inverse=True)[1], dtype=np.int64)

    split_strata = strata

    def choose_thresholds(self, target: Target, rows: IntArray, outputs: Outputs) -> Target:
        """Return the target unchanged."""
        del rows, outputs
        return target

    def stratum_names(self, target: Target) -> tuple[str, ...]:
        """Return the range of values of each stratum."""
        groups = pd.Series(target.values).groupby(self.strata(target))
        return tuple(
            f"{checks.format_number(low)} to {checks.format_number(high)}"
            for low, high in zip(groups.min(), groups.max(), strict=True)
        )

    def metrics(
        self, target: Target, rows: IntArray, outputs: Outputs, *, seed: int = 0
    ) -> dict[str, Estimate]:
        """Return Pearson's and Spearman's correlation, mean absolute error and R² with intervals."""
        del seed
        pair = _pair(target, rows, outputs)
        return {name: interval(*pair) for name, interval in _INTERVAL.items()}

    def point_metrics(self, target: Target, rows: IntArray, outputs: Outputs) -> dict[str, float]:
        """Return the same metrics without intervals."""
        pair = _pair(target, rows, outputs)
        return {name: metric(*pair) for name, metric in _POINT.items()}

    def output_metrics(
        self, target: Target, rows: IntArray, outputs: Outputs, *, seed: int = 0
    ) -> dict[str, tuple[Estimate, ...]]:
        """Return none: the predictions give all."""
        del target, rows, outputs, seed
        return {}

    def row_scores(self, target: Target, rows: IntArray, outputs: Outputs) -> FloatArray:
        """Return the negated absolute error of each row."""
        values, predicted = _pair(target, rows, outputs)
        return -np.abs(predicted - values)

    def constant_baseline(self, target: Target, train: IntArray, rows: IntArray) -> FloatArray:
        """Return the mean of the training values."""
        return np.full((len(rows), 1), target.values[train].mean(), dtype=np.float64)

    def decode_values(self, target: Target) -> FloatArray:
        """Return the values."""
        return np.asarray(target.values, dtype=np.float64)

    def encode_values(self, names: Sequence[str], values: NDArray[Any]) -> FloatArray:
        """Return the values."""
        del names
        return np.asarray(values, dtype=np.float64)

    def decode(
        self, names: Sequence[str], outputs: Outputs, thresholds: FloatArray | None = None
    ) -> pd.DataFrame:
        """Return predicted (number)."""
        del names, thresholds
        return pd.DataFrame({"predicted": outputs[:, 0].astype(np.float64)})

    def caveats(self, counts: pd.DataFrame) -> list[str]:
        """Say what a correlation does not measure."""
        del counts
        return [
            "A correlation measures order and linearity: predictions that are all too high, or too close to "
            "their mean, may correlate well. Read the mean absolute error and R² beside it."
        ]

    def describe(self, names: Sequence[str]) -> str:
        """Name the column."""
        return f"Predicts the number '{names[0]}' of a text."

    def limits(self) -> list[str]:
        """Return limits of predicted numbers."""
        return [
            "It was trained on a range of numbers, and predicts few beyond it.",
            "A predicted number carries no measure of its error: the mean absolute error above is that of "
            "the test texts.",
        ]


def _pair(target: Target, rows: IntArray, outputs: Outputs) -> tuple[FloatArray, FloatArray]:
    """Return values and predictions of some rows."""
    return np.asarray(target.values[rows], dtype=np.float64), outputs[:, 0].astype(np.float64)
