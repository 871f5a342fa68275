"""Rows of a table that have a text and a value to predict."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import DataConfig, ProblemType, Split, TargetConfig
from translearn_core.config.text_cells import POSITION, SENTENCE, TEXT, TEXT_PAIR
from translearn_core.data.columns import PART, ROW, UNLABELLED_PART, file_columns
from translearn_core.data.splits.domain_rows import DOMAIN, domain_spellings_finding, read_domains
from translearn_core.data.tokens.sentences import sentence_columns
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import by_part, finding
from translearn_core.results.format import count_noun, quote, quote_list, was_or_were
from translearn_core.tasks.label_sets.encoding import one_hot_cells
from translearn_core.tasks.normalisation import is_blank

Mask = NDArray[np.bool_]


LABEL_KEY = "label_key"
"""Column of `TaskColumns.unlabelled` with true labels, for reports alone."""


@dataclass(frozen=True)
class TaskColumns:
    """Rows with a text and a value of a target at least; the cells of each target, some missing if several.

    `rows` has text, of pairs text_pair, row, part, index (position in the table), and the columns of the
    split if configured. `unlabelled` are rows with a text and no value, of the training file or of one for
    such texts, with the same columns; empty if these are of no use.
    """

    rows: pd.DataFrame
    cells: tuple["pd.Series[str]", ...]
    findings: tuple[Finding, ...]
    unlabelled: pd.DataFrame


def task_columns(table: pd.DataFrame, config: DataConfig) -> TaskColumns:
    """Select the rows that have a text and a value of any target.

    Raises
    ------
    DataError
        If a column is missing, or a file has no such row.
    """
    targets = config.prepared_targets
    others = (config.split.column, config.split.group, config.split.time)
    domain = None if config.domains is None else config.domains.column
    for column in filter(
        None,
        (*config.text_columns, *config.target_columns, config.sentence, *others, domain, config.label_key),
    ):
        if column not in file_columns(table):
            raise DataError(
                f"There is no column {quote(column)}: choose from {quote_list(file_columns(table), 12)}."
            )
    rows = pd.DataFrame(
        {"text": table[config.text], "row": table[ROW], "part": table[PART], "index": np.arange(len(table))}
    )
    if config.sentence is not None:
        words = sentence_columns(table, config.text, config.sentence)
        rows[[TEXT, SENTENCE, POSITION, "group"]] = words[[TEXT, SENTENCE, POSITION, "run"]]
        _check_sentences(rows[(rows["part"] == str(Split.TRAIN)) & rows[TEXT].notna()], config.sentence)
    for name, other in zip(("given_split", "group", "time"), others, strict=True):
        if other:
            rows[name] = table[other]
    columns = {"text": config.text}
    if config.text_pair is not None:
        rows[TEXT_PAIR] = table[config.text_pair]
        columns[TEXT_PAIR] = config.text_pair
    cells = [target_cells(table, target) for target in targets]
    extra = (rows["part"] == UNLABELLED_PART).to_numpy()
    unlabelled = [_blank(one) | extra for one in cells]
    if domain is not None:
        rows[DOMAIN] = read_domains(table[domain])
        columns[DOMAIN] = domain
    if config.label_key is not None:
        rows[LABEL_KEY] = table[config.label_key]
    missing = {name: _blank(rows[name]) for name in columns}
    if len(targets) > 1:
        _check_values(targets, unlabelled)
    lacking = {"text": missing["text"], "label": np.all(unlabelled, axis=0), **missing}
    findings = [*_missing_findings(rows, lacking, columns | {"label": _names(targets)}, config)]
    if domain is not None:
        findings += domain_spellings_finding(rows, table[domain], domain)
    findings += _unknown_findings(rows, ~np.any(list(lacking.values()), axis=0), targets, unlabelled)
    usable = ~np.any(list(lacking.values()), axis=0)
    _check_files(rows, usable, config, missing["text"], unlabelled)
    chosen = [one[usable].reset_index(drop=True) for one in cells]
    if len(targets) > 1:
        chosen = [one.mask(_blank(one)) for one in chosen]
    whole = ~np.any(list(missing.values()), axis=0) & _in_training(rows)
    unlabelled_rows = rows[whole & lacking["label"] & learns_without_labels(config)].reset_index(drop=True)
    return TaskColumns(rows[usable].reset_index(drop=True), tuple(chosen), tuple(findings), unlabelled_rows)


def learns_without_labels(config: DataConfig) -> bool:
    """Whether rows without a label can be learned from: those of one target with one of several classes."""
    return len(config.prepared_targets) == 1 and config.problem is ProblemType.SINGLE_LABEL


def _check_sentences(words: pd.DataFrame, column: str) -> None:
    """Raise `DataError` if all training words stand in one sentence, which no split can part."""
    if len(words) > 1 and words["group"].nunique() == 1:
        raise DataError(
            f"Column {quote(column)} puts all {len(words):,} words of train in one sentence, and a sentence "
            "stays whole in a split: number the sentences there, or choose the column that does."
        )


def target_cells(table: pd.DataFrame, target: TargetConfig) -> "pd.Series[str]":
    """Return the cells of a target; of one-hot columns, the names of those that say yes as JSON lists."""
    if target.columns:
        return one_hot_cells(table[list(target.columns)], table[ROW].tolist())
    return table[target.column]


def _blank(cells: "pd.Series[str]") -> Mask:
    return np.array([not isinstance(cell, str) or is_blank(cell) for cell in cells], dtype=np.bool_)


def _in_training(rows: pd.DataFrame) -> Mask:
    """Whether each row stands in the training file or in that of texts without labels."""
    return rows["part"].isin([str(Split.TRAIN), UNLABELLED_PART]).to_numpy()


def _names(targets: Sequence[TargetConfig]) -> str:
    return " or ".join(quote(target.column) for target in targets)


def _missing_findings(
    rows: pd.DataFrame, lacking: dict[str, Mask], columns: dict[str, str], config: DataConfig
) -> list[Finding]:
    """Report the rows that are left out because a column is empty."""
    findings = []
    for name, mask in lacking.items():
        noun = "second text" if name == TEXT_PAIR else name
        column = columns[name] if name == "label" else quote(columns[name])
        if name == "label" and learns_without_labels(config):
            train = _in_training(rows)
            findings += [_unlabelled_finding(column, *found) for found in by_part(rows, mask & train)]
            mask = mask & ~train
        for where, numbers in by_part(rows, mask):
            sentence = (
                f"{count_noun(len(numbers), 'row')}{where} without a {noun} in {column} "
                f"{was_or_were(len(numbers))} left out."
            )
            findings.append(finding(f"missing-{noun.replace(' ', '-')}s", Severity.FIXED, sentence, numbers))
    return findings


def _unlabelled_finding(column: str, where: str, numbers: NDArray[np.int64]) -> Finding:
    """Report rows without a label whose texts can be learned from."""
    sentence = (
        f"{count_noun(len(numbers), 'row')}{where} without a label in {column}: not in train, validation or "
        "test, and of use to self-training, which learns from texts without labels."
    )
    return finding("missing-labels", Severity.DETECTED, sentence, numbers)


def _unknown_findings(
    rows: pd.DataFrame, usable: Mask, targets: Sequence[TargetConfig], unlabelled: Sequence[Mask]
) -> list[Finding]:
    """Report the rows that have a value of another target only."""
    findings = []
    for target, mask in zip(targets, unlabelled, strict=True):
        for where, numbers in by_part(rows, mask & usable):
            have = "has" if len(numbers) == 1 else "have"
            sentence = (
                f"{count_noun(len(numbers), 'row')}{where} {have} no value in {quote(target.column)} and "
                f"{'stands' if len(numbers) == 1 else 'stand'} for the other targets only."
            )
            findings.append(finding("target-unknown", Severity.DETECTED, sentence, numbers))
    return findings


def _check_values(targets: Sequence[TargetConfig], unlabelled: Sequence[Mask]) -> None:
    """Raise `DataError` if no row has a value of one of several targets."""
    for target, mask in zip(targets, unlabelled, strict=True):
        if mask.all():
            raise DataError(
                f"No row has a value in {quote(target.column)}, all {len(mask):,} cells are empty: fill them "
                "in, or leave this column out."
            )


def _check_files(
    rows: pd.DataFrame, usable: Mask, config: DataConfig, textless: Mask, unlabelled: Sequence[Mask]
) -> None:
    """Raise `DataError` for a file without a usable row, or without a value of a target."""
    targets = config.prepared_targets
    for part in rows["part"][rows["part"] != UNLABELLED_PART].unique():
        in_part = (rows["part"] == part).to_numpy()
        for target, mask in zip(targets, unlabelled, strict=True):
            if part != Split.TRAIN and mask[in_part].all() and not textless[in_part].all():
                raise DataError(
                    f"The {part} file has no labels in {quote(target.column)}, so nothing can be scored on "
                    "it: leave it out here, and have a trained model answer it on the Predict page, or with "
                    "'translearn predict'."
                )
        if not usable[in_part].any():
            texts = " and ".join(map(quote, config.text_columns))
            source = "No row" if rows["part"].nunique() == 1 else f"No row of the {part} file"
            raise DataError(
                f"{source} has both a text in {texts} and a label in {_names(targets)}: "
                "choose other columns, or fill them in."
            )
