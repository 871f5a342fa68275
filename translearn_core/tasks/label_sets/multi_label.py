"""Multi-label classification: each row has any number of labels."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import DataConfig, ProblemType
from translearn_core.results import Estimate, Finding
from translearn_core.results.labels.label_sets import label_sets, parse_label_sets, set_codes
from translearn_core.results.metric import AVERAGE_PRECISION, MACRO_F1, ROW_F1
from translearn_core.tasks.classes.cleaning import drop_or_offer_conflicts
from translearn_core.tasks.label_sets import checks, encoding
from translearn_core.tasks.label_sets.metrics import (
    LabelScores,
    Mask,
    average_precision_intervals,
    choose_thresholds,
    predicted_mask,
    row_f1,
    set_confidence,
)
from translearn_core.tasks.problem import FloatArray, IntArray, Outputs
from translearn_core.tasks.target import Target
from translearn_core.tasks.task_rows import TaskRows

NO_LABEL = "no label"
"""Stratum of rows without a label."""


class MultiLabel:
    """Any number of labels per row; `Target.values` is a mask, shape (rows, labels), outputs probabilities.

    A label is predicted where its probability reaches the target's threshold for it, `THRESHOLD` by default.
    """

    type = ProblemType.MULTI_LABEL
    selection = MACRO_F1
    row_metric = ROW_F1
    constant_name = "label-prior baseline"

    cell_findings = staticmethod(encoding.one_label_finding)
    encode = staticmethod(encoding.encode)
    clean_rare = staticmethod(checks.clean_rare_labels)
    check = staticmethod(checks.check_number_of_labels)
    untrainable = staticmethod(checks.missing_labels)
    finish = staticmethod(encoding.present_labels)
    split_findings = staticmethod(checks.split_findings)
    findings = staticmethod(checks.label_findings)
    count_rows = staticmethod(checks.count_rows)
    caveats = staticmethod(checks.label_caveats)

    def usable_cells(
        self, cells: "pd.Series[str]", rows: pd.DataFrame, column: str
    ) -> tuple[Mask, list[Finding]]:
        """Return all cells: any may name labels."""
        del rows, column
        return np.ones(len(cells), dtype=np.bool_), []

    def clean_conflicts(self, state: TaskRows, config: DataConfig) -> TaskRows:
        """Report texts with different sets of labels, or drop them if the config says so."""
        return drop_or_offer_conflicts(state, config, self.decode_values)

    def absent_outputs(self, target: Target, train: IntArray) -> IntArray:
        """Return the labels without a training row."""
        return np.flatnonzero(~target.values[train].any(axis=0))

    def strata(self, target: Target) -> IntArray:
        """Return the rarest label of each row; rows without a label are the last stratum."""
        counts = target.values.sum(axis=0)
        rank = np.empty(len(counts), dtype=np.int64)
        rank[np.argsort(counts, kind="stable")] = np.arange(len(counts))
        ranked = np.where(target.values, rank, len(counts)).min(axis=1)
        label = np.append(np.argsort(rank), len(counts))
        return np.asarray(label[ranked], dtype=np.int64)

    def split_strata(self, target: Target) -> Mask:
        """Return the labels of each row, which a split keeps in proportion one by one."""
        mask: Mask = target.values
        return mask

    def stratum_names(self, target: Target) -> tuple[str, ...]:
        """Return the labels and `NO_LABEL`."""
        return (*target.names, NO_LABEL)

    def choose_thresholds(self, target: Target, rows: IntArray, outputs: Outputs) -> Target:
        """Return the target with the thresholds of the highest F1 on `rows`."""
        return target.with_thresholds(choose_thresholds(target.values[rows], outputs))

    def metrics(
        self, target: Target, rows: IntArray, outputs: Outputs, *, seed: int = 0
    ) -> dict[str, Estimate]:
        """Return macro-F1, micro-F1, mAP, subset accuracy and Hamming loss with their intervals."""
        return self._scores(target, rows, outputs).estimates(seed)

    def point_metrics(self, target: Target, rows: IntArray, outputs: Outputs) -> dict[str, float]:
        """Return the same metrics without intervals."""
        return self._scores(target, rows, outputs).values

    def output_metrics(
        self, target: Target, rows: IntArray, outputs: Outputs, *, seed: int = 0
    ) -> dict[str, tuple[Estimate, ...]]:
        """Return the average precision of each label with its interval."""
        return {AVERAGE_PRECISION: average_precision_intervals(target.values[rows], outputs, seed=seed)}

    def row_scores(self, target: Target, rows: IntArray, outputs: Outputs) -> FloatArray:
        """Return the F1 of each row's set of labels: 1 for exactly right ones."""
        return row_f1(target.values[rows], predicted_mask(outputs, target.thresholds))

    def constant_baseline(self, target: Target, train: IntArray, rows: IntArray) -> FloatArray:
        """Return a constant that is at least .5 for the most frequent set of labels alone.

        Added to it is the share of each label, so that thresholds chosen for F1 lie below.
        """
        values = target.values[train]
        code, first = set_codes(values)
        frequent = values[first[np.bincount(code).argmax()]]
        return np.tile((frequent + values.mean(axis=0)) / 2, (len(rows), 1))

    def decode_values(self, target: Target) -> NDArray[np.object_]:
        """Return the labels of each row in one string."""
        return label_sets(target.names, target.values)

    def encode_values(self, names: Sequence[str], values: NDArray[Any]) -> Mask:
        """Return the mask of the labels of each row."""
        return parse_label_sets(names, values)

    def decode(
        self, names: Sequence[str], outputs: Outputs, thresholds: FloatArray | None = None
    ) -> pd.DataFrame:
        """Return predicted (labels) and confidence (probability of this set if labels are independent)."""
        mask = predicted_mask(outputs, thresholds)
        return pd.DataFrame(
            {"predicted": label_sets(names, mask), "confidence": set_confidence(outputs, mask)}
        )

    def describe(self, names: Sequence[str]) -> str:
        """Name the number of labels."""
        return f"Gives a text those of {len(names)} labels that apply, any number of them."

    def limits(self) -> list[str]:
        """Return limits of labels and of probabilities."""
        return [
            "It knows the labels above and no other.",
            "A label is given where its probability reaches a threshold that was chosen for F1 on validation "
            "rows, each label its own: where errors cost differently, choose others.",
        ]

    def _scores(self, target: Target, rows: IntArray, outputs: Outputs) -> LabelScores:
        return LabelScores(target.values[rows], predicted_mask(outputs, target.thresholds), outputs)
