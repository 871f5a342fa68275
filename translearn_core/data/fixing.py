"""Rows that need a decision: conflicting labels, repeated texts, rare classes. Each is said, or mended once decided.

A given test is the measure, so its rows are never dropped for being repeated or in conflict; only with a class that goes.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from translearn_core.config import DataConfig, Fix
from translearn_core.data.findings import by_part, counted, finding, joined, shown, were
from translearn_core.data.splitting import TEST
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity

OTHER = "other"
"""The class that rare classes are merged into."""


@dataclass(frozen=True)
class Working:
    """Rows on their way to a `Prepared`.

    `rows` has text, label (index into `classes`), key (equal for equal normalised texts), split (index into `SPLITS`; where
    a split is still to be drawn its rows stand in train), row and part.
    """

    rows: pd.DataFrame
    classes: tuple[str, ...]
    said: tuple[Finding, ...] = ()

    def saying(self, *findings: Finding) -> "Working":
        """Return the same rows with more findings."""
        return replace(self, said=(*self.said, *findings))

    def keeping(self, mask: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> "Working":
        """Return the rows under `mask` only."""
        return self if mask.all() else replace(self, rows=self.rows[mask].reset_index(drop=True))


def conflicts(work: Working, config: DataConfig) -> Working:
    """Say which texts carry two labels; drop them if that was decided."""
    rows = work.rows
    pairs = rows[["key", "label"]].drop_duplicates()
    torn = pairs["key"][pairs["key"].duplicated()].unique()
    mask = rows["key"].isin(torn).to_numpy()
    if not mask.any():
        return work
    if Fix.DROP_CONFLICTS in config.fixes:
        mask &= (rows["split"] != TEST).to_numpy()
        said = [
            finding(
                "conflicts-dropped",
                Severity.MENDED,
                f"{counted(len(numbers), 'row')}{where} {were(len(numbers))} left out: the same text carries two labels.",
                numbers,
                fix=Fix.DROP_CONFLICTS,
            )
            for where, numbers in by_part(rows, mask)
        ]
        return work.saying(*said).keeping(~mask)
    first = rows[rows["key"] == torn[0]]
    labels = joined([shown(work.classes[k]) for k in sorted(first["label"].unique())])
    example = f"{shown(first['text'].iloc[0])} is {labels}"
    said = [
        finding(
            "conflicts",
            Severity.DECISION,
            f"{counted(len(numbers), 'row')}{where} have a text that carries more than one label: {example}.",
            numbers,
            fix=Fix.DROP_CONFLICTS,
            advice="Correct the labels in the file, or drop these rows: a model cannot learn both.",
        )
        for where, numbers in by_part(rows, mask)
    ]
    return work.saying(*said)


def duplicates(work: Working, config: DataConfig) -> Working:
    """Say which texts repeat an earlier one of their split; drop them if that was decided."""
    rows = work.rows
    mask = rows.duplicated(["key", "split"]).to_numpy()
    if not mask.any():
        return work
    if Fix.DROP_DUPLICATES in config.fixes:
        mask &= (rows["split"] != TEST).to_numpy()
        said = [
            finding(
                "duplicates-dropped",
                Severity.MENDED,
                f"{counted(len(numbers), 'row')}{where} that repeat an earlier text {were(len(numbers))} left out.",
                numbers,
                fix=Fix.DROP_DUPLICATES,
            )
            for where, numbers in by_part(rows, mask)
        ]
        return work.saying(*said).keeping(~mask)
    example = shown(rows["text"].to_numpy()[mask][0])
    said = [
        finding(
            "duplicates",
            Severity.DECISION,
            f"{counted(len(numbers), 'row')}{where} {_repeat(len(numbers))} an earlier text, for instance {example}.",
            numbers,
            fix=Fix.DROP_DUPLICATES,
            advice="Equal texts stay together in one split, so none leaks; drop them if each text should count once.",
        )
        for where, numbers in by_part(rows, mask)
    ]
    return work.saying(*said)


def rare_classes(work: Working, config: DataConfig) -> Working:
    """Say which classes have fewer rows than `config.rare_below`; drop or merge them if that was decided."""
    counts = np.bincount(work.rows["label"], minlength=len(work.classes))
    rare = np.flatnonzero((counts > 0) & (counts < config.rare_below))
    if not len(rare):
        return work
    mask = np.isin(work.rows["label"], rare)
    numbers = work.rows["row"].to_numpy()[mask]
    listed = joined([f"{shown(work.classes[k])} ({counts[k]})" for k in rare], most=8)
    fewer = f"fewer than {config.rare_below} rows"
    if Fix.MERGE_RARE in config.fixes:
        return _merged(work, rare, mask, listed)
    if Fix.DROP_RARE in config.fixes:
        if np.count_nonzero(counts) - len(rare) < 2:
            raise DataError(
                f"Dropping the classes with {fewer}, {listed}, leaves fewer than two: keep them, merge them into "
                f"'{OTHER}', or bring more rows of them."
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
            f"{counted(len(rare), 'class', 'classes')} {have} {fewer}, too few to learn and to test: {listed}.",
            numbers,
            fix=Fix.DROP_RARE,
            advice="Drop them, merge them, or bring more rows of them.",
        )
    )
    if len(rare) < 2 and _other(work) is None:
        return work
    sentence = f"{_rare(len(rare)).capitalize()} can become one class '{OTHER}' of {counted(len(numbers), 'row')} instead."
    return work.saying(
        finding("rare-classes-merge", Severity.DECISION, sentence, numbers, fix=Fix.MERGE_RARE)
    )


def _merged(
    work: Working,
    rare: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    mask: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
    listed: str,
) -> Working:
    place = _other(work)
    classes = work.classes if place is not None else (*work.classes, OTHER)
    target = len(work.classes) if place is None else place
    labels = np.where(mask, target, work.rows["label"].to_numpy())
    if len(np.unique(labels)) < 2:
        raise DataError(
            f"Merging the rare classes, {listed}, leaves the one class '{OTHER}': keep them apart or bring more rows of them."
        )
    numbers = work.rows["row"].to_numpy()[mask]
    sentence = f"{_rare(len(rare)).capitalize()} became '{OTHER}' ({counted(len(numbers), 'row')}): {listed}."
    said = finding("rare-merged", Severity.MENDED, sentence, numbers, fix=Fix.MERGE_RARE)
    return replace(work, rows=work.rows.assign(label=labels), classes=classes).saying(said)


def _other(work: Working) -> int | None:
    return next((k for k, name in enumerate(work.classes) if name.casefold() == OTHER), None)


def _rare(number: int) -> str:
    return counted(number, "rare class", "rare classes")


def _repeat(number: int) -> str:
    return "repeats" if number == 1 else "repeat"
