"""Prepare a table for one task: select rows, encode labels, assign splits without leaks."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import CleaningRule, DataConfig, Split
from translearn_core.data.cleaning import CleaningState, check_conflicts, check_duplicates, merge_rare_classes
from translearn_core.data.columns import PART, ROW, file_columns
from translearn_core.data.dataset import SPLITS, PreparedDataset
from translearn_core.data.nested_subsets import nested_order
from translearn_core.data.split_assignment import assign_splits, drop_leaked_rows, given_split
from translearn_core.data.split_checks import check_splits, dropped_per_split
from translearn_core.data.stratified_split import TRAIN, VALIDATION
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import by_part, finding, one_file_rows
from translearn_core.settings import settings
from translearn_core.tasks.labels import Labels, natural_sort_key, read_labels
from translearn_core.text.format import count_noun, join_list, quote, quote_list, were
from translearn_core.text.normalisation import is_blank, visible


def prepare(table: pd.DataFrame, config: DataConfig, *, max_classes: int | None = None) -> PreparedDataset:
    """Select the rows, encode the labels and assign the splits of one task.

    Parameters
    ----------
    table : DataFrame
        From `read_table`.
    config : DataConfig
        Columns, split and cleaning rules.
    max_classes : int, optional
        Maximum number of classes; default: from the settings.

    Returns
    -------
    PreparedDataset
        The split of a row is given by its file, else by the split column, else drawn by class and seed. No
        normalised text is in two splits: it is dropped from train, and from validation if it is in test.

    Raises
    ------
    DataError
        If the columns do not make a task: missing columns, one class, too many classes, a class for every
        row, or a split with fewer than two rows.
    """
    state = _encode_labels(_drop_empty(table, config), config)
    state, given = given_split(state, config)
    for step in (check_conflicts, check_duplicates, merge_rare_classes):
        state = step(state, config)
    _check_number_of_classes(state, config, max_classes or settings().max_classes)
    without_leaks = drop_leaked_rows(state)
    dropped = dropped_per_split(state, without_leaks)
    state = assign_splits(without_leaks, config, given)
    check_splits(state, config, given, dropped)
    state = _subsample_train(state, config)
    state = _sort_classes(state).with_findings(*_missing_class_findings(state))
    rows = state.rows
    return PreparedDataset(
        classes=state.classes,
        texts=tuple(rows["text"]),
        labels=rows["label"].to_numpy(dtype=np.int64),
        split=rows["split"].to_numpy(dtype=np.int64),
        rows=rows["row"].to_numpy(dtype=np.int64),
        findings=state.findings,
        table_index=rows["index"].to_numpy(dtype=np.int64),
    )


def _drop_empty(table: pd.DataFrame, config: DataConfig) -> CleaningState:
    """Return the rows that have a text and a label, both as in the file."""
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
        rows["given_split"] = table[config.split.column]
    if config.split.group:
        rows["group"] = table[config.split.group]
    missing = {name: _blank(rows[name]) for name in ("text", "label")}
    findings = []
    for name, mask in missing.items():
        column = config.text if name == "text" else config.label
        for where, numbers in by_part(rows, mask):
            sentence = (
                f"{count_noun(len(numbers), 'row')}{where} without a {name} in {quote(column)} "
                f"{were(len(numbers))} left out."
            )
            findings.append(finding(f"missing-{name}s", Severity.FIXED, sentence, numbers))
    usable = rows[~(missing["text"] | missing["label"])].reset_index(drop=True)
    for part in rows["part"].unique():
        if not (usable["part"] == part).any():
            in_part = (rows["part"] == part).to_numpy()
            if part != Split.TRAIN and missing["label"][in_part].all() and not missing["text"][in_part].all():
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
    return CleaningState(usable, (), tuple(findings))


def _blank(cells: "pd.Series[str]") -> NDArray[np.bool_]:
    return np.array([not isinstance(cell, str) or is_blank(cell) for cell in cells], dtype=bool)


def _encode_labels(state: CleaningState, config: DataConfig) -> CleaningState:
    """Replace label cells with class indices."""
    labels = read_labels(state.rows["label"], merge_spellings=CleaningRule.MERGE_SPELLINGS in config.fixes)
    count, column = len(labels.classes), quote(config.label)
    if count == 1:
        raise DataError(
            f"Column {column} holds one class only, {quote(labels.classes[0])}: choose another label column, "
            "or add rows of other classes."
        )
    if count == len(state.rows) and count > 2:
        raise DataError(
            f"Column {column} has a different value in each of its {count:,} rows, so it names rows and not "
            "classes: choose another label column."
        )
    state = replace(state, rows=state.rows.assign(label=labels.indices), classes=labels.classes)
    respellings = [
        f"{quote(name)} from {join_list([_quote_exactly(s) for s in spellings])}"
        for name, spellings in labels.spellings.items()
    ]
    if labels.variants:
        state = state.with_findings(_variants_finding(labels, state, column))
    for where, numbers in by_part(state.rows, labels.respelled):
        sentence = f"Labels{where} that mean the same were read as one: {join_list(respellings)}."
        state = state.with_findings(finding("labels-cast", Severity.FIXED, sentence, numbers))
    return state


def _variants_finding(labels: Labels, state: CleaningState, column: str) -> Finding:
    """Offer to merge classes whose names differ in blanks or accents only."""
    groups = join_list([" and ".join(quote(name) for name in group) for group in labels.variants])
    members = [labels.classes.index(name) for group in labels.variants for name in group]
    numbers = one_file_rows(state.rows, np.isin(labels.indices, members))
    sentence = f"Classes of column {column} differ in blanks or accents only: {groups}."
    advice = "Merge them if they are meant as one; the commonest spelling stays."
    fix = CleaningRule.MERGE_SPELLINGS
    return finding("label-variants", Severity.DECISION, sentence, numbers, fix=fix, advice=advice)


def _quote_exactly(spelling: str) -> str:
    """Quote a label as it is in the file, with white space and invisible characters."""
    return quote(spelling) if spelling == visible(spelling) else ascii(spelling[:60])


def _check_number_of_classes(state: CleaningState, config: DataConfig, limit: int) -> None:
    present = int(state.rows["label"].nunique())
    if present > limit:
        raise DataError(
            f"{present:,} classes in column {quote(config.label)}, and {limit:,} are the most: "
            "is this really the label column? Choose another, or group its values."
        )
    if present < 2:
        name = quote(state.classes[state.rows["label"].iloc[0]]) if present else "none"
        raise DataError(
            f"One class is left, {name}: take back the fixes that dropped the others, or add rows of them."
        )


def _subsample_train(state: CleaningState, config: DataConfig) -> CleaningState:
    """Reduce train to `config.train_rows` rows; other splits stay."""
    train = np.flatnonzero(state.rows["split"].to_numpy() == TRAIN)
    if config.train_rows is None or config.train_rows >= len(train):
        return state
    seed = config.split.seed if config.rows_seed is None else config.rows_seed
    labels = state.rows["label"].to_numpy(dtype=np.int64)[train]
    order = nested_order(labels, seed=seed, balanced=config.balanced)
    dropped = state.rows.index[train[order[config.train_rows :]]]
    subset = replace(state, rows=state.rows.drop(index=dropped).reset_index(drop=True))
    if subset.rows.loc[subset.rows["split"] == TRAIN, "label"].nunique() < 2:
        raise DataError(f"{config.train_rows} training rows hold one class only: learn from more of them.")
    sentence = (
        f"It learns from {config.train_rows:,} of the {len(train):,} rows of train, drawn with seed {seed}."
    )
    return subset.with_findings(finding("fewer", Severity.DETECTED, sentence))


def _sort_classes(state: CleaningState) -> CleaningState:
    """Keep the classes that have rows, in natural order."""
    ordered = sorted(map(int, state.rows["label"].unique()), key=lambda k: natural_sort_key(state.classes[k]))
    index_of = np.zeros(len(state.classes), dtype=np.int64)
    index_of[ordered] = np.arange(len(ordered))
    labels = index_of[state.rows["label"].to_numpy()]
    classes = tuple(state.classes[k] for k in ordered)
    return replace(state, rows=state.rows.assign(label=labels), classes=classes)


def class_counts(labels: NDArray[np.int64], split: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """Count rows per class and split, shape (classes, splits)."""
    flat = np.bincount(labels * len(SPLITS) + split, minlength=classes * len(SPLITS))
    return flat.reshape(classes, len(SPLITS))


def _missing_class_findings(state: CleaningState) -> list[Finding]:
    """Report splits without rows and splits that lack classes."""
    rows = state.rows
    labels, split = rows["label"].to_numpy(), rows["split"].to_numpy()
    counts = class_counts(labels, split, len(state.classes))
    findings = []
    for index, name in enumerate(SPLITS):
        if not counts[:, index].any():
            why = "to choose on" if index == VALIDATION else "to report on"
            sentence = f"No row is held out for {name}: there will be nothing {why}."
            findings.append(
                finding(f"no-{name}", Severity.BLOCKING, sentence, advice=f"Give {name} a share of the rows.")
            )
            continue
        missing = np.flatnonzero((counts[:, index] == 0) & (counts.sum(axis=1) > 0))
        if not len(missing):
            continue
        listed = quote_list([state.classes[k] for k in missing])
        numbers = one_file_rows(rows, np.isin(labels, missing))
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
            sentence = f"{listed} {have} no row in {name}: too few different texts, or none given there."
            findings.append(finding(f"classes-missing-in-{name}", Severity.WARNING, sentence, numbers))
    return findings
