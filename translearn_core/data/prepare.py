"""A table made ready for one task: rows chosen, labels read, splits dealt, nothing leaking between them."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import DataConfig, Fix, Split
from translearn_core.data.cleaning import Working, conflicts, duplicates, rare_classes
from translearn_core.data.columns import PART, ROW, file_columns
from translearn_core.data.dataset import SPLITS, Prepared
from translearn_core.data.findings import (
    by_part,
    counted,
    finding,
    joined,
    named,
    one_file_rows,
    shown,
    were,
)
from translearn_core.data.labels import Labels, natural, read_labels
from translearn_core.data.nested_subsets import nested_order
from translearn_core.data.normalisation import is_blank, visible
from translearn_core.data.split_assignment import as_given, dealt, without_leaks
from translearn_core.data.split_checks import check_splits, left_out
from translearn_core.data.stratified_split import TRAIN, VALIDATION
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity
from translearn_core.settings import settings


def prepare(table: pd.DataFrame, config: DataConfig, *, max_classes: int | None = None) -> Prepared:
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
    work = _classified(_filled(table, config), config)
    work, given = as_given(work, config)
    for step in (conflicts, duplicates, rare_classes):
        work = step(work, config)
    _check_number_of_classes(work, config, max_classes or settings().max_classes)
    leakless = without_leaks(work)
    gone = left_out(work, leakless)
    work = dealt(leakless, config, given)
    check_splits(work, config, given, gone)
    work = _fewer(work, config)
    work = _in_order(work).saying(*_missing_in_splits(work))
    rows = work.rows
    return Prepared(
        classes=work.classes,
        texts=tuple(rows["text"]),
        labels=rows["label"].to_numpy(dtype=np.int64),
        split=rows["split"].to_numpy(dtype=np.int64),
        rows=rows["row"].to_numpy(dtype=np.int64),
        findings=work.said,
        table_index=rows["index"].to_numpy(dtype=np.int64),
    )


def _filled(table: pd.DataFrame, config: DataConfig) -> Working:
    """Return the rows that have a text and a label, both still as in the file."""
    for column in filter(None, (config.text, config.label, config.split.column, config.split.group)):
        if column not in file_columns(table):
            raise DataError(
                f"There is no column {shown(column)}: choose from {named(file_columns(table), 12)}."
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
                f"{counted(len(numbers), 'row')}{where} without a {name} in {shown(column)} "
                f"{were(len(numbers))} left out."
            )
            said.append(finding(f"missing-{name}s", Severity.MENDED, sentence, numbers))
    left = rows[~(lacking["text"] | lacking["label"])].reset_index(drop=True)
    for part in rows["part"].unique():
        if not (left["part"] == part).any():
            here = (rows["part"] == part).to_numpy()
            if part != Split.TRAIN and lacking["label"][here].all() and not lacking["text"][here].all():
                raise DataError(
                    f"The {part} file has no labels in {shown(config.label)}, so nothing can be scored on "
                    "it: leave it out here, and have a trained model answer it on the Predict page, or with "
                    "'translearn predict'."
                )
            source = "No row" if rows["part"].nunique() == 1 else f"No row of the {part} file"
            raise DataError(
                f"{source} has both a text in {shown(config.text)} and a label in {shown(config.label)}: "
                "choose other columns, or fill them in."
            )
    return Working(left, (), tuple(said))


def _blank(cells: "pd.Series[str]") -> NDArray[np.bool_]:
    return np.array([not isinstance(cell, str) or is_blank(cell) for cell in cells], dtype=bool)


def _classified(work: Working, config: DataConfig) -> Working:
    """Replace label cells by class indices."""
    labels = read_labels(work.rows["label"], merge_spellings=Fix.MERGE_SPELLINGS in config.fixes)
    many, column = len(labels.classes), shown(config.label)
    if many == 1:
        raise DataError(
            f"Column {column} holds one class only, {shown(labels.classes[0])}: choose another label column, "
            "or add rows of other classes."
        )
    if many == len(work.rows) and many > 2:
        raise DataError(
            f"Column {column} has a different value in each of its {many:,} rows, so it names rows and not "
            "classes: choose another label column."
        )
    work = replace(work, rows=work.rows.assign(label=labels.indices), classes=labels.classes)
    told = [
        f"{shown(name)} from {joined([_exact(s) for s in spellings])}"
        for name, spellings in labels.spellings.items()
    ]
    if labels.variants:
        work = work.saying(_variants(labels, work, column))
    return work.saying(
        *(
            finding(
                "labels-cast",
                Severity.MENDED,
                f"Labels{where} that mean the same were read as one: {joined(told)}.",
                numbers,
            )
            for where, numbers in by_part(work.rows, labels.respelled)
        )
    )


def _variants(labels: Labels, work: Working, column: str) -> Finding:
    """Offer to merge classes whose names differ in blanks or accents only."""
    groups = joined([" and ".join(shown(name) for name in group) for group in labels.variants])
    members = [labels.classes.index(name) for group in labels.variants for name in group]
    numbers = one_file_rows(work.rows, np.isin(labels.indices, members))
    sentence = f"Classes of column {column} differ in blanks or accents only: {groups}."
    advice = "Merge them if they are meant as one; the commonest spelling stays."
    return finding(
        "label-variants", Severity.DECISION, sentence, numbers, fix=Fix.MERGE_SPELLINGS, advice=advice
    )


def _exact(spelling: str) -> str:
    """Return a label as it stands in the file, white space and invisible characters and all."""
    return shown(spelling) if spelling == visible(spelling) else ascii(spelling[:60])


def _check_number_of_classes(work: Working, config: DataConfig, limit: int) -> None:
    present = int(work.rows["label"].nunique())
    if present > limit:
        raise DataError(
            f"{present:,} classes in column {shown(config.label)}, and {limit:,} are the most: "
            "is this really the label column? Choose another, or group its values."
        )
    if present < 2:
        name = shown(work.classes[work.rows["label"].iloc[0]]) if present else "none"
        raise DataError(
            f"One class is left, {name}: take back the fixes that dropped the others, or add rows of them."
        )


def _fewer(work: Working, config: DataConfig) -> Working:
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
    return fewer.saying(finding("fewer", Severity.DETECTED, sentence))


def _in_order(work: Working) -> Working:
    """Keep the classes that have rows, in natural order."""
    ordered = sorted(map(int, work.rows["label"].unique()), key=lambda k: natural(work.classes[k]))
    place = np.zeros(len(work.classes), dtype=np.int64)
    place[ordered] = np.arange(len(ordered))
    labels = place[work.rows["label"].to_numpy()]
    return replace(work, rows=work.rows.assign(label=labels), classes=tuple(work.classes[k] for k in ordered))


def class_counts(labels: NDArray[np.int64], split: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """Count rows per class and split, shape (classes, splits)."""
    flat = np.bincount(labels * len(SPLITS) + split, minlength=classes * len(SPLITS))
    return flat.reshape(classes, len(SPLITS))


def _missing_in_splits(work: Working) -> list[Finding]:
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
        listed = named([work.classes[k] for k in lacking])
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
