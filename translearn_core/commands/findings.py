"""Data findings of a command: one line each on stderr, the most severe first."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from translearn_core.commands.terminal.output import console, print_line
from translearn_core.config import ReadOptions, TableKind
from translearn_core.config.read_options import option_words
from translearn_core.data.files.code_pages import CODECS
from translearn_core.data.files.dialect import DELIMITERS
from translearn_core.results import FileFormat, Finding, Severity, TableProfile
from translearn_core.results.format import quote

WORST_FIRST = (Severity.BLOCKING, Severity.DECISION, Severity.WARNING, Severity.FIXED, Severity.DETECTED)

DESCRIPTIVE = frozenset({"encoding", "delimiter", "quoting", "json", "parquet", "pieces-per-word"})
"""Codes of detected findings without a line of their own; `read_as` summarises them."""

OPTIONS: Mapping[str, str] = {
    "encoding": "encoding",
    "broken-characters": "encoding",
    "header-unsure": "header",
    "sheet": "sheet",
    "several-tables": "sheet",
}
"""Reading option that overrides what a finding guessed."""

STYLES = {Severity.DECISION: "yellow", Severity.WARNING: "yellow"}
MAX_ROWS = 5
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def print_findings(findings: Sequence[Finding], reading: TableProfile) -> None:
    """Print findings and the file formats on stderr."""
    for severity, line in lines(findings, reading):
        print_line(line, console, style=STYLES.get(severity))


def lines(findings: Sequence[Finding], reading: TableProfile) -> list[tuple[Severity, str]]:
    """Return a line per finding, the most severe first, then the file formats."""
    choices = _choices(reading)
    shown = [finding for finding in worst_first(findings) if not _is_summarised(finding)]
    settled = {OPTIONS.get(finding.code) for finding in shown}
    unsettled = [word for option, words in choices.items() if option not in settled for word in words]
    finding_lines = [(finding.severity, _line(finding, choices)) for finding in shown]
    return [*finding_lines, *((Severity.DETECTED, line) for line in read_as(reading.formats, unsettled))]


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings sorted by severity, without duplicates."""
    return sorted(dict.fromkeys(findings), key=lambda finding: WORST_FIRST.index(finding.severity))


def records(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return findings for ``--json``, the most severe first."""
    return [
        {
            "code": finding.code,
            "severity": str(finding.severity),
            "sentence": finding.sentence,
            "rows": list(finding.rows),
            "count": finding.count,
            "advice": finding.advice,
        }
        for finding in worst_first(findings)
    ]


def read_as(formats: Sequence[FileFormat], choices: Sequence[str] = ()) -> list[str]:
    """Return the format of each file, in one line if all agree; `choices` are options to override it."""
    hint = f" If that is wrong, choose {_listed(choices)}." if choices else ""
    if len({replace(form, part="") for form in formats}) == 1:
        return [f"Read as {_format(formats[0])}.{hint}"]
    return [f"{form.part.capitalize()} file read as {_format(form)}.{hint}" for form in formats]


def _format(form: FileFormat) -> str:
    """Return the format of a file, such as "UTF-8, comma, header in the first row"."""
    text = form.kind in (TableKind.CSV, TableKind.TSV)
    words = [CODECS.get(form.encoding, form.encoding)] if form.encoding else []
    if form.sheet is not None:
        words.insert(0, f"{'sheet' if form.kind is TableKind.XLSX else 'file'} {quote(form.sheet)}")
    if form.delimiter is not None:
        words.append(
            DELIMITERS.get(form.delimiter, quote(form.delimiter)) if form.delimiter else "one column"
        )
    elif text:
        words.append("fastText lines" if form.kind is TableKind.CSV else "CoNLL lines")
    else:
        words.append(NAMES[form.kind])
    if form.delimiter is not None or form.kind is TableKind.XLSX:
        words.append("header in the first row" if form.header else "no header")
    return ", ".join(words)


NAMES = {TableKind.XLSX: "workbook", TableKind.PARQUET: "Parquet", TableKind.JSONL: "JSON records"}


def _is_summarised(finding: Finding) -> bool:
    return finding.severity is Severity.DETECTED and finding.code in DESCRIPTIVE


def _line(finding: Finding, choices: Mapping[str, Sequence[str]]) -> str:
    """Return one finding as a line: severity, sentence, rows and advice."""
    head = "" if finding.severity is Severity.DETECTED else f"{finding.severity}: "
    words = [head + finding.sentence]
    if finding.rows:
        more = " …" if max(finding.count, len(finding.rows)) > MAX_ROWS else ""
        row = "row" if len(finding.rows) == 1 and not more else "rows"
        words.append(f"({row} {', '.join(f'{row:,}' for row in finding.rows[:MAX_ROWS])}{more})")
    if option := OPTIONS.get(finding.code):
        known = choices.get(option) or [ANY_VALUE[option]]
        words.append(
            f"Choose another with {_listed(known)}."
            if option != "header"
            else f"If that is wrong, choose {_listed(known)}."
        )
    elif finding.advice:
        words.append(finding.advice)
    if finding.cleaning_rule and finding.severity is Severity.DECISION:
        words.append(f'(data.cleaning: "{finding.cleaning_rule}")')
    return _CONTROL.sub("�", " ".join(" ".join(words).split()))


ANY_VALUE = {"encoding": "--encoding NAME", "header": "--header or --no-header", "sheet": "--sheet NAME"}


def _choices(reading: TableProfile) -> dict[str, list[str]]:
    """Return the options that select alternative readings, by field of `ReadOptions`."""
    choices: dict[str, list[str]] = {}
    current: dict[str, ReadOptions] = {}
    for alternative in reading.alternatives:  # the first of each file is the current reading
        base = current.setdefault(alternative.part, alternative.options)
        for name in ReadOptions.model_fields:
            if (value := getattr(alternative.options, name)) != getattr(base, name):
                word = shlex.join(option_words(ReadOptions(**{name: value})))
                choices.setdefault(name, []).append(word)
    return {name: list(dict.fromkeys(words)) for name, words in choices.items()}


def _listed(words: Sequence[str]) -> str:
    return " or ".join(words)
