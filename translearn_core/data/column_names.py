"""Column names: trimmed, unique, none missing or reserved; every change is a finding."""

from collections import Counter
from collections.abc import Sequence

from translearn_core.data.columns import PART, ROW
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import finding
from translearn_core.results.format import join_list, quote_list


def clean_column_names(
    header: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[list[str | None], list[Finding]]:
    """Return a unique name per column, None for a column without name and cells, and the findings."""
    raw = [" ".join(name.replace("\ufeff", "").split()) for name in header]
    findings: list[Finding] = []
    if trimmed := [name for name, old in zip(raw, header, strict=True) if name and name != old]:
        sentence = f"White space around column names was removed: {quote_list(trimmed)}."
        findings.append(finding("header-space", Severity.FIXED, sentence))
    used = Counter(name for name in raw if name)
    names: list[str | None] = []
    numbered, unnamed, reserved, empty = [], [], [], []
    for index, name in enumerate(raw):
        if not name and not any(row[index].strip() for row in rows):
            names.append(None)
            empty.append(f"column {index + 1}")
            continue
        base = name or f"column {index + 1}"
        if base in (ROW, PART):
            base = f"{base} of the file"
            reserved.append(base)
        new = _unique_name(base, names, used)
        if not name:
            unnamed.append(new)
        elif new != base:
            numbered.append(new)
        names.append(new)
    for code, sentence, columns in (
        ("duplicate-headers", "Columns of the same name were numbered", quote_list(numbered)),
        ("unnamed-columns", "Columns without a name were named", quote_list(unnamed)),
        ("reserved-headers", "Names this program uses itself were changed", quote_list(reserved)),
        ("empty-columns", "Without a name and empty, so left out", join_list(empty)),
    ):
        if columns:
            findings.append(finding(code, Severity.FIXED, f"{sentence}: {columns}."))
    return names, findings


def _unique_name(base: str, names: list[str | None], header_names: Counter[str]) -> str:
    if base not in names:
        return base
    number = 2
    while (new := f"{base} ({number})") in names or new in header_names:
        number += 1
    return new
