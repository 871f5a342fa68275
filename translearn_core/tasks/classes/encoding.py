"""Encoding of label cells as class indices, and the order of the classes."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import CleaningRule, DataConfig, TargetConfig
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import by_part, finding, one_file_rows
from translearn_core.results.format import join_list, quote
from translearn_core.tasks.classes.labels import Labels, natural_sort_key, read_labels
from translearn_core.tasks.normalisation import normalise_text
from translearn_core.tasks.target import Target


def encode(
    cells: "pd.Series[str]", rows: pd.DataFrame, config: TargetConfig, data: DataConfig
) -> tuple[Target, list[Finding]]:
    """Encode label cells as class indices; see `Problem.encode`."""
    labels = read_labels(cells, merge_spellings=CleaningRule.MERGE_SPELLINGS in data.cleaning)
    count, column = len(labels.classes), quote(config.column)
    if count == 1:
        raise DataError(
            f"Column {column} holds one class only, {quote(labels.classes[0])}: choose another label column, "
            "or add rows of other classes."
        )
    if count == len(rows) and count > 2:
        raise DataError(
            f"Column {column} has a different value in each of its {count:,} rows, so it names rows and not "
            "classes: choose another label column."
        )
    findings = [_variants_finding(labels, rows, column)] if labels.variants else []
    findings += respelled_findings(labels, labels.respelled, rows)
    return Target(config.column, config.problem, labels.classes, labels.indices), findings


def respelled_findings(labels: Labels, changed: NDArray[np.bool_], rows: pd.DataFrame) -> list[Finding]:
    """Report spellings that were read as one label; `changed` marks the rows that have one."""
    respellings = [
        f"{quote(name)} from {join_list([_quote_exactly(s) for s in spellings])}"
        for name, spellings in labels.spellings.items()
    ]
    return [
        finding(
            "labels-cast",
            Severity.FIXED,
            f"Labels{where} that mean the same were read as one: {join_list(respellings)}.",
            numbers,
        )
        for where, numbers in by_part(rows, changed)
    ]


def present_classes(target: Target) -> Target:
    """Return the target with the classes that have rows only, in natural order."""
    ordered = sorted(map(int, np.unique(target.values)), key=lambda k: natural_sort_key(target.names[k]))
    index_of = np.zeros(len(target.names), dtype=np.int64)
    index_of[ordered] = np.arange(len(ordered))
    return replace(target, names=tuple(target.names[k] for k in ordered), values=index_of[target.values])


def _variants_finding(labels: Labels, rows: pd.DataFrame, column: str) -> Finding:
    """Offer to merge classes whose names differ in blanks or accents only."""
    groups = join_list([" and ".join(quote(name) for name in group) for group in labels.variants])
    members = [labels.classes.index(name) for group in labels.variants for name in group]
    numbers = one_file_rows(rows, np.isin(labels.indices, members))
    sentence = f"Classes of column {column} differ in blanks or accents only: {groups}."
    advice = "Merge them if they are meant as one; the commonest spelling stays."
    fix = CleaningRule.MERGE_SPELLINGS
    return finding("label-variants", Severity.DECISION, sentence, numbers, cleaning_rule=fix, advice=advice)


def _quote_exactly(spelling: str) -> str:
    """Quote a label as it is in the file, with white space and invisible characters."""
    return quote(spelling) if spelling == normalise_text(spelling) else ascii(spelling[:60])
