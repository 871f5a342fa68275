"""Prepare a table for one task: select rows, encode labels, assign splits without leaks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from translearn_core.config import CleaningRule, DataConfig
from translearn_core.config.domains import DomainConfig
from translearn_core.config.settings import settings
from translearn_core.config.text_cells import sides_of, text_cells
from translearn_core.data.columns import PART, ROW
from translearn_core.data.dataset import PreparedDataset
from translearn_core.data.splits.domain_rows import DOMAIN, check_domains, rows_of_domains, select_domains
from translearn_core.data.splits.split_assignment import assign_splits, drop_leaked_rows, given_split
from translearn_core.data.splits.split_checks import check_splits, dropped_per_split
from translearn_core.data.splits.subset import nested_order, whole_sentences
from translearn_core.data.splits.time_split import EARLIER, NEW
from translearn_core.data.targets.target_encoding import check_targets, encode_targets
from translearn_core.data.targets.task_columns import TaskColumns, task_columns
from translearn_core.data.unlabelled import UnlabelledTexts, unlabelled_texts
from translearn_core.errors import DataError
from translearn_core.results import DomainRows, Finding, Severity
from translearn_core.results.findings import finding
from translearn_core.results.format import quote_list
from translearn_core.tasks import PROBLEMS, JointTarget, Target, problem_of
from translearn_core.tasks.splits import SPLITS, TEST, TRAIN, VALIDATION
from translearn_core.tasks.task_rows import TaskRows


def prepare(
    table: pd.DataFrame,
    config: DataConfig,
    *,
    earlier: Sequence[pd.DataFrame] = (),
    max_classes: int | None = None,
) -> PreparedDataset:
    """Select the rows, encode the labels and assign the splits of one task.

    Parameters
    ----------
    table : DataFrame
        From `read_table`.
    config : DataConfig
        Columns, split and cleaning rules.
    earlier : sequence of DataFrame
        The table of each earlier version, oldest first: rows keep the split that they have in the first that
        makes a task, so that models are compared on the same test rows and none of these is learned from
        later. New rows train.
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
    columns = task_columns(table, config)
    columns = replace(columns, rows=_with_earlier_splits(columns.rows, earlier, config))
    several = len(config.prepared_targets) > 1
    rows_of = _rows_of_targets if several else _rows_of_target
    state, given = rows_of(columns, config, max_classes or settings().max_classes)
    check_domains(state.rows, columns.unlabelled, config)
    without_leaks = drop_leaked_rows(state)
    dropped = dropped_per_split(state, without_leaks)
    state = assign_splits(without_leaks, config, given)
    check_splits(state, config, given, dropped)
    if several:
        check_targets(state, config)
    state, unlabelled, of_domains = _select_rows(state, columns, config)
    problem = problem_of(state.target)
    state = replace(state, target=problem.finish(state.target))
    state = state.with_findings(*_empty_splits(state.rows), *problem.split_findings(state))
    prepared = replace(_dataset(state, unlabelled, config), domain_rows=of_domains)
    return prepared if len(config.targets) > 1 else prepared.for_target(0)


def _dataset(state: TaskRows, unlabelled: UnlabelledTexts, config: DataConfig) -> PreparedDataset:
    """Return rows with their split, of all targets, and the texts without a label."""
    return PreparedDataset(
        targets=_in_order(state.target, config),
        texts=tuple(text_cells(state.rows)),
        split=state.rows["split"].to_numpy(dtype=np.int64),
        rows=state.rows["row"].to_numpy(dtype=np.int64),
        findings=state.findings,
        table_index=state.rows["index"].to_numpy(dtype=np.int64),
        domain=state.rows[DOMAIN].to_numpy() if DOMAIN in state.rows else None,
        unlabelled=unlabelled.texts,
        unlabelled_key=unlabelled.classes(state.target),
        unlabelled_index=np.array(unlabelled.index, dtype=np.int64),
    )


def _select_rows(
    state: TaskRows, columns: TaskColumns, config: DataConfig
) -> tuple[TaskRows, UnlabelledTexts, tuple[DomainRows, ...]]:
    """Return the rows to learn from and to test on, the texts without a label, and the rows of domains."""
    unlabelled, left_out = unlabelled_texts(columns.unlabelled, state, config)
    of_domains = rows_of_domains(state.rows, unlabelled.of_domains)
    state, of_target = select_domains(state, config)
    if of_target is not None:
        unlabelled = UnlabelledTexts.of(of_target) + unlabelled
    return _subsample_train(state, config).with_findings(*left_out), unlabelled, of_domains


