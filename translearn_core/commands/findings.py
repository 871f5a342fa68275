"""Findings on the data of a command, a line each on the error stream, the worst first."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from translearn_core.commands.output import console, print_line
from translearn_core.config import ReadOptions, TableKind
from translearn_core.config.read_options import option_words
from translearn_core.data.files.decoding import CODECS
from translearn_core.data.files.dialect import DELIMITERS
from translearn_core.data.findings import quote
from translearn_core.results import FileFormat, Finding, Severity, TableProfile

WORST_FIRST = (Severity.BLOCKING, Severity.DECISION, Severity.WARNING, Severity.FIXED, Severity.DETECTED)

DESCRIPTIVE = frozenset({"encoding", "delimiter", "quoting", "json", "parquet", "pieces-per-word"})
"""Detected findings that a line of their own adds nothing to; `read_as` says the most of them in one."""

OPTIONS: Mapping[str, str] = {
    "encoding": "encoding",
    "broken-characters": "encoding",
    "header-unsure": "header",
    "sheet": "sheet",
    "several-tables": "sheet",
}
"""The reading option that settles what a finding is unsure of."""

STYLES = {Severity.DECISION: "yellow", Severity.WARNING: "yellow"}
MOST_ROWS = 5
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def print_findings(findings: Sequence[Finding], reading: TableProfile) -> None:
    """Print findings on the error stream, and how the files were read."""
    for severity, line in lines(findings, reading):
        print_line(line, console, style=STYLES.get(severity))


def lines(findings: Sequence[Finding], reading: TableProfile) -> list[tuple[Severity, str]]:
    """Return the lines that tell of findings, the worst first and how the files were read as the last."""
    choices = _choices(reading)
    told = [one for one in worst_first(findings) if not _folded(one)]
    settled = {OPTIONS.get(one.code) for one in told}
    unsettled = [word for option, words in choices.items() if option not in settled for word in words]
    said = [(one.severity, _line(one, choices)) for one in told]
    return [*said, *((Severity.DETECTED, line) for line in read_as(reading.formats, unsettled))]


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings by their severity, each once."""
    return sorted(dict.fromkeys(findings), key=lambda one: WORST_FIRST.index(one.severity))


def records(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return findings as ``--json`` prints them, the worst first."""
    return [
        {
            "code": one.code,
            "severity": str(one.severity),
            "sentence": one.sentence,
            "rows": list(one.rows),
            "count": one.count,
            "advice": one.advice,
        }
        for one in worst_first(findings)
    ]


def read_as(formats: Sequence[FileFormat], choices: Sequence[str] = ()) -> list[str]:
    """Return how each file was read, in one line if all were read alike; `choices` are options for others."""
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
        words.append("fastText lines")
    else:
        words.append(NAMES[form.kind])
    if form.delimiter is not None or form.kind is TableKind.XLSX:
        words.append("header in the first row" if form.header else "no header")
    return ", ".join(words)


NAMES = {TableKind.XLSX: "workbook", TableKind.PARQUET: "Parquet", TableKind.JSONL: "JSON records"}


def _folded(found: Finding) -> bool:
    return found.severity is Severity.DETECTED and found.code in DESCRIPTIVE


def _line(found: Finding, choices: Mapping[str, Sequence[str]]) -> str:
    """Return one finding as a line: its severity, sentence, rows, and what to do."""
    head = "" if found.severity is Severity.DETECTED else f"{found.severity}: "
    words = [head + found.sentence]
    if found.rows:
        more = " …" if max(found.count, len(found.rows)) > MOST_ROWS else ""
        row = "row" if len(found.rows) == 1 and not more else "rows"
        words.append(f"({row} {', '.join(f'{row:,}' for row in found.rows[:MOST_ROWS])}{more})")
    if option := OPTIONS.get(found.code):
        known = choices.get(option) or [ANY[option]]
        words.append(f"Choose another with {_listed(known)}." if option != "header" else _about_header(known))
    elif found.advice:
        words.append(found.advice)
    if found.fix and found.severity is Severity.DECISION:
        words.append(f'(data.fixes: "{found.fix}")')
    return _CONTROL.sub("�", " ".join(" ".join(words).split()))


ANY = {"encoding": "--encoding NAME", "header": "--header or --no-header", "sheet": "--sheet NAME"}


def _about_header(known: Sequence[str]) -> str:
    return f"If that is wrong, choose {_listed(known)}."


def _choices(reading: TableProfile) -> dict[str, list[str]]:
    """Return the options by which the likely other readings are chosen, by the field of `ReadOptions`."""
    found: dict[str, list[str]] = {}
    present: dict[str, ReadOptions] = {}
    for one in reading.alternatives:  # the first of each file is how it was read
        now = present.setdefault(one.part, one.options)
        for name in ReadOptions.model_fields:
            if (value := getattr(one.options, name)) != getattr(now, name):
                word = shlex.join(option_words(ReadOptions(**{name: value})))
                found.setdefault(name, []).append(word)
    return {name: list(dict.fromkeys(words)) for name, words in found.items()}


def _listed(words: Sequence[str]) -> str:
    return " or ".join(words)
