"""The data of a command, looked at by the engine before anything long starts: as a table, then as a task."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from translearn_core.commands.client import result, submit
from translearn_core.commands.findings import print_findings, records
from translearn_core.config import DiagnoseConfig, ExperimentConfig, ReadConfig
from translearn_core.data.findings import quote
from translearn_core.errors import DataError
from translearn_core.results import Diagnosis, Finding, Severity, TableProfile
from translearn_core.runs import Dataset

MOST_NAMES = 12
"""Columns that a sentence lists."""

LONGEST_NUMBER = 6
"""Digits of a column's number."""


@dataclass(frozen=True)
class DataCheck:
    """What was found in the data of a command: in its files, and in the tasks made of them."""

    reading: TableProfile
    findings: tuple[Finding, ...]

    def show(self, *, quiet: bool) -> None:
        """Print the findings on the error stream: when nothing can be refused any more, before long work."""
        if not quiet:
            print_findings(self.findings, self.reading)

    def records(self) -> list[dict[str, Any]]:
        """Return the findings as ``--json`` prints them."""
        return records(self.findings)


def read_data(dataset: Dataset, *, texts_only: bool = False) -> TableProfile:
    """Return how the files of a data set read; `texts_only` for files without labels."""
    config = ReadConfig(dataset=dataset.digest, texts_only=texts_only)
    return result(submit(config, f"reading {dataset.name}"), TableProfile)


def column_name(word: str, reading: TableProfile, option: str) -> str:
    """Return the column that a word names, or else numbers: 1 is the first.

    Raises
    ------
    DataError
        If there is no such column; the sentence names `option`.
    """
    names = [column.name for column in reading.columns]
    if word in names:
        return word
    if word.isdecimal() and len(word) <= LONGEST_NUMBER:
        number = int(word)
        if (name := f"column {number}") in names:  # the name of a column that has none in the file
            return name
        if 1 <= number <= len(names):
            return names[number - 1]
    listed = ", ".join(map(quote, names[:MOST_NAMES])) + (" …" if len(names) > MOST_NAMES else "")
    raise DataError(f"There is no column {quote(word)} in this file; it has {listed}: check {option}.")


def question(experiment: ExperimentConfig) -> DiagnoseConfig:
    """Return the question what is in the data of an experiment, as its backbone reads them."""
    return DiagnoseConfig(
        data=experiment.data, backbone=experiment.backbone, token_limit=experiment.features.token_limit
    )


def diagnosis(asked: DiagnoseConfig) -> Diagnosis:
    """Return what is found in a task.

    Raises
    ------
    DataError
        If something blocks it.
    """
    found = result(submit(asked, "looking at the data"), Diagnosis)
    for one in found.findings:
        if one.severity is Severity.BLOCKING:
            raise DataError(" ".join(filter(None, (one.sentence, one.advice))))
    return found


def check_data(reading: TableProfile, questions: Iterable[DiagnoseConfig] = ()) -> DataCheck:
    """Return the findings of a reading and of the tasks made of it.

    Parameters
    ----------
    reading : Reading
        As `read_data` returns it.
    questions : iterable of DiagnoseConfig
        The tasks; what a later one says of a matter that an earlier one has said is left out.

    Raises
    ------
    DataError
        If something blocks a task.
    """
    findings = list(reading.findings)
    for asked in questions:
        known = {one.code for one in findings}
        findings += [one for one in diagnosis(asked).findings if one.code not in known]
    return DataCheck(reading, tuple(findings))
