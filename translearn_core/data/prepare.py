"""Prepare a table for one task: select rows, encode labels, assign splits without leaks."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import CleaningRule, DataConfig, Split, TargetConfig
from translearn_core.config.settings import settings
from translearn_core.config.text_cells import POSITION, SENTENCE, TEXT, TEXT_PAIR, sides_of, text_cells
from translearn_core.data.columns import PART, ROW, file_columns
from translearn_core.data.dataset import PreparedDataset
from translearn_core.data.sentences import sentence_columns
from translearn_core.data.splits.split_assignment import assign_splits, drop_leaked_rows, given_split
from translearn_core.data.splits.split_checks import check_splits, dropped_per_split
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import by_part, finding
from translearn_core.results.format import count_noun, quote, quote_list, was_or_were
from translearn_core.tasks import PROBLEMS
from translearn_core.tasks.label_sets.encoding import one_hot_cells
from translearn_core.tasks.normalisation import is_blank
from translearn_core.tasks.splits import SPLITS, TEST, TRAIN, VALIDATION
from translearn_core.tasks.task_rows import TaskRows


def prepare(
    table: pd.DataFrame,
    config: DataConfig,
    *,
    original: pd.DataFrame | None = None,
    max_classes: int | None = None,
) -> PreparedDataset:
    """Select the rows, encode the labels and assign the splits of one task.

    Parameters
    ----------
    table : DataFrame
        From `read_table`.
    config : DataConfig
        Columns, split and cleaning rules.
    original : DataFrame, optional
        The table before it was edited: rows keep the split that they have there, so that models of both
        versions are compared on the same test rows.
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
    problem = PROBLEMS[config.problem]
    state, given = given_split(_encode(table, config), config)
    for step in (problem.clean_conflicts, clean_duplicates, problem.clean_rare):
        state = step(state, config)
    problem.check(state.target, max_classes or settings().max_classes)
    without_leaks = drop_leaked_rows(state)
    dropped = dropped_per_split(state, without_leaks)
    earlier = None if original is None else _splits(original, config)
    state = assign_splits(without_leaks, config, given, earlier)
    check_splits(state, config, given, dropped)
    state = _subsample_train(state, config)
    state = replace(state, target=problem.finish(state.target))
    state = state.with_findings(*_empty_splits(state.rows), *problem.split_findings(state))
    return PreparedDataset(
        targets=(state.target,),
        texts=tuple(text_cells(state.rows)),
        split=state.rows["split"].to_numpy(dtype=np.int64),
        rows=state.rows["row"].to_numpy(dtype=np.int64),
        findings=state.findings,
        table_index=state.rows["index"].to_numpy(dtype=np.int64),
    )


def _splits(table: pd.DataFrame, config: DataConfig) -> "pd.Series[int] | None":
    """Return the split of each row by part and row number; None if the table makes no task."""
    try:
        prepared = prepare(table, config.model_copy(update={"train_rows": None}))
    except DataError:
        return None
    rows = table.iloc[prepared.table_index][[PART, ROW]]
    return pd.Series(prepared.split, index=pd.MultiIndex.from_frame(rows))


def _encode(table: pd.DataFrame, config: DataConfig) -> TaskRows:
    """Return the rows with a text and a usable label, and their encoded labels."""
    (target_config,) = config.targets
    problem = PROBLEMS[target_config.problem]
    rows, cells, findings = _drop_empty(_task_columns(table, config), config)
    usable, unusable_findings = problem.usable_cells(cells, rows, target_config.column)
    rows, cells = rows[usable].reset_index(drop=True), cells[usable].reset_index(drop=True)
    target, encoding_findings = problem.encode(cells, rows, target_config, config)
    return TaskRows(rows, target, (*findings, *unusable_findings, *encoding_findings))


def _task_columns(table: pd.DataFrame, config: DataConfig) -> pd.DataFrame:
    """Return the columns of the task under fixed names, with the position of each row as ``index``."""
    (target,) = config.targets
    others = (config.sentence, config.split.column, config.split.group, config.split.time)
    named = (*config.text_columns, *target.table_columns, *others)
    for column in filter(None, named):
        if column not in file_columns(table):
            raise DataError(
                f"There is no column {quote(column)}: choose from {quote_list(file_columns(table), 12)}."
            )
    rows = pd.DataFrame(
        {
            "text": table[config.text],
            "label": target_cells(table, target),
            "row": table[ROW],
            "part": table[PART],
            "index": np.arange(len(table)),
        }
    )
    if config.sentence is not None:
        words = sentence_columns(table, config.text, config.sentence)
        rows[[TEXT, SENTENCE, POSITION, "group"]] = words[[TEXT, SENTENCE, POSITION, "run"]]
    if config.split.column:
        rows["given_split"] = table[config.split.column]
    if config.split.group:
        rows["group"] = table[config.split.group]
    if config.split.time:
        rows["time"] = table[config.split.time]
    if config.text_pair is not None:
        rows[TEXT_PAIR] = table[config.text_pair]
    return rows


