"""Encoding of cells with several labels, and of one-hot columns, as a mask of labels."""

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import CleaningRule, DataConfig, TargetConfig
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import finding
from translearn_core.results.format import quote, quote_list
from translearn_core.results.labels.label_sets import JOINT
from translearn_core.tasks.classes.encoding import respelled_findings
from translearn_core.tasks.classes.labels import normalise_label, read_labels
from translearn_core.tasks.label_sets.cells import (
    FALSE,
    JSON,
    TRUE,
    find_separator,
    separator_phrase,
    split_cell,
)
from translearn_core.tasks.target import Target

Mask = NDArray[np.bool_]
DEFAULT_SEPARATOR = ";"
"""Separator where no cell holds more than one label."""


def one_hot_cells(columns: pd.DataFrame, row_numbers: Sequence[int]) -> "pd.Series[str]":
    """Return the names of the columns that say yes, as a JSON list per row; missing where all are empty.

    Raises
    ------
    DataError
        If a cell is neither yes nor no.
    """
    filled = np.zeros(columns.shape, dtype=np.bool_)
    chosen = np.zeros(columns.shape, dtype=np.bool_)
    for k, name in enumerate(columns):
        codes, values = pd.factorize(columns[name].fillna("").astype(str).str.strip().str.casefold())
        if unknown := [value for value in values if value not in TRUE | FALSE]:
            row = int(np.flatnonzero(codes == list(values).index(unknown[0]))[0])
            cell = quote(str(columns[name].iloc[row]))
            raise DataError(
                f"Column {quote(name)} has {cell} in row {row_numbers[row]:,}, "
                "and a one-hot column says 1 or 0, yes or no, true or false: correct the cell, or leave the "
                "column out."
            )
        filled[:, k] = np.asarray([value != "" for value in values], dtype=np.bool_)[codes]
        chosen[:, k] = np.asarray([value in TRUE for value in values], dtype=np.bool_)[codes]
    names = np.asarray(list(columns), dtype=object)
    empty = np.asarray(~filled.any(axis=1))
    cells = [json.dumps(names[row].tolist(), ensure_ascii=False) for row in chosen]
    return pd.Series(cells, index=columns.index, dtype=object).mask(empty)


def encode(
    cells: "pd.Series[str]", rows: pd.DataFrame, config: TargetConfig, data: DataConfig
) -> tuple[Target, list[Finding]]:
    """Encode cells as a mask of labels; see `Problem.encode`."""
    column = quote(config.column)
    separator = JSON if config.columns else config.separator or find_separator(list(cells))
    findings = [] if config.columns or separator is None else [_separator_finding(separator, column)]
    parts = _split(cells, rows, separator or DEFAULT_SEPARATOR, column)
    row = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    if not len(row):
        raise DataError(f"No row of column {column} has a label: choose another column, or fill it in.")
    each = pd.Series([label.replace(JOINT, ", ") for part in parts for label in part], dtype=object)
    labels = read_labels(each, merge_spellings=CleaningRule.MERGE_SPELLINGS in data.cleaning)
    values = np.zeros((len(parts), len(labels.classes)), dtype=np.bool_)
    values[row, labels.indices] = True
    changed = np.zeros(len(parts), dtype=np.bool_)
    changed[row[labels.respelled]] = True
    findings += respelled_findings(labels, changed, rows)
    named = {name.casefold() for name in labels.classes}
    if lacking := [name for name in config.columns if normalise_label(name).casefold() not in named]:
        verb, no_label = ("is", "it is no label") if len(lacking) == 1 else ("are", "they are no labels")
        sentence = f"{quote_list(lacking)} {verb} in no row, so {no_label}."
        findings.append(finding("labels-without-rows", Severity.WARNING, sentence))
    return Target(config.column, config.problem, labels.classes, values), findings


def _split(cells: "pd.Series[str]", rows: pd.DataFrame, separator: str, column: str) -> list[list[str]]:
    codes, distinct = pd.factorize(cells)
    split = []
    for index, cell in enumerate(distinct):
        try:
            split.append(split_cell(str(cell), separator))
        except ValueError:
            row = int(rows["row"].to_numpy()[codes == index][0])
            raise DataError(
                f"Column {column} has {quote(str(cell))} in row {row:,}, which is no JSON list such as "
                '["a", "b"]: correct the cell, or name another separator.'
            ) from None
    return [split[code] for code in codes]


def _separator_finding(separator: str, column: str) -> Finding:
    sentence = f"Cells of column {column} hold several labels each, {separator_phrase(separator)}."
    return finding("separator", Severity.DETECTED, sentence)


def one_label_finding(cells: "pd.Series[str]", column: str) -> list[Finding]:
    """Report a multi-label column whose cells hold one label each."""
    filled = [cell for cell in cells if isinstance(cell, str)]
    if not filled or find_separator(filled) or any(DEFAULT_SEPARATOR in cell for cell in filled):
        return []
    sentence = (
        f"No separator of labels was found in column {quote(column)}: each cell counts as one label, such as "
        f"{quote(filled[0])}."
    )
    advice = "Choose one label per row as the type of the target, or name the separator."
    return [finding("one-label-per-cell", Severity.WARNING, sentence, advice=advice)]


def present_labels(target: Target) -> Target:
    """Return the target with the labels that have rows only."""
    present = np.flatnonzero(target.values.any(axis=0))
    if len(present) == len(target.names):
        return target
    return replace(target, names=tuple(target.names[k] for k in present), values=target.values[:, present])
