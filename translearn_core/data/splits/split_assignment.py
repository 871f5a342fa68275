"""Split assignment: from files and the split column, without leaks, the rest drawn by seed."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import Cell, DataConfig, Split
from translearn_core.config.text_cells import text_cells
from translearn_core.data.columns import split_word
from translearn_core.data.splits.domain_rows import strata_by_domain
from translearn_core.data.splits.stratified_split import draw_fold, draw_split
from translearn_core.data.splits.time_split import EARLIER, NEW, split_by_time
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import by_part, finding
from translearn_core.results.format import count_noun, join_list, quote, quote_list, was_or_were
from translearn_core.tasks import problem_of
from translearn_core.tasks.normalisation import cell_key, unordered_key
from translearn_core.tasks.splits import SPLITS, TEST, TRAIN, VALIDATION
from translearn_core.tasks.task_rows import TaskRows

UNORDERED = "unordered"
"""Column with a number that a pair shares with its swapped pair."""


def given_split(rows: pd.DataFrame, config: DataConfig) -> tuple[pd.DataFrame, dict[int, str], list[Finding]]:
    """Set `key` of the texts or pairs, and the splits given by files and by the split column.

    Returns the rows, the sources of given splits, and findings on the split column or the times.
    """
    given: dict[int, str] = {}
    split = np.full(len(rows), TRAIN, dtype=np.int64)
    for part, index in ((Split.VALIDATION, VALIDATION), (Split.TEST, TEST)):
        mask = (rows["part"] == str(part)).to_numpy()
        split[mask] = index
        if mask.any():
            given[index] = f"the {part} file"
    findings: list[Finding] = []
    if config.split.column:
        pool = (rows["part"] == str(Split.TRAIN)).to_numpy()
        split[pool], findings = _parse_split_column(rows[pool], config.split.column)
        for index in (VALIDATION, TEST):
            if (split[pool] == index).any():
                given.setdefault(index, f"column {quote(config.split.column)}")
        if not (split == TRAIN).any():
            raise DataError(
                f"Column {quote(config.split.column)} gives no row to train: name some rows 'train' in it."
            )
    pool = (rows["part"] == str(Split.TRAIN)).to_numpy()
    if config.split.time:
        split[pool], findings = split_by_time(rows[pool], config.split, set(given))
        times = f"the rows by time in column {quote(config.split.time)}"
        given |= {index: times for index in (VALIDATION, TEST) if (split[pool] == index).any()}
    if config.split.test_groups:
        mask = pool & _in_test_groups(rows, config)
        split[mask] = TEST
        given[TEST] = f"{quote_list(config.split.test_groups)} of column {quote(config.split.group)}"
    cells = text_cells(rows)
    rows = rows.assign(split=split, key=_numbered(cell_key, cells))
    if config.text_pair is not None:
        rows[UNORDERED] = _numbered(unordered_key, cells)
    return rows, given, findings


def _numbered(key: Callable[[Cell], str], cells: Sequence[Cell]) -> NDArray[np.int64]:
    """Number the cells so that those of equal key share a number."""
    return pd.factorize(np.array([key(cell) for cell in cells], dtype=object))[0]


def _in_test_groups(rows: pd.DataFrame, config: DataConfig) -> NDArray[np.bool_]:
    """Whether each row is of a group that is held out for test; raises `DataError` for an unknown group."""
    present = set(rows["group"].dropna())
    for group in config.split.test_groups:
        if group not in present:
            raise DataError(
                f"Column {quote(config.split.group)} has no {quote(group)} to test on: choose from "
                f"{quote_list(sorted(present), 12)}."
            )
    return rows["group"].isin(config.split.test_groups).to_numpy()


def _parse_split_column(rows: pd.DataFrame, column: str) -> tuple[NDArray[np.int64], list[Finding]]:
    """Parse the split column; rows without an entry go to train."""
    codes, values = pd.factorize(rows["given_split"])
    named_splits = {str(value): split_word(str(value)) for value in values}
    if unknown := [value for value, split in named_splits.items() if split is None]:
        row = rows["row"].to_numpy()[codes == list(named_splits).index(unknown[0])][0]
        raise DataError(
            f"Column {quote(column)} has {quote(unknown[0])} in row {row:,}, which names no split: "
            "use train, validation (or dev) and test, or choose no split column."
        )
    index = np.array(
        [SPLITS.index(split) for split in named_splits.values() if split] + [TRAIN], dtype=np.int64
    )
    findings = [
        finding(
            "missing-splits",
            Severity.FIXED,
            f"{count_noun(len(numbers), 'row')} without a split in {quote(column)} went to train.",
            numbers,
        )
        for _, numbers in by_part(rows, codes < 0)
    ]
    return index[codes], findings  # code -1, a missing cell, is the last entry: train


def drop_leaked_rows(state: TaskRows) -> TaskRows:
    """Drop from train and validation the texts that a later split has too; a given test stays whole."""
    rows = state.rows
    noun = "pair" if UNORDERED in rows else "text"
    key, split = rows["key"].to_numpy(), rows["split"].to_numpy()
    in_test = np.isin(key, key[split == TEST])
    in_validation = np.isin(key, key[split == VALIDATION])
    leaks = (
        ((split == TRAIN) & in_test, "train", "test"),
        ((split == TRAIN) & in_validation & ~in_test, "train", "validation"),
        ((split == VALIDATION) & in_test, "validation", "test"),
    )
    dropped = np.zeros(len(rows), dtype=bool)
    for mask, origin, other in leaks:
        dropped |= mask
        for _, numbers in by_part(rows, mask):
            repeat = "repeats" if len(numbers) == 1 else "repeat"
            sentence = (
                f"{count_noun(len(numbers), 'row')} of {origin} {repeat} a {noun} of {other} and "
                f"{was_or_were(len(numbers))} left out of {origin}."
            )
            advice = f"A {noun} seen in training proves nothing where it is met again."
            state = state.with_findings(finding("leaks", Severity.FIXED, sentence, numbers, advice=advice))
    return state.keep(~dropped)


def assign_splits(state: TaskRows, config: DataConfig, given: dict[int, str]) -> TaskRows:
    """Draw the splits that are not given from the training rows, and report the split sizes.

    Rows with a split in the column `EARLIER`, of an earlier version of the data, keep it; new rows train
    unless their text or group stands in another split.
    """
    rows, earlier = state.rows, EARLIER in state.rows
    if config.split.k_folds is not None and TEST in given:
        raise DataError(
            f"In cross-validation every row is tested on once, and test comes from {given[TEST]}: leave out "
            "the test rows, or the folds."
        )
    split = rows["split"].to_numpy().copy()
    shares = {VALIDATION: config.split.validation, TEST: config.split.test}
    shares = {index: 0.0 if index in given else share for index, share in shares.items()}
    if any(shares.values()):
        pool = np.flatnonzero(split == TRAIN)
        problem = problem_of(state.target)
        groups = split_groups(rows)[pool]
        strata = strata_by_domain(problem.split_strata(state.target), rows)[pool]
        if config.split.k_folds is not None:
            split[pool] = draw_fold(
                groups, strata, folds=config.split.k_folds, fold=config.split.fold,
                validation=shares[VALIDATION], seed=config.split.seed,
            )  # fmt: skip
        elif earlier:
            split[pool] = _kept_splits(rows[EARLIER].to_numpy()[pool], groups)
        else:
            split[pool] = draw_split(
                groups, strata, validation=shares[VALIDATION], test=shares[TEST], seed=config.split.seed
            )
    sources = [f"{SPLITS[index]} from {source}" for index, source in sorted(given.items())]
    drawn = [str(SPLITS[index]) for index, share in shares.items() if share]
    if config.split.k_folds is not None:
        sources.append(
            f"test is fold {config.split.fold + 1} of {config.split.k_folds}, drawn with seed "
            f"{config.split.seed}"
        )
    elif drawn:
        how = "as in an earlier version" if earlier else f"by class with seed {config.split.seed}"
        sources.append(f"{join_list(drawn)} drawn from train {how}")
    sizes = join_list([f"{np.count_nonzero(split == i):,} {name}" for i, name in enumerate(SPLITS)])
    sentence = f"Rows: {sizes} ({'; '.join(sources) or 'all in train'})."
    findings = [finding("split", Severity.DETECTED, sentence), *_shared_groups_finding(rows, split, config)]
    return replace(state, rows=rows.assign(split=split)).with_findings(*findings)


def _kept_splits(earlier: NDArray[np.int64], groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the split of each row: the latest that a row of its group had, or train."""
    of_group = np.full(groups.max(initial=-1) + 1, TRAIN, dtype=np.int64)
    np.maximum.at(of_group, groups, np.where(earlier == NEW, TRAIN, earlier))
    return of_group[groups]


