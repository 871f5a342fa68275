"""Rows that need a decision: conflicting labels, repeated texts, rare classes; said, or mended once decided.

A given test is the measure: its rows are dropped with their class only, never as repeated or in conflict.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import DataConfig, Fix
from translearn_core.data.findings import by_part, counted, finding, joined, one_file_rows, shown, were
from translearn_core.data.stratified_split import TEST
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity

Mask = NDArray[np.bool_]

OTHER = "other"
"""The class that rare classes are merged into."""


@dataclass(frozen=True)
class Working:
    """Rows on their way to a `Prepared`.

    `rows` has text, label (index into `classes`), key (equal for equal normalised texts), split (index into
    `SPLITS`; rows of a split still to be drawn stand in train), row and part.
    """

    rows: pd.DataFrame
    classes: tuple[str, ...]
    said: tuple[Finding, ...] = ()

    def saying(self, *findings: Finding) -> "Working":
        """Return the same rows with more findings."""
        return replace(self, said=(*self.said, *findings))

    def keeping(self, mask: Mask) -> "Working":
        """Return the rows under `mask` only."""
        return self if mask.all() else replace(self, rows=self.rows[mask].reset_index(drop=True))


def conflicts(work: Working, config: DataConfig) -> Working:
    """Say which texts carry two labels; drop them if that was decided."""
    rows = work.rows
    pairs = rows[["key", "label"]].drop_duplicates()
    torn = pairs["key"][pairs["key"].duplicated()].unique()
    if not len(torn):
        return work
    first = rows[rows["key"] == torn[0]]
    labels = joined([shown(work.classes[k]) for k in sorted(first["label"].unique())])
    example = f"({shown(first['text'].iloc[0])} is {labels})"
    what = f"has a text with more than one label {example}", f"have a text with more than one label {example}"
    advice = "Correct the labels in the file, or drop these rows: a model cannot learn both."
    return _settled(
        work, rows["key"].isin(torn).to_numpy(), config, Fix.DROP_CONFLICTS, "conflicts", what, advice
    )


def duplicates(work: Working, config: DataConfig) -> Working:
    """Say which texts repeat an earlier one of their split; drop them if that was decided."""
    mask = work.rows.duplicated(["key", "split"]).to_numpy()
    if not mask.any():
        return work
    example = f"(for instance {shown(work.rows['text'].to_numpy()[mask][0])})"
    what = f"repeats an earlier text {example}", f"repeat an earlier text {example}"
    advice = "Equal texts stay together in one split, so none leaks; drop them if each should count once."
    return _settled(work, mask, config, Fix.DROP_DUPLICATES, "duplicates", what, advice)


def _settled(
    work: Working, mask: Mask, config: DataConfig, fix: Fix, code: str, what: tuple[str, str], advice: str
) -> Working:
    """Drop the rows under `mask` if `fix` was decided, else offer it; those of a given test stay.

    `what` says what these rows do, of one row and of several.
    """
    rows, decided = work.rows, fix in config.fixes
    in_test = (rows["split"] == TEST).to_numpy()
    for where, numbers in by_part(rows, mask & ~in_test):
        said = f"{counted(len(numbers), 'row')}{where} {what[len(numbers) > 1]}"
        if decided:
            said += f" and {were(len(numbers))} left out."
            work = work.saying(finding(f"{code}-dropped", Severity.MENDED, said, numbers, fix=fix))
        else:
            work = work.saying(finding(code, Severity.DECISION, f"{said}.", numbers, fix=fix, advice=advice))
    for where, numbers in by_part(rows, mask & in_test):
        said = f"{counted(len(numbers), 'row')}{where} {what[len(numbers) > 1]}; a given test stays as it is."
        work = work.saying(finding(f"{code}-in-test", Severity.DETECTED, said, numbers))
    return work.keeping(~mask | in_test) if decided else work


def rare_classes(work: Working, config: DataConfig) -> Working:
    """Say which classes have fewer rows than `config.rare_below`; drop or merge them if that was decided."""
    counts = np.bincount(work.rows["label"], minlength=len(work.classes))
    rare = np.flatnonzero((counts > 0) & (counts < config.rare_below))
    if not len(rare):
        return work
    mask = np.isin(work.rows["label"], rare)
    numbers = one_file_rows(work.rows, mask)
    listed = joined([f"{shown(work.classes[k])} ({counts[k]})" for k in rare], most=8)
    fewer = f"fewer than {config.rare_below} rows"
    if Fix.MERGE_RARE in config.fixes:
        return _merged(work, rare, mask, listed)
    if Fix.DROP_RARE in config.fixes:
        if np.count_nonzero(counts) - len(rare) < 2:
            raise DataError(
                f"Dropping the classes with {fewer}, {listed}, leaves fewer than two: keep them, merge them "
                f"into '{OTHER}', or bring more rows of them."
            )
        said = (
            f"{counted(len(numbers), 'row')} of {_rare(len(rare))} {were(len(numbers))} left out: {listed}."
        )
        return work.saying(
            finding("rare-dropped", Severity.MENDED, said, numbers, fix=Fix.DROP_RARE)
        ).keeping(~mask)
    have = "has" if len(rare) == 1 else "have"
    work = work.saying(
        finding(
            "rare-classes",
            Severity.DECISION,
            f"{counted(len(rare), 'class', 'classes')} {have} {fewer}, too few to learn and to "
            f"test: {listed}.",
            numbers,
            fix=Fix.DROP_RARE,
            advice="Drop them, merge them, or bring more rows of them.",
        )
    )
    if len(rare) < 2 and _other(work) is None:
        return work
    sentence = (
        f"{_rare(len(rare)).capitalize()} can become one class '{OTHER}' of "
        f"{counted(len(numbers), 'row')} instead."
    )
    return work.saying(
        finding("rare-classes-merge", Severity.DECISION, sentence, numbers, fix=Fix.MERGE_RARE)
    )


def _merged(
    work: Working,
    rare: NDArray[np.int64],
    mask: Mask,
    listed: str,
) -> Working:
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
    sentence = f"{_rare(len(rare)).capitalize()} became '{OTHER}' ({counted(len(numbers), 'row')}): {listed}."
    said = finding("rare-merged", Severity.MENDED, sentence, numbers, fix=Fix.MERGE_RARE)
    return replace(work, rows=work.rows.assign(label=labels), classes=classes).saying(said)


def _other(work: Working) -> int | None:
    return next((k for k, name in enumerate(work.classes) if name.casefold() == OTHER), None)


def _rare(number: int) -> str:
    return counted(number, "rare class", "rare classes")
