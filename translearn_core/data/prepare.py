"""A table made ready for one task: rows chosen, labels read, splits dealt, nothing leaking between them."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import CleaningRule, DataConfig, Split
from translearn_core.data.cleaning import CleaningState, conflicts, duplicates, merge_rare_classes
from translearn_core.data.columns import PART, ROW, file_columns
from translearn_core.data.dataset import SPLITS, PreparedDataset
from translearn_core.data.findings import (
    by_part,
    count_noun,
    finding,
    join_list,
    one_file_rows,
    quote,
    quote_list,
    were,
)
from translearn_core.data.labels import Labels, natural_sort_key, read_labels
from translearn_core.data.nested_subsets import nested_order
from translearn_core.data.normalisation import is_blank, visible
from translearn_core.data.split_assignment import assign_splits, drop_leaked_rows, given_split
from translearn_core.data.split_checks import check_splits, dropped_per_split
from translearn_core.data.stratified_split import TRAIN, VALIDATION
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity
from translearn_core.settings import settings


def prepare(table: pd.DataFrame, config: DataConfig, *, max_classes: int | None = None) -> PreparedDataset:
    """Choose the rows, read the labels and deal the splits of one task.

    Parameters
    ----------
    table : DataFrame
        As `read` returns it.
    config : DataConfig
        What the columns mean, how to split, which fixes were decided.
    max_classes : int, optional
        Most classes of a task; as the settings say if not given.

    Returns
    -------
    Prepared
        A row that a file gives to a split stays there; else the split column decides, else the seed, by
        class. No normalised text stands in two splits: it is left out of train, and of validation if it is in
        test.

    Raises
    ------
    DataError
        If the columns do not make a task: missing columns, one class, too many classes, a class for every
        row, or a split with fewer than two rows.
    """
    work = _encode_labels(_drop_empty(table, config), config)
    work, given = given_split(work, config)
    for step in (conflicts, duplicates, merge_rare_classes):
        work = step(work, config)
    _check_number_of_classes(work, config, max_classes or settings().max_classes)
    leakless = drop_leaked_rows(work)
    gone = dropped_per_split(work, leakless)
    work = assign_splits(leakless, config, given)
    check_splits(work, config, given, gone)
    work = _subsample_train(work, config)
    work = _sort_classes(work).with_findings(*_missing_in_splits(work))
    rows = work.rows
    return PreparedDataset(
        classes=work.classes,
        texts=tuple(rows["text"]),
        labels=rows["label"].to_numpy(dtype=np.int64),
        split=rows["split"].to_numpy(dtype=np.int64),
        rows=rows["row"].to_numpy(dtype=np.int64),
        findings=work.findings,
        table_index=rows["index"].to_numpy(dtype=np.int64),
    )


def _drop_empty(table: pd.DataFrame, config: DataConfig) -> CleaningState:
    """Return the rows that have a text and a label, both still as in the file."""
    for column in filter(None, (config.text, config.label, config.split.column, config.split.group)):
        if column not in file_columns(table):
            raise DataError(
                f"There is no column {quote(column)}: choose from {quote_list(file_columns(table), 12)}."
            )
    rows = pd.DataFrame(
        {
            "text": table[config.text],
            "label": table[config.label],
            "row": table[ROW],
            "part": table[PART],
            "index": np.arange(len(table)),
        }
    )
    if config.split.column:
        rows["told"] = table[config.split.column]
    if config.split.group:
        rows["group"] = table[config.split.group]
    lacking = {name: _blank(rows[name]) for name in ("text", "label")}
    said = []
    for name, mask in lacking.items():
        column = config.text if name == "text" else config.label
        for where, numbers in by_part(rows, mask):
            sentence = (
                f"{count_noun(len(numbers), 'row')}{where} without a {name} in {quote(column)} "
                f"{were(len(numbers))} left out."
            )
            said.append(finding(f"missing-{name}s", Severity.FIXED, sentence, numbers))
    left = rows[~(lacking["text"] | lacking["label"])].reset_index(drop=True)
    for part in rows["part"].unique():
        if not (left["part"] == part).any():
            here = (rows["part"] == part).to_numpy()
            if part != Split.TRAIN and lacking["label"][here].all() and not lacking["text"][here].all():
                raise DataError(
                    f"The {part} file has no labels in {quote(config.label)}, so nothing can be scored on "
                    "it: leave it out here, and have a trained model answer it on the Predict page, or with "
                    "'translearn predict'."
                )
            source = "No row" if rows["part"].nunique() == 1 else f"No row of the {part} file"
            raise DataError(
                f"{source} has both a text in {quote(config.text)} and a label in {quote(config.label)}: "
                "choose other columns, or fill them in."
            )
    return CleaningState(left, (), tuple(said))


def _blank(cells: "pd.Series[str]") -> NDArray[np.bool_]:
    return np.array([not isinstance(cell, str) or is_blank(cell) for cell in cells], dtype=bool)


def _encode_labels(work: CleaningState, config: DataConfig) -> CleaningState:
    """Replace label cells by class indices."""
    labels = read_labels(work.rows["label"], merge_spellings=CleaningRule.MERGE_SPELLINGS in config.fixes)
    many, column = len(labels.classes), quote(config.label)
    if many == 1:
        raise DataError(
            f"Column {column} holds one class only, {quote(labels.classes[0])}: choose another label column, "
            "or add rows of other classes."
        )
    if many == len(work.rows) and many > 2:
        raise DataError(
            f"Column {column} has a different value in each of its {many:,} rows, so it names rows and not "
            "classes: choose another label column."
        )
    work = replace(work, rows=work.rows.assign(label=labels.indices), classes=labels.classes)
    told = [
        f"{quote(name)} from {join_list([_exact(s) for s in spellings])}"
        for name, spellings in labels.spellings.items()
    ]
    if labels.variants:
        work = work.with_findings(_variants(labels, work, column))
    return work.with_findings(
        *(
            finding(
                "labels-cast",
                Severity.FIXED,
                f"Labels{where} that mean the same were read as one: {join_list(told)}.",
                numbers,
            )
            for where, numbers in by_part(work.rows, labels.respelled)
        )
    )


def _variants(labels: Labels, work: CleaningState, column: str) -> Finding:
    """Offer to merge classes whose names differ in blanks or accents only."""
    groups = join_list([" and ".join(quote(name) for name in group) for group in labels.variants])
    members = [labels.classes.index(name) for group in labels.variants for name in group]
    numbers = one_file_rows(work.rows, np.isin(labels.indices, members))
    sentence = f"Classes of column {column} differ in blanks or accents only: {groups}."
    advice = "Merge them if they are meant as one; the commonest spelling stays."
    return finding(
        "label-variants",
        Severity.DECISION,
        sentence,
        numbers,
        fix=CleaningRule.MERGE_SPELLINGS,
        advice=advice,
    )


def _exact(spelling: str) -> str:
    """Return a label as it stands in the file, white space and invisible characters and all."""
    return quote(spelling) if spelling == visible(spelling) else ascii(spelling[:60])


def _check_number_of_classes(work: CleaningState, config: DataConfig, limit: int) -> None:
    present = int(work.rows["label"].nunique())
    if present > limit:
        raise DataError(
            f"{present:,} classes in column {quote(config.label)}, and {limit:,} are the most: "
            "is this really the label column? Choose another, or group its values."
        )
    if present < 2:
        name = quote(work.classes[work.rows["label"].iloc[0]]) if present else "none"
        raise DataError(
            f"One class is left, {name}: take back the fixes that dropped the others, or add rows of them."
        )


def _subsample_train(work: CleaningState, config: DataConfig) -> CleaningState:
    """Leave out training rows until as many are left as were asked for; other splits stay."""
    train = np.flatnonzero(work.rows["split"].to_numpy() == TRAIN)
    if config.train_rows is None or config.train_rows >= len(train):
        return work
    seed = config.split.seed if config.rows_seed is None else config.rows_seed
    labels = work.rows["label"].to_numpy(dtype=np.int64)[train]
    order = nested_order(labels, seed=seed, balanced=config.balanced)
    left_out = work.rows.index[train[order[config.train_rows :]]]
    fewer = replace(work, rows=work.rows.drop(index=left_out).reset_index(drop=True))
    if fewer.rows.loc[fewer.rows["split"] == TRAIN, "label"].nunique() < 2:
        raise DataError(f"{config.train_rows} training rows hold one class only: learn from more of them.")
    sentence = (
        f"It learns from {config.train_rows:,} of the {len(train):,} rows of train, drawn with seed {seed}."
    )
    return fewer.with_findings(finding("fewer", Severity.DETECTED, sentence))


def _sort_classes(work: CleaningState) -> CleaningState:
    """Keep the classes that have rows, in natural order."""
    ordered = sorted(map(int, work.rows["label"].unique()), key=lambda k: natural_sort_key(work.classes[k]))
    place = np.zeros(len(work.classes), dtype=np.int64)
    place[ordered] = np.arange(len(ordered))
    labels = place[work.rows["label"].to_numpy()]
    return replace(work, rows=work.rows.assign(label=labels), classes=tuple(work.classes[k] for k in ordered))


def class_counts(labels: NDArray[np.int64], split: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """Count rows per class and split, shape (classes, splits)."""
    flat = np.bincount(labels * len(SPLITS) + split, minlength=classes * len(SPLITS))
    return flat.reshape(classes, len(SPLITS))


def _missing_in_splits(work: CleaningState) -> list[Finding]:
    """Name the classes that some split lacks, and the splits that have no rows."""
    rows = work.rows
    labels, split = rows["label"].to_numpy(), rows["split"].to_numpy()
    counts = class_counts(labels, split, len(work.classes))
    said = []
    for index, name in enumerate(SPLITS):
        if not counts[:, index].any():
            why = "to choose on" if index == VALIDATION else "to report on"
            sentence = f"No row is held out for {name}: there will be nothing {why}."
            said.append(
                finding(f"no-{name}", Severity.BLOCKING, sentence, advice=f"Give {name} a share of the rows.")
            )
            continue
        lacking = np.flatnonzero((counts[:, index] == 0) & (counts.sum(axis=1) > 0))
        if not len(lacking):
            continue
        listed = quote_list([work.classes[k] for k in lacking])
        numbers = one_file_rows(rows, np.isin(labels, lacking))
        if index == TRAIN:
            sentence = (
                f"{listed} never {_stands(len(lacking))} in train: the model never answers so, and rows of "
                f"{'that class' if len(lacking) == 1 else 'those classes'} count as wrong."
            )
            advice = "Add training rows of it, or correct the labels in the other files."
            said.append(finding("unseen-classes", Severity.WARNING, sentence, numbers, advice=advice))
        else:
            sentence = (
                f"{listed} {_has(len(lacking))} no row in {name}: too few different texts, or none "
                "given there."
            )
            said.append(finding(f"classes-missing-in-{name}", Severity.WARNING, sentence, numbers))
    return said


def _stands(number: int) -> str:
    return "stands" if number == 1 else "stand"


def _has(number: int) -> str:
    return "has" if number == 1 else "have"
