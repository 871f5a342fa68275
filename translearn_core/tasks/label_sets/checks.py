"""Checks and cleaning of several labels per row: rare labels, labels without rows, rows without labels."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import CleaningRule, DataConfig
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import finding, one_file_rows
from translearn_core.results.format import count_noun, join_list, quote
from translearn_core.results.labels.label_sets import set_codes
from translearn_core.tasks.classes.checks import missing_findings
from translearn_core.tasks.classes.cleaning import OTHER
from translearn_core.tasks.splits import SPLITS, TEST
from translearn_core.tasks.target import Target
from translearn_core.tasks.task_rows import TaskRows

IntArray = NDArray[np.int64]


def clean_rare_labels(state: TaskRows, config: DataConfig) -> TaskRows:
    """Report labels with fewer rows than `config.rare_class_below`; drop or merge them if it says so.

    Rows stay, those without any other label as rows of none.
    """
    target = state.target
    counts = target.values.sum(axis=0)
    rare = np.flatnonzero((counts > 0) & (counts < config.rare_class_below))
    if not len(rare):
        return state
    mask = np.asarray(target.values[:, rare].any(axis=1))
    listed = join_list([f"{quote(target.names[k])} ({counts[k]})" for k in rare], most=8)
    rest = np.setdiff1d(np.arange(len(counts)), rare)
    numbers, labels = one_file_rows(state.rows, mask), count_noun(len(rare), "rare label")
    if CleaningRule.MERGE_RARE in config.cleaning:
        sentence = f"{labels.capitalize()} became '{OTHER}' ({count_noun(len(numbers), 'row')}): {listed}."
        rule = CleaningRule.MERGE_RARE
        merged = finding("rare-merged", Severity.FIXED, sentence, numbers, cleaning_rule=rule)
        return replace(state, target=_merged(target, rest, mask)).with_findings(merged)
    if CleaningRule.DROP_RARE not in config.cleaning:
        have = "has" if len(rare) == 1 else "have"
        sentence = (
            f"{count_noun(len(rare), 'label')} {have} fewer than {config.rare_class_below} rows, too few to "
            f"learn and to test: {listed}."
        )
        rule, advice = CleaningRule.DROP_RARE, "Drop them, merge them, or bring more rows of them."
        offer = finding(
            "rare-classes", Severity.DECISION, sentence, numbers, cleaning_rule=rule, advice=advice
        )
        return state.with_findings(offer)
    if len(rest) < 2:
        raise DataError(
            f"Dropping the labels with fewer than {config.rare_class_below} rows, {listed}, leaves fewer "
            f"than two: keep them, merge them into '{OTHER}', or bring more rows of them."
        )
    sentence = f"{labels.capitalize()} left out of {count_noun(len(numbers), 'row')}: {listed}."
    rule = CleaningRule.DROP_RARE
    dropped = finding("rare-dropped", Severity.FIXED, sentence, numbers, cleaning_rule=rule)
    return replace(state, target=_chosen(target, rest)).with_findings(dropped)


def _chosen(target: Target, labels: IntArray) -> Target:
    return replace(target, names=tuple(target.names[k] for k in labels), values=target.values[:, labels])


def _merged(target: Target, rest: IntArray, mask: NDArray[np.bool_]) -> Target:
    """Return the target with the labels `rest`, and with `OTHER` for the rows under `mask`."""
    chosen = _chosen(target, rest)
    other = next((k for k, name in enumerate(chosen.names) if name.casefold() == OTHER), None)
    if other is None:
        values = np.hstack([chosen.values, mask[:, None]])
        return replace(chosen, names=(*chosen.names, OTHER), values=values)
    values = chosen.values.copy()
    values[:, other] |= mask
    return replace(chosen, values=values)


def check_number_of_labels(target: Target, most: int) -> None:
    """Raise `DataError` unless at least two and at most `most` labels have rows."""
    present = int(target.values.any(axis=0).sum())
    if present > most:
        raise DataError(
            f"{present:,} labels in column {quote(target.column)}, and {most:,} are the most: is this really "
            "the label column, and are its cells separated as they should be? Choose another column or "
            "separator, or group its values."
        )
    if present < 2:
        name = quote(target.names[int(target.values.any(axis=0).argmax())]) if present else "none"
        raise DataError(
            f"One label is left, {name}: take back the fixes that dropped the others, add rows of them, or "
            "choose one label per row as the type of the target."
        )
    if lacking := missing_labels(target, np.arange(len(target.values))):
        raise DataError(
            f"Column {quote(target.column)} leaves {lacking}: add rows with other labels, or choose another "
            "column."
        )


def missing_labels(target: Target, train: IntArray) -> str | None:
    """Return what training rows hold if no label has rows with and without it, else None."""
    values = target.values[train]
    if len(values) and bool((values.any(axis=0) & ~values.all(axis=0)).any()):
        return None
    return "rows that all have the same labels" if len(values) else "no row"


def label_counts(target: Target, split: IntArray) -> IntArray:
    """Count rows per label and split, shape (labels, splits)."""
    counts = [target.values[split == k].sum(axis=0, dtype=np.int64) for k in range(len(SPLITS))]
    return np.stack(counts, axis=1)


def count_rows(target: Target, split: IntArray) -> pd.DataFrame:
    """Return rows per label and split, columns label, train, validation, test."""
    counts = label_counts(target, split)
    return pd.DataFrame({"label": target.names} | {str(s): counts[:, k] for k, s in enumerate(SPLITS)})


def label_findings(target: Target, split: IntArray) -> list[Finding]:
    """Report the number of labels per row, and rows without any."""
    del split
    labels, rows = len(target.names), len(target.values)
    of_row = target.values.sum(axis=1)
    sets = len(set_codes(target.values)[1])
    sentence = (
        f"{labels:,} labels in {sets:,} combinations, {of_row.mean():.2f} on each row on average, at most "
        f"{of_row.max():,}."
    )
    findings = [finding("labels-per-row", Severity.DETECTED, sentence)]
    if none := int((of_row == 0).sum()):
        sentence = f"{count_noun(none, 'row')} of {rows:,} {'has' if none == 1 else 'have'} no label."
        findings.append(finding("rows-without-labels", Severity.DETECTED, sentence))
    return findings


def split_findings(state: TaskRows) -> list[Finding]:
    """Report splits that have rows but lack labels."""
    target = state.target
    counts = label_counts(target, state.rows["split"].to_numpy())
    return missing_findings(state, counts, lambda labels: np.asarray(target.values[:, labels].any(axis=1)))


def label_caveats(counts: pd.DataFrame) -> list[str]:
    """Warn of labels with few test rows, and of labels without any."""
    rows = counts[str(SPLITS[TEST])].to_numpy()
    few, missing = int(((rows > 0) & (rows < 10)).sum()), int((rows == 0).sum())
    caveats = []
    if few:
        caveats.append(
            f"{count_noun(few, 'label')} {'has' if few == 1 else 'have'} fewer than 10 test rows: one row "
            "more or less right moves macro-F1, which counts all labels alike; read the intervals."
        )
    if missing:
        caveats.append(f"{missing} of the labels have no test row, so nothing is known about them.")
    return caveats