def _rows_of_target(
    columns: TaskColumns, config: DataConfig, max_classes: int
) -> tuple[TaskRows, dict[int, str]]:
    """Encode and clean a single target; return its rows and the sources of given splits."""
    (target_config,), (cells,) = config.targets, columns.cells
    problem, rows = PROBLEMS[target_config.problem], columns.rows
    usable, unusable_findings = problem.usable_cells(cells, rows, target_config.column)
    rows, cells = rows[usable].reset_index(drop=True), cells[usable].reset_index(drop=True)
    target, encoding_findings = problem.encode(cells, rows, target_config, config)
    rows, given, split_findings = given_split(rows, config)
    findings = (*columns.findings, *unusable_findings, *encoding_findings, *split_findings)
    state = TaskRows(rows, target, findings)
    for step in (problem.clean_conflicts, clean_duplicates, problem.clean_rare):
        state = step(state, config)
    problem.check(state.target, max_classes)
    return state, given


def _rows_of_targets(
    columns: TaskColumns, config: DataConfig, max_classes: int
) -> tuple[TaskRows, dict[int, str]]:
    """Encode and clean several targets; return the rows with any, and the sources of given splits."""
    state, given = encode_targets(columns, config, max_classes)
    return clean_duplicates(state, config), given


def _in_order(target: Target, config: DataConfig) -> tuple[Target, ...]:
    """Return the targets that are predicted, in the order of the configuration."""
    if not isinstance(target, JointTarget):
        return (target,)
    named = {part.column: part for part in target.parts}
    return tuple(named[one.column] for one in config.targets)


def _with_earlier_splits(
    rows: pd.DataFrame, earlier: Sequence[pd.DataFrame], config: DataConfig
) -> pd.DataFrame:
    """Add the split of each row in the first table of `earlier` that makes a task; none where none does."""
    before = next((splits for table in earlier if (splits := _splits(table, config)) is not None), None)
    if before is None:
        return rows
    index = pd.MultiIndex.from_frame(rows[["part", "row"]])
    return rows.assign(**{EARLIER: before.reindex(index, fill_value=NEW).to_numpy(np.int64)})


def _splits(table: pd.DataFrame, config: DataConfig) -> "pd.Series[int] | None":
    """Return the split of each row by part and row number; None if the table makes no task."""
    try:
        every: dict[str, Any] = {"targets": config.prepared_targets, "other_targets": (), "train_rows": None}
        if (domains := config.domains) is not None:
            every["domains"] = DomainConfig(column=domains.column)
        prepared = prepare(table, config.model_copy(update=every))
    except DataError:
        return None
    rows = table.iloc[prepared.table_index][[PART, ROW]]
    return pd.Series(prepared.split, index=pd.MultiIndex.from_frame(rows))


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
    problem = problem_of(state.target)
    order = nested_order(problem.strata(state.target)[train], seed=seed, balanced=config.balanced_subset)
    if (number := state.target.sentence) is not None:  # whole sentences, except the last one
        order = whole_sentences(order, number[train])
    subset = np.sort(train[order[: config.train_rows]])
    if lacking := problem.untrainable(state.target, subset):
        raise DataError(f"The {config.train_rows} training rows hold {lacking}: learn from more of them.")
    mask = np.ones(len(state.rows), dtype=bool)
    mask[np.setdiff1d(train, subset)] = False
    sentence = (
        f"It learns from {config.train_rows:,} of the {len(train):,} rows of train, drawn with seed {seed}."
    )
    return state.keep(mask).with_findings(finding("fewer", Severity.DETECTED, sentence))


def _empty_splits(rows: pd.DataFrame) -> Iterator[Finding]:
    """Report held-out splits without rows."""
    for index, why in ((VALIDATION, "to choose on"), (TEST, "to report on")):
        if not (rows["split"] == index).any():
            name = SPLITS[index]
            sentence = f"No row is held out for {name}: there will be nothing {why}."
            advice = f"Give {name} a share of the rows."
            yield finding(f"no-{name}", Severity.BLOCKING, sentence, advice=advice)
