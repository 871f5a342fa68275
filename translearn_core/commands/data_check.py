"""Checks of a command's data by the engine before long work: the table, then the task."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from translearn_core.commands.findings import print_findings, records
from translearn_core.commands.terminal.client import result, submit
from translearn_core.config import ExperimentConfig
from translearn_core.errors import DataError
from translearn_core.jobs import DiagnoseConfig, ReadConfig
from translearn_core.results import Diagnosis, Finding, Severity, TableProfile
from translearn_core.results.format import quote
from translearn_core.runs import Dataset

MAX_NAMES = 12
"""Most columns listed in an error."""

MAX_DIGITS = 6
"""Most digits of a column number."""


@dataclass(frozen=True)
class DataCheck:
    """Findings on a command's files and on the tasks built from them."""

    reading: TableProfile
    findings: tuple[Finding, ...]

    def show(self, *, quiet: bool) -> None:
        """Print the findings on stderr; call it after all checks, before long work."""
        if not quiet:
            print_findings(self.findings, self.reading)

    def records(self) -> list[dict[str, Any]]:
        """Return the findings as ``--json`` prints them."""
        return records(self.findings)


def read_data(dataset: Dataset, *, texts_only: bool = False) -> TableProfile:
    """Return the profile of a data set's files; `texts_only` for files without labels."""
    config = ReadConfig(dataset=dataset.digest, texts_only=texts_only)
    return result(submit(config, f"reading {dataset.name}"), TableProfile)


def column_name(word: str, reading: TableProfile, option: str) -> str:
    """Return the column with the name `word`, or else with that number, from 1.

    Raises
    ------
    DataError
        If there is no such column; the error names `option`.
    """
    names = [column.name for column in reading.columns]
    if word in names:
        return word
    if word.isdecimal() and len(word) <= MAX_DIGITS:
        number = int(word)
        if (name := f"column {number}") in names:  # name given to a column without a header
            return name
        if 1 <= number <= len(names):
            return names[number - 1]
    listed = ", ".join(map(quote, names[:MAX_NAMES])) + (" …" if len(names) > MAX_NAMES else "")
    hint = "" if all(form.header for form in reading.formats) else ", or give --header if row 1 names them"
    raise DataError(f"There is no column {quote(word)} in this file; it has {listed}: check {option}{hint}.")


def diagnose_config(experiment: ExperimentConfig) -> DiagnoseConfig:
    """Return the job that diagnoses an experiment's data with its tokenizer."""
    return DiagnoseConfig(
        data=experiment.data, backbone=experiment.backbone, token_limit=experiment.features.token_limit
    )


def diagnosis(config: DiagnoseConfig) -> Diagnosis:
    """Return the diagnosis of a task.

    Raises
    ------
    DataError
        If a finding blocks the task.
    """
    diagnosis = result(submit(config, "looking at the data"), Diagnosis)
    for finding in diagnosis.findings:
        if finding.severity is Severity.BLOCKING:
            raise DataError(" ".join(filter(None, (finding.sentence, finding.advice))))
    return diagnosis


def check_data(reading: TableProfile, configs: Iterable[DiagnoseConfig] = ()) -> DataCheck:
    """Return the findings on the files and on the tasks built from them.

    Parameters
    ----------
    reading : TableProfile
        As `read_data` returns it.
    configs : iterable of DiagnoseConfig
        The tasks; findings with a code that was already found are left out.

    Raises
    ------
    DataError
        If a finding blocks a task.
    """
    findings = list(reading.findings)
    for config in configs:
        known = {finding.code for finding in findings}
        findings += [finding for finding in diagnosis(config).findings if finding.code not in known]
    return DataCheck(reading, tuple(findings))
