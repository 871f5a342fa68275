"""Rows that need a decision: conflicting labels, repeated texts, rare classes; said, or mended once decided.

A given test is the measure: its rows are dropped with their class only, never as repeated or in conflict.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import CleaningRule, DataConfig
from translearn_core.data.findings import by_part, count_noun, finding, join_list, one_file_rows, quote, were
from translearn_core.data.stratified_split import TEST
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity

Mask = NDArray[np.bool_]

OTHER = "other"
"""The class that rare classes are merged into."""


@dataclass(frozen=True)
class CleaningState:
    """Rows on their way to a `Prepared`.

    `rows` has text, label (index into `classes`), key (equal for equal normalised texts), split (index into
    `SPLITS`; rows of a split still to be drawn stand in train), row and part.
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


def conflicts(work: CleaningState, config: DataConfig) -> CleaningState:
    """Say which texts carry two labels; drop them if that was decided."""
    rows = work.rows
    pairs = rows[["key", "label"]].drop_duplicates()
    torn = pairs["key"][pairs["key"].duplicated()].unique()
    if not len(torn):
        return work
    first = rows[rows["key"] == torn[0]]
    labels = join_list([quote(work.classes[k]) for k in sorted(first["label"].unique())])
    example = f"({quote(first['text'].iloc[0])} is {labels})"
    what = f"has a text with more than one label {example}", f"have a text with more than one label {example}"
    advice = "Correct the labels in the file, or drop these rows: a model cannot learn both."
    return _settled(
        work,
        rows["key"].isin(torn).to_numpy(),
        config,
        CleaningRule.DROP_CONFLICTS,
        "conflicts",
        what,
        advice,
    )


def duplicates(work: CleaningState, config: DataConfig) -> CleaningState:
    """Say which texts repeat an earlier one of their split; drop them if that was decided."""
    mask = work.rows.duplicated(["key", "split"]).to_numpy()
    if not mask.any():
        return work
    example = f"(for instance {quote(work.rows['text'].to_numpy()[mask][0])})"
    what = f"repeats an earlier text {example}", f"repeat an earlier text {example}"
    advice = "Equal texts stay together in one split, so none leaks; drop them if each should count once."
    return _settled(work, mask, config, CleaningRule.DROP_DUPLICATES, "duplicates", what, advice)


def _settled(
    work: CleaningState,
    mask: Mask,
    config: DataConfig,
    fix: CleaningRule,
    code: str,
    what: tuple[str, str],
    advice: str,
) -> CleaningState:
    """Drop the rows under `mask` if `fix` was decided, else offer it; those of a given test stay.

    `what` says what these rows do, of one row and of several.
    """
    rows, decided = work.rows, fix in config.fixes
    in_test = (rows["split"] == TEST).to_numpy()
    for where, numbers in by_part(rows, mask & ~in_test):
        said = f"{count_noun(len(numbers), 'row')}{where} {what[len(numbers) > 1]}"
        if decided:
            said += f" and {were(len(numbers))} left out."
            work = work.with_findings(finding(f"{code}-dropped", Severity.FIXED, said, numbers, fix=fix))
        else:
            work = work.with_findings(
                finding(code, Severity.DECISION, f"{said}.", numbers, fix=fix, advice=advice)
            )
    for where, numbers in by_part(rows, mask & in_test):
        said = (
            f"{count_noun(len(numbers), 'row')}{where} {what[len(numbers) > 1]}; a given test stays as it is."
        )
        work = work.with_findings(finding(f"{code}-in-test", Severity.DETECTED, said, numbers))
    return work.keep(~mask | in_test) if decided else work


def merge_rare_classes(work: CleaningState, config: DataConfig) -> CleaningState:
    """Say which classes have fewer rows than `config.rare_below`; drop or merge them if that was decided."""
    counts = np.bincount(work.rows["label"], minlength=len(work.classes))
    rare = np.flatnonzero((counts > 0) & (counts < config.rare_below))
    if not len(rare):
        return work
    mask = np.isin(work.rows["label"], rare)
    numbers = one_file_rows(work.rows, mask)
    listed = join_list([f"{quote(work.classes[k])} ({counts[k]})" for k in rare], most=8)
    fewer = f"fewer than {config.rare_below} rows"
    if CleaningRule.MERGE_RARE in config.fixes:
        return _merged(work, rare, mask, listed)
    if CleaningRule.DROP_RARE in config.fixes:
        if np.count_nonzero(counts) - len(rare) < 2:
            raise DataError(
                f"Dropping the classes with {fewer}, {listed}, leaves fewer than two: keep them, merge them "
                f"into '{OTHER}', or bring more rows of them."
            )
        said = (
            f"{count_noun(len(numbers), 'row')} of {_rare(len(rare))} {were(len(numbers))} left out: "
            f"{listed}."
        )
        return work.with_findings(
            finding("rare-dropped", Severity.FIXED, said, numbers, fix=CleaningRule.DROP_RARE)
        ).keep(~mask)
    have = "has" if len(rare) == 1 else "have"
    work = work.with_findings(
        finding(
            "rare-classes",
            Severity.DECISION,
            f"{count_noun(len(rare), 'class', 'classes')} {have} {fewer}, too few to learn and to "
            f"test: {listed}.",
            numbers,
            fix=CleaningRule.DROP_RARE,
            advice="Drop them, merge them, or bring more rows of them.",
        )
    )
    if len(rare) < 2 and _other(work) is None:
        return work
    sentence = (
        f"{_rare(len(rare)).capitalize()} can become one class '{OTHER}' of "
        f"{count_noun(len(numbers), 'row')} instead."
    )
    return work.with_findings(
        finding("rare-classes-merge", Severity.DECISION, sentence, numbers, fix=CleaningRule.MERGE_RARE)
    )


def _merged(
    work: CleaningState,
    rare: NDArray[np.int64],
    mask: Mask,
    listed: str,
) -> CleaningState:
    place = _other(work)
    classes = work.classes if place is not None else (*work.classes, OTHER)
    target = len(work.classes) if place is None else place
    labels = np.where(mask, target, work.rows["label"].to_numpy())
    if len(np.unique(labels)) < 2:
        raise DataError(
            f"Merging the rare classes, {listed}, leaves the one class '{OTHER}': keep them apart "
            "or bring more rows of them."
        )
    numbers = one_file_rows(work.rows, mask)
    sentence = (
        f"{_rare(len(rare)).capitalize()} became '{OTHER}' ({count_noun(len(numbers), 'row')}): {listed}."
    )
    said = finding("rare-merged", Severity.FIXED, sentence, numbers, fix=CleaningRule.MERGE_RARE)
    return replace(work, rows=work.rows.assign(label=labels), classes=classes).with_findings(said)


def _other(work: CleaningState) -> int | None:
    return next((k for k, name in enumerate(work.classes) if name.casefold() == OTHER), None)


def _rare(number: int) -> str:
    return count_noun(number, "rare class", "rare classes")
