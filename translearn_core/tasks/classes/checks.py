"""Checks of classes: their number, their rows in the splits, and what their names look like."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import finding, one_file_rows
from translearn_core.results.format import count_noun, quote, quote_list
from translearn_core.tasks.classes.labels import is_scale
from translearn_core.tasks.splits import SPLITS, TEST, TRAIN
from translearn_core.tasks.target import Target
from translearn_core.tasks.task_rows import TaskRows

IntArray = NDArray[np.int64]

UNBALANCED = 3.0
"""Minimum ratio of the largest to the smallest class at which class weights help, and accuracy misleads."""


def check_number_of_classes(target: Target, most: int) -> None:
    """Raise `DataError` unless at least two and at most `most` classes have rows."""
    present = np.unique(target.values)
    if len(present) > most:
        raise DataError(
            f"{len(present):,} classes in column {quote(target.column)}, and {most:,} are the most: "
            "is this really the label column? Choose another, or group its values."
        )
    if len(present) < 2:
        name = quote(target.names[present[0]]) if len(present) else "none"
        raise DataError(
            f"One class is left, {name}: take back the fixes that dropped the others, or add rows of them."
        )


def missing_classes(target: Target, train: IntArray) -> str | None:
    """Return what training rows hold if it is not two classes at least, else None."""
    present = np.unique(target.values[train])
    if len(present) > 1:
        return None
    rest = f"rows of the one class {quote(target.names[present[0]])}" if len(present) else "no row"
    return f"{rest}, and two classes are the least"


def class_counts(target: Target, split: IntArray) -> IntArray:
    """Count rows per class and split, shape (classes, splits)."""
    flat = np.bincount(target.values * len(SPLITS) + split, minlength=len(target.names) * len(SPLITS))
    return flat.reshape(len(target.names), len(SPLITS))


def count_rows(target: Target, split: IntArray) -> pd.DataFrame:
    """Return rows per class and split, columns label, train, validation, test."""
    counts = class_counts(target, split)
    return pd.DataFrame({"label": target.names} | {str(s): counts[:, k] for k, s in enumerate(SPLITS)})


def class_findings(target: Target, split: IntArray) -> list[Finding]:
    """Report classes that are nearly as many as rows, look like a scale, or are unbalanced in train."""
    classes, rows, column = len(target.names), len(target.values), quote(target.column)
    findings = []
    if classes > 0.5 * rows:
        sentence = (
            f"Column {column} has {classes:,} values in {count_noun(rows, 'row')}: is it really the label "
            "column?"
        )
        findings.append(finding("labels-nearly-unique", Severity.WARNING, sentence))
    if is_scale(target.names):
        sentence = (
            f"Column {column} holds numbers with decimals, such as {quote(target.names[0])}: each of the "
            f"{classes} values becomes a class of its own, and their order is lost."
        )
        findings.append(finding("labels-are-a-scale", Severity.WARNING, sentence))
    counts = class_counts(target, split)[:, TRAIN]
    present = np.flatnonzero(counts)
    largest, smallest = present[counts[present].argmax()], present[counts[present].argmin()]
    if (ratio := counts[largest] / counts[smallest]) >= UNBALANCED:
        sentence = (
            f"Classes are unbalanced: {quote(target.names[largest])} has {counts[largest]:,} training rows, "
            f"{quote(target.names[smallest])} {counts[smallest]:,}, {ratio:.1f} times fewer."
        )
        advice = "Turn class weights to balanced, and read macro-F1 rather than accuracy."
        findings.append(finding("imbalance", Severity.DECISION, sentence, advice=advice))
    return findings


def split_findings(state: TaskRows) -> list[Finding]:
    """Report splits that have rows but lack classes."""
    counts = class_counts(state.target, state.rows["split"].to_numpy())
    return missing_findings(state, counts, lambda classes: np.isin(state.target.values, classes))


def missing_findings(
    state: TaskRows, counts: IntArray, rows_of: Callable[[IntArray], NDArray[np.bool_]]
) -> list[Finding]:
    """Report splits that have rows but lack classes.

    Parameters
    ----------
    state : TaskRows
    counts : int array, shape (classes, splits)
    rows_of : callable
        Returns the mask of the rows of some classes.
    """
    target, findings = state.target, []
    for index, name in enumerate(SPLITS):
        missing = np.flatnonzero((counts[:, index] == 0) & (counts.sum(axis=1) > 0))
        if not len(missing) or not counts[:, index].any():
            continue
        listed = quote_list([target.names[k] for k in missing])
        numbers = one_file_rows(state.rows, rows_of(missing))
        if index == TRAIN:
            verb, those = ("stands", "that class") if len(missing) == 1 else ("stand", "those classes")
            sentence = (
                f"{listed} never {verb} in train: the model never answers so, and rows of {those} count as "
                "wrong."
            )
            advice = "Add training rows of it, or correct the labels in the other files."
            findings.append(finding("unseen-classes", Severity.WARNING, sentence, numbers, advice=advice))
        else:
            have = "has" if len(missing) == 1 else "have"
            texts = f"{target.problem.text_noun}s"
            sentence = f"{listed} {have} no row in {name}: too few different {texts}, or none given there."
            findings.append(finding(f"classes-missing-in-{name}", Severity.WARNING, sentence, numbers))
    return findings


def class_caveats(counts: pd.DataFrame) -> list[str]:
    """Warn of unbalanced test rows, where accuracy hides rare classes, and of classes without test rows."""
    rows = counts[str(SPLITS[TEST])].to_numpy()
    present, caveats = rows[rows > 0], []
    if len(present) > 1 and (ratio := present.max() / present.min()) >= UNBALANCED:
        caveats.append(
            f"The classes are uneven: the commonest has {ratio:.0f} times the test rows of the rarest. "
            "Accuracy speaks mostly of the common ones; read macro-F1, which counts all classes alike."
        )
    if missing := int(np.count_nonzero(rows == 0)):
        caveats.append(f"{missing} of the classes have no test row, so nothing is known about them.")
    return caveats
