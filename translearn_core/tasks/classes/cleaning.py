"""Texts with several labels and rare classes, reported or fixed as configured."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from translearn_core.config import CleaningRule, DataConfig
from translearn_core.config.text_cells import joined, text_cells
from translearn_core.errors import DataError
from translearn_core.results import Severity
from translearn_core.results.findings import finding, one_file_rows
from translearn_core.results.format import count_noun, join_list, quote, quote_list, was_or_were
from translearn_core.tasks.classes.labels import natural_sort_key
from translearn_core.tasks.classes.similar_labels import find_similar_labels
from translearn_core.tasks.target import Target
from translearn_core.tasks.task_rows import Mask, TaskRows

OTHER = "other"
"""The class that rare classes are merged into."""


def drop_or_offer_conflicts(
    state: TaskRows, config: DataConfig, decode: Callable[[Target], NDArray[Any]]
) -> TaskRows:
    """Report texts with several labels, shown by `decode`, or drop them if the config says so."""
    rows, target = state.rows, state.target
    values = decode(target)
    pairs = rows[["key"]].assign(label=values).drop_duplicates()
    conflicting = pairs["key"][pairs["key"].duplicated()].unique()
    if not len(conflicting):
        return state
    first = (rows["key"] == conflicting[0]).to_numpy()
    different = sorted(set(values[first].tolist()), key=lambda value: natural_sort_key(str(value)))
    labels, noun = quote_list(different), "pair" if config.text_pair else "text"
    clause = f"a {noun} with more than one label ({quote(joined(text_cells(rows[first])[0]))} is {labels})"
    predicates = f"has {clause}", f"have {clause}"
    advice = "Correct the labels in the file, or drop these rows: a model cannot learn both."
    mask = rows["key"].isin(conflicting).to_numpy()
    return state.drop_or_offer(mask, config, CleaningRule.DROP_CONFLICTS, "conflicts", predicates, advice)


def clean_rare_classes(state: TaskRows, config: DataConfig) -> TaskRows:
    """Report classes with fewer rows than `config.rare_class_below`; drop or merge them if it says so."""
    target = state.target
    counts = np.bincount(target.values, minlength=len(target.names))
    rare = np.flatnonzero((counts > 0) & (counts < config.rare_class_below))
    if not len(rare):
        return state
    mask = np.isin(target.values, rare)
    listed = join_list([f"{quote(target.names[k])} ({counts[k]})" for k in rare], most=8)
    if CleaningRule.MERGE_RARE in config.cleaning:
        return _merge_rare(state, rare, mask, listed)
    if CleaningRule.DROP_RARE not in config.cleaning:
        return _offer_rare(state, rare, mask, listed, config.rare_class_below)
    if np.count_nonzero(counts) - len(rare) < 2:
        raise DataError(
            f"Dropping the classes with fewer than {config.rare_class_below} rows, {listed}, leaves "
            f"fewer than two: keep them, merge them into '{OTHER}', or bring more rows of them."
        )
    numbers = one_file_rows(state.rows, mask)
    sentence = (
        f"{count_noun(len(numbers), 'row')} of {_rare_classes(len(rare))} {was_or_were(len(numbers))} left "
        f"out: {listed}."
    )
    dropped = finding("rare-dropped", Severity.FIXED, sentence, numbers, cleaning_rule=CleaningRule.DROP_RARE)
    return state.with_findings(dropped).keep(~mask)


def _offer_rare(state: TaskRows, rare: NDArray[np.int64], mask: Mask, listed: str, minimum: int) -> TaskRows:
    numbers, have = one_file_rows(state.rows, mask), "has" if len(rare) == 1 else "have"
    sentence = (
        f"{count_noun(len(rare), 'class', 'classes')} {have} fewer than {minimum} rows, too few to learn "
        f"and to test: {listed}."
    )
    advice = "Drop them, merge them, or bring more rows of them."
    if misspelt := _misspelt(state.target, rare):
        advice = f"{misspelt}: merge them on the Labels page first."
    drop = finding(
        "rare-classes",
        Severity.DECISION,
        sentence,
        numbers,
        cleaning_rule=CleaningRule.DROP_RARE,
        advice=advice,
    )
    state = state.with_findings(drop)
    if len(rare) < 2 and _index_of_other(state.target) is None:
        return state
    sentence = (
        f"{_rare_classes(len(rare)).capitalize()} can become one class '{OTHER}' of "
        f"{count_noun(len(numbers), 'row')} instead."
    )
    merge = finding(
        "rare-classes-merge", Severity.DECISION, sentence, numbers, cleaning_rule=CleaningRule.MERGE_RARE
    )
    return state.with_findings(merge)


def _misspelt(target: Target, rare: NDArray[np.int64]) -> str:
    """Name the rare classes that look like spellings of others; empty if none do."""
    counts = np.bincount(target.values, minlength=len(target.names))
    similar = find_similar_labels({target.names[k]: int(counts[k]) for k in np.flatnonzero(counts)})
    names = {target.names[k] for k in rare}
    pairs = [f"{quote(s.value)} may be {quote(s.replacement)}" for s in similar if s.value in names]
    return join_list(pairs, most=5)


def _merge_rare(state: TaskRows, rare: NDArray[np.int64], mask: Mask, listed: str) -> TaskRows:
    target, other = state.target, _index_of_other(state.target)
    names = target.names if other is not None else (*target.names, OTHER)
    values = np.where(mask, len(target.names) if other is None else other, target.values)
    if len(np.unique(values)) < 2:
        raise DataError(
            f"Merging the rare classes, {listed}, leaves the one class '{OTHER}': keep them apart "
            "or bring more rows of them."
        )
    numbers = one_file_rows(state.rows, mask)
    count = count_noun(len(numbers), "row")
    sentence = f"{_rare_classes(len(rare)).capitalize()} became '{OTHER}' ({count}): {listed}."
    merged = finding("rare-merged", Severity.FIXED, sentence, numbers, cleaning_rule=CleaningRule.MERGE_RARE)
    return replace(state, target=replace(target, names=names, values=values)).with_findings(merged)


def _index_of_other(target: Target) -> int | None:
    return next((k for k, name in enumerate(target.names) if name.casefold() == OTHER), None)


def _rare_classes(number: int) -> str:
    return count_noun(number, "rare class", "rare classes")
