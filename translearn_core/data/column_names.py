"""Column names made usable: trimmed, none missing, none twice, none reserved; and each change said."""

from collections import Counter
from collections.abc import Sequence

from translearn_core.data.columns import PART, ROW
from translearn_core.data.findings import finding, join_list, quote
from translearn_core.results import Finding, Severity


def clean_column_names(
    header: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[list[str | None], list[Finding]]:
    """Return a distinct name for every column, None for a column without name and cells; and the findings."""
    raw = [" ".join(name.replace("\ufeff", "").split()) for name in header]
    said: list[Finding] = []
    if trimmed := [name for name, old in zip(raw, header, strict=True) if name and name != old]:
        said.append(
            _mended("header-space", f"White space around column names was removed: {_listed(trimmed)}.")
        )
    used = Counter(name for name in raw if name)
    names: list[str | None] = []
    numbered, unnamed, reserved, empty = [], [], [], []
    for place, name in enumerate(raw):
        if not name and not any(row[place].strip() for row in rows):
            names.append(None)
            empty.append(f"column {place + 1}")
            continue
        wanted = name or f"column {place + 1}"
        if wanted in (ROW, PART):
            wanted = f"{wanted} of the file"
            reserved.append(wanted)
        new = _free(wanted, names, used)
        if not name:
            unnamed.append(new)
        elif new != wanted:
            numbered.append(new)
        names.append(new)
    if numbered:
        said.append(
            _mended("duplicate-headers", f"Columns of the same name were numbered: {_listed(numbered)}.")
        )
    if unnamed:
        said.append(_mended("unnamed-columns", f"Columns without a name were named: {_listed(unnamed)}."))
    if reserved:
        said.append(
            _mended("reserved-headers", f"Names this program uses itself were changed: {_listed(reserved)}.")
        )
    if empty:
        said.append(_mended("empty-columns", f"Without a name and empty, so left out: {join_list(empty)}."))
    return names, said


def _free(wanted: str, taken: list[str | None], file: Counter[str]) -> str:
    if wanted not in taken:
        return wanted
    number = 2
    while (new := f"{wanted} ({number})") in taken or new in file:
        number += 1
    return new


def _listed(names: list[str]) -> str:
    return join_list([quote(name) for name in names])


def _mended(code: str, sentence: str) -> Finding:
    return finding(code, Severity.FIXED, sentence)
