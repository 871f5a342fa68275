"""Single-label classification: each row has one class of several."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import DataConfig, ProblemType
from translearn_core.results import Estimate, Finding
from translearn_core.results.confusion import confusion
from translearn_core.tasks.classes import checks, cleaning, encoding
from translearn_core.tasks.classes.metrics import (
    accuracy,
    accuracy_and_macro_f1,
    macro_f1,
)
from translearn_core.tasks.label_sets.cells import several_labels_finding
from translearn_core.tasks.problem import FloatArray, IntArray, Outputs
from translearn_core.tasks.target import Target
from translearn_core.tasks.task_rows import TaskRows

ACCURACY, MACRO_F1 = "accuracy", "macro_f1"


class SingleLabel:
    """One class per row; `Target.values` are class indices, outputs are class probabilities."""

    type = ProblemType.SINGLE_LABEL
    selection = MACRO_F1
    row_metric = ACCURACY
    constant_name = "majority-class baseline"

    cell_findings = staticmethod(several_labels_finding)
    encode = staticmethod(encoding.encode)
    clean_rare = staticmethod(cleaning.clean_rare_classes)
    check = staticmethod(checks.check_number_of_classes)
    untrainable = staticmethod(checks.missing_classes)
    finish = staticmethod(encoding.present_classes)
    split_findings = staticmethod(checks.split_findings)
    findings = staticmethod(checks.class_findings)
    count_rows = staticmethod(checks.count_rows)
    caveats = staticmethod(checks.class_caveats)

    def usable_cells(
        self, cells: "pd.Series[str]", rows: pd.DataFrame, column: str
    ) -> tuple[NDArray[np.bool_], list[Finding]]:
        """Return all cells: any may name a class."""
        del rows, column
        return np.ones(len(cells), dtype=bool), []

    def clean_conflicts(self, state: TaskRows, config: DataConfig) -> TaskRows:
        """Report texts with several labels, or drop them if the config says so."""
        return cleaning.drop_or_offer_conflicts(state, config, self.decode_values)

    def absent_outputs(self, target: Target, train: IntArray) -> IntArray:
        """Return the classes without a training row."""
        return np.setdiff1d(np.arange(len(target.names)), target.values[train])

    def strata(self, target: Target) -> IntArray:
        """Return the class of each row."""
        return np.asarray(target.values, dtype=np.int64)

    split_strata = strata

    def choose_thresholds(self, target: Target, rows: IntArray, outputs: Outputs) -> Target:
        """Return the target: the most probable class is predicted, without a threshold."""
        del rows, outputs
        return target

    def stratum_names(self, target: Target) -> tuple[str, ...]:
        """Return the classes."""
        return target.names

    def metrics(
        self, target: Target, rows: IntArray, outputs: Outputs, *, seed: int = 0
    ) -> dict[str, Estimate]:
        """Return accuracy with Wilson's interval and macro-F1 with its bootstrap interval."""
        scores = accuracy_and_macro_f1(
            target.values[rows], outputs.argmax(axis=1), classes=len(target.names), seed=seed
        )
        return dict(zip((ACCURACY, MACRO_F1), scores, strict=True))

    def point_metrics(self, target: Target, rows: IntArray, outputs: Outputs) -> dict[str, float]:
        """Return accuracy and macro-F1."""
        counts = confusion(target.values[rows], outputs.argmax(axis=1), len(target.names))
        return {ACCURACY: accuracy(counts), MACRO_F1: macro_f1(counts)}

    def output_metrics(
        self, target: Target, rows: IntArray, outputs: Outputs, *, seed: int = 0
    ) -> dict[str, tuple[Estimate, ...]]:
        """Return none: the predictions give all."""
        del target, rows, outputs, seed
        return {}

    def row_scores(self, target: Target, rows: IntArray, outputs: Outputs) -> FloatArray:
        """Return 1 for correct rows, else 0."""
        correct = outputs.argmax(axis=1) == target.values[rows]
        return np.asarray(correct, dtype=np.float64)

    def constant_baseline(self, target: Target, train: IntArray, rows: IntArray) -> FloatArray:
        """Return all probability on the most frequent class of the training rows."""
        counts = np.bincount(target.values[train], minlength=len(target.names))
        return np.tile(np.eye(len(target.names))[counts.argmax()], (len(rows), 1))

    def decode_values(self, target: Target) -> NDArray[np.object_]:
        """Return the class name of each row."""
        names: NDArray[np.object_] = np.asarray(target.names, dtype=object)[target.values]
        return names

    def encode_values(self, names: Sequence[str], values: NDArray[Any]) -> IntArray:
        """Return the class index of each class name, -1 for other names."""
        return np.asarray(pd.Index(names).get_indexer(pd.Index(values)), dtype=np.int64)

    def decode(
        self, names: Sequence[str], outputs: Outputs, thresholds: FloatArray | None = None
    ) -> pd.DataFrame:
        """Return predicted (class name) and confidence (its probability)."""
        del thresholds
        predicted = outputs.argmax(axis=1)
        confidence = outputs[np.arange(len(outputs)), predicted].astype(np.float64)
        classes = np.asarray(names, dtype=object)
        return pd.DataFrame({"predicted": classes[predicted], "confidence": confidence})

    def describe(self, names: Sequence[str]) -> str:
        """Name the number of classes."""
        return f"Sorts a text into one of {len(names)} labels."

    def limits(self) -> list[str]:
        """Return limits of classes and of probabilities."""
        return [
            "It knows the labels above and no other: a text that belongs to none gets one of them all the "
            "same.",
            "Its probabilities say how sure the model is, which is not how often it is right, unless that "
            "was measured.",
        ]