def _drop_empty(
    rows: pd.DataFrame, config: DataConfig
) -> tuple[pd.DataFrame, "pd.Series[str]", list[Finding]]:
    """Return the rows that have a text and a label, their label cells and the findings."""
    columns = {"text": config.text, "label": config.label}
    if config.text_pair is not None:
        columns[TEXT_PAIR] = config.text_pair
    missing = {
        name: np.array([not isinstance(cell, str) or is_blank(cell) for cell in rows[name]], dtype=bool)
        for name in columns
    }
    findings = []
    for name, mask in missing.items():
        noun = "second text" if name == TEXT_PAIR else name
        for where, numbers in by_part(rows, mask):
            sentence = (
                f"{count_noun(len(numbers), 'row')}{where} without a {noun} in {quote(columns[name])} "
                f"{was_or_were(len(numbers))} left out."
            )
            findings.append(finding(f"missing-{noun.replace(' ', '-')}s", Severity.FIXED, sentence, numbers))
    usable = rows[~np.any(list(missing.values()), axis=0)].reset_index(drop=True)
    for part in rows["part"].unique():
        if not (usable["part"] == part).any():
            in_part = (rows["part"] == part).to_numpy()
            unlabelled = missing["label"][in_part].all() and not missing["text"][in_part].all()
            raise DataError(_unusable_part(part, rows["part"].nunique(), unlabelled, config))
    return usable.drop(columns="label"), usable["label"], findings


def _unusable_part(part: str, n_parts: int, unlabelled: bool, config: DataConfig) -> str:
    """Return the sentence on a file none of whose rows has a text and a label."""
    if part != Split.TRAIN and unlabelled:
        return (
            f"The {part} file has no labels in {quote(config.label)}, so nothing can be scored on "
            "it: leave it out here, and have a trained model answer it on the Predict page, or with "
            "'translearn predict'."
        )
    texts = " and ".join(map(quote, config.text_columns))
    source = "No row" if n_parts == 1 else f"No row of the {part} file"
    return (
        f"{source} has both a text in {texts} and a label in {quote(config.label)}: "
        "choose other columns, or fill them in."
    )


def target_cells(table: pd.DataFrame, target: TargetConfig) -> "pd.Series[str]":
    """Return the cells of a target; of one-hot columns, the names of those that say yes as JSON lists."""
    if target.columns:
        return one_hot_cells(table[list(target.columns)], table[ROW].tolist())
    return table[target.column]


def clean_duplicates(state: TaskRows, config: DataConfig) -> TaskRows:
    """Report texts that repeat an earlier one of their split, or drop them if the config says so."""
    mask = state.rows.duplicated(["key", "split"]).to_numpy()
    if not mask.any():
        return state
    noun = "pair" if config.text_pair else "text"
    example = f"an earlier {noun} (for instance {quote_list(sides_of(text_cells(state.rows[mask])[0]))})"
    predicates = f"repeats {example}", f"repeat {example}"
    advice = f"Equal {noun}s stay together in one split, so none leaks; drop them if each should count once."
    return state.drop_or_offer(mask, config, CleaningRule.DROP_DUPLICATES, "duplicates", predicates, advice)


def _subsample_train(state: TaskRows, config: DataConfig) -> TaskRows:
    """Reduce train to `config.train_rows` rows; other splits stay."""
    train = np.flatnonzero(state.rows["split"].to_numpy() == TRAIN)
    if config.train_rows is None or config.train_rows >= len(train):
        return state
    seed = config.split.seed if config.subset_seed is None else config.subset_seed
    problem = PROBLEMS[state.target.problem]
    order = nested_order(problem.strata(state.target)[train], seed=seed, balanced=config.balanced_subset)
    if (number := state.target.sentence) is not None:  # whole sentences, except the last one
        drawn = number[train][order]
        first = pd.Series(np.arange(len(order))).groupby(drawn).transform("min").to_numpy()
        order = order[np.lexsort((order, first))]
    subset = np.sort(train[order[: config.train_rows]])
    if lacking := problem.untrainable(state.target, subset):
        raise DataError(f"The {config.train_rows} training rows hold {lacking}: learn from more of them.")
    mask = np.ones(len(state.rows), dtype=bool)
    mask[np.setdiff1d(train, subset)] = False
    sentence = (
        f"It learns from {config.train_rows:,} of the {len(train):,} rows of train, drawn with seed {seed}."
    )
    return state.keep(mask).with_findings(finding("fewer", Severity.DETECTED, sentence))


def nested_order(strata: NDArray[np.int64], *, seed: int, balanced: bool = False) -> NDArray[np.int64]:
    """Order the indices of `strata` so that every prefix is a stratified subset.

    Each stratum is shuffled by `seed` and spread evenly; the first rows of all strata come first. `balanced`:
    every prefix holds the strata in equal numbers, as long as they have rows.
    """
    rng = np.random.default_rng(seed)
    position = np.empty(len(strata), dtype=np.float64)
    for stratum in np.unique(strata):
        members = rng.permutation(np.flatnonzero(strata == stratum))
        position[members] = (np.arange(len(members)) + 0.5) / (len(strata) if balanced else len(members))
        position[members[0]] = 0.0
    return np.lexsort((rng.random(len(strata)), position))


def _empty_splits(rows: pd.DataFrame) -> Iterator[Finding]:
    """Report held-out splits without rows."""
    for index, why in ((VALIDATION, "to choose on"), (TEST, "to report on")):
        if not (rows["split"] == index).any():
            name = SPLITS[index]
            sentence = f"No row is held out for {name}: there will be nothing {why}."
            advice = f"Give {name} a share of the rows."
            yield finding(f"no-{name}", Severity.BLOCKING, sentence, advice=advice)