def split_groups(rows: pd.DataFrame) -> NDArray[np.int64]:
    """Return an id per row, equal for rows that must share a split.

    These are equal texts, pairs that are equal or swapped, and equal groups.
    """
    key = rows[UNORDERED if UNORDERED in rows else "key"].to_numpy(dtype=np.int64)
    if "group" not in rows or not len(rows):
        return key
    # imported here: the app, which draws no split, starts without it
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    groups = pd.factorize(rows["group"])[0]
    linked = groups >= 0  # a row without an entry is a group of its own
    texts = int(key.max()) + 1
    nodes = texts + int(groups.max(initial=-1)) + 1
    links = coo_array((np.ones(linked.sum()), (key[linked], texts + groups[linked])), shape=(nodes, nodes))
    return np.asarray(connected_components(links, directed=False)[1][key], dtype=np.int64)


def _shared_groups_finding(rows: pd.DataFrame, split: NDArray[np.int64], config: DataConfig) -> list[Finding]:
    """Report rows of given splits that share their group with training rows."""
    if "group" not in rows:
        return []
    train_groups = set(rows["group"][split == TRAIN].dropna())
    mask = (split != TRAIN) & rows["group"].isin(train_groups).to_numpy()
    if not mask.any():
        return []
    sentence = (
        f"{count_noun(int(mask.sum()), 'row')} of given splits share their {quote(config.split.group)} with "
        "training rows; files and the split column decide, so they stay."
    )
    return [finding("groups-across-splits", Severity.WARNING, sentence, rows["row"].to_numpy()[mask])]
