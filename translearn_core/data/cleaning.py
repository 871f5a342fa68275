"""Data cleaning: conflicting labels, duplicate texts and rare classes, reported or fixed as configured.

Rows of a given test split are dropped with their class only, never as duplicates or conflicts.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import CleaningRule, DataConfig
from translearn_core.data.stratified_split import TEST
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import by_part, finding, one_file_rows
from translearn_core.text.format import count_noun, join_list, quote, quote_list, were

Mask = NDArray[np.bool_]

OTHER = "other"
"""The class that rare classes are merged into."""


@dataclass(frozen=True)
class CleaningState:
    """Rows of a task during preparation.

    `rows` has text, label (index into `classes`), key (equal for equal normalised texts), split (index into
    `SPLITS`; train where the split is still to be drawn), row and part.
    """

    rows: pd.DataFrame
    classes: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    def with_findings(self, *findings: Finding) -> "CleaningState":
        """Return the same rows with more findings."""
        return replace(self, findings=(*self.findings, *findings))

    def keep(self, mask: Mask) -> "CleaningState":
        """Return the rows under `mask` only."""
        return self if mask.all() else replace(self, rows=self.rows[mask].reset_index(drop=True))


def check_conflicts(state: CleaningState, config: DataConfig) -> CleaningState:
    """Report texts with several labels, or drop them if the config says so."""
    rows = state.rows
    pairs = rows[["key", "label"]].drop_duplicates()
    conflicting = pairs["key"][pairs["key"].duplicated()].unique()
    if not len(conflicting):
        return state
    first = rows[rows["key"] == conflicting[0]]
    labels = quote_list([state.classes[k] for k in sorted(first["label"].unique())])
    clause = f"a text with more than one label ({quote(first['text'].iloc[0])} is {labels})"
    predicates = f"has {clause}", f"have {clause}"
    advice = "Correct the labels in the file, or drop these rows: a model cannot learn both."
    mask = rows["key"].isin(conflicting).to_numpy()
    return _drop_or_offer(state, mask, config, CleaningRule.DROP_CONFLICTS, "conflicts", predicates, advice)


def check_duplicates(state: CleaningState, config: DataConfig) -> CleaningState:
    """Report texts that repeat an earlier one of their split, or drop them if the config says so."""
    mask = state.rows.duplicated(["key", "split"]).to_numpy()
    if not mask.any():
        return state
    example = f"(for instance {quote(state.rows['text'].to_numpy()[mask][0])})"
    predicates = f"repeats an earlier text {example}", f"repeat an earlier text {example}"
    advice = "Equal texts stay together in one split, so none leaks; drop them if each should count once."
    return _drop_or_offer(state, mask, config, CleaningRule.DROP_DUPLICATES, "duplicates", predicates, advice)


def _drop_or_offer(
    state: CleaningState,
    mask: Mask,
    config: DataConfig,
    fix: CleaningRule,
    code: str,
    predicates: tuple[str, str],
    advice: str,
) -> CleaningState:
    """Drop the rows under `mask` if `fix` is configured, else offer it; rows of a given test split stay.

    `predicates` are the verb phrases of these rows in messages, in singular and plural.
    """
    rows, decided = state.rows, fix in config.fixes
    in_test = (rows["split"] == TEST).to_numpy()
    findings = []
    for where, numbers in by_part(rows, mask & ~in_test):
        sentence = f"{count_noun(len(numbers), 'row')}{where} {predicates[len(numbers) > 1]}"
        if decided:
            sentence += f" and {were(len(numbers))} left out."
            findings.append(finding(f"{code}-dropped", Severity.FIXED, sentence, numbers, fix=fix))
        else:
            findings.append(finding(code, Severity.DECISION, f"{sentence}.", numbers, fix=fix, advice=advice))
    for where, numbers in by_part(rows, mask & in_test):
        count = count_noun(len(numbers), "row")
        sentence = f"{count}{where} {predicates[len(numbers) > 1]}; a given test stays as it is."
        findings.append(finding(f"{code}-in-test", Severity.DETECTED, sentence, numbers))
    state = state.with_findings(*findings)
    return state.keep(~mask | in_test) if decided else state


def merge_rare_classes(state: CleaningState, config: DataConfig) -> CleaningState:
    """Report classes with fewer rows than `config.rare_below`; drop or merge them if the config says so."""
    counts = np.bincount(state.rows["label"], minlength=len(state.classes))
    rare = np.flatnonzero((counts > 0) & (counts < config.rare_below))
    if not len(rare):
        return state
    mask = np.isin(state.rows["label"], rare)
    numbers = one_file_rows(state.rows, mask)
    listed = join_list([f"{quote(state.classes[k])} ({counts[k]})" for k in rare], most=8)
    fewer = f"fewer than {config.rare_below} rows"
    if CleaningRule.MERGE_RARE in config.fixes:
        return _merge_rare(state, rare, mask, listed)
    if CleaningRule.DROP_RARE in config.fixes:
        if np.count_nonzero(counts) - len(rare) < 2:
            raise DataError(
                f"Dropping the classes with {fewer}, {listed}, leaves fewer than two: keep them, merge them "
                f"into '{OTHER}', or bring more rows of them."
            )
        sentence = (
            f"{count_noun(len(numbers), 'row')} of {_rare_classes(len(rare))} {were(len(numbers))} left out: "
            f"{listed}."
        )
        dropped = finding("rare-dropped", Severity.FIXED, sentence, numbers, fix=CleaningRule.DROP_RARE)
        return state.with_findings(dropped).keep(~mask)
    have = "has" if len(rare) == 1 else "have"
    sentence = (
        f"{count_noun(len(rare), 'class', 'classes')} {have} {fewer}, too few to learn and to test: {listed}."
    )
    advice = "Drop them, merge them, or bring more rows of them."
    drop = finding(
        "rare-classes", Severity.DECISION, sentence, numbers, fix=CleaningRule.DROP_RARE, advice=advice
    )
    state = state.with_findings(drop)
    if len(rare) < 2 and _index_of_other(state) is None:
        return state
    sentence = (
        f"{_rare_classes(len(rare)).capitalize()} can become one class '{OTHER}' of "
        f"{count_noun(len(numbers), 'row')} instead."
    )
    merge = finding("rare-classes-merge", Severity.DECISION, sentence, numbers, fix=CleaningRule.MERGE_RARE)
    return state.with_findings(merge)


def _merge_rare(state: CleaningState, rare: NDArray[np.int64], mask: Mask, listed: str) -> CleaningState:
    other = _index_of_other(state)
    classes = state.classes if other is not None else (*state.classes, OTHER)
    target = len(state.classes) if other is None else other
    labels = np.where(mask, target, state.rows["label"].to_numpy())
    if len(np.unique(labels)) < 2:
        raise DataError(
            f"Merging the rare classes, {listed}, leaves the one class '{OTHER}': keep them apart "
            "or bring more rows of them."
        )
    numbers = one_file_rows(state.rows, mask)
    count = count_noun(len(numbers), "row")
    sentence = f"{_rare_classes(len(rare)).capitalize()} became '{OTHER}' ({count}): {listed}."
    merged = finding("rare-merged", Severity.FIXED, sentence, numbers, fix=CleaningRule.MERGE_RARE)
    return replace(state, rows=state.rows.assign(label=labels), classes=classes).with_findings(merged)


def _index_of_other(state: CleaningState) -> int | None:
    return next((k for k, name in enumerate(state.classes) if name.casefold() == OTHER), None)


def _rare_classes(number: int) -> str:
    return count_noun(number, "rare class", "rare classes")
