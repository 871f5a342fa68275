"""Cells that hold several labels each."""

import json
import re
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from translearn_core.results import Finding, Severity
from translearn_core.results.findings import finding
from translearn_core.results.format import quote

JSON = "json"
"""Separator of cells that are JSON lists."""
SEPARATORS = {";": "semicolons", "|": "pipes", ",": "commas"}
SAMPLE_ROWS = 5_000
TRUE = frozenset({"1", "1.0", "true", "yes", "y", "x"})
FALSE = frozenset({"0", "0.0", "false", "no", "n", ""})


def find_separator(cells: Sequence[str]) -> str | None:
    """Return the separator of the cells of a multi-label column; None if cells hold one label each."""
    values = Counter(cells[:SAMPLE_ROWS])
    if not values:
        return None
    lists = [value for value in values if value.lstrip().startswith("[")]
    if len(lists) >= 0.5 * len(values) and all(parse_list(value) is not None for value in lists[:50]):
        return JSON
    for sign in SEPARATORS:
        split = {value: split_cell(value, sign) for value in values}
        several = sum(values[value] for value, parts in split.items() if len(parts) > 1)
        labels = Counter(
            label for value, parts in split.items() for label in set(parts) for _ in range(values[value])
        )
        if (
            several >= 0.1 * sum(values.values())
            and len(labels) < len(values)
            and min(labels.values()) > 1
            and all(len(re.findall(r"\w+", label)) <= 3 for label in labels)
        ):
            return sign
    return None


def separator_phrase(separator: str) -> str:
    """Describe how labels are written in cells."""
    if separator == JSON:
        return "as JSON lists"
    return f"separated by {SEPARATORS.get(separator, quote(separator))}"


def split_cell(cell: str, separator: str) -> list[str]:
    """Return the labels of a cell; of a JSON list, `ValueError` if it is none."""
    if separator == JSON:
        if (parts := parse_list(cell)) is None:
            raise ValueError(cell)
    else:
        parts = cell.split(separator)
    return [part.strip() for part in parts if part.strip()]


def parse_list(cell: str) -> list[str] | None:
    """Return the items of a JSON list or of a Python list of strings; None for other cells."""
    try:
        items = json.loads(cell)
    except (ValueError, RecursionError):
        if not re.fullmatch(r"\s*\[\s*('[^']*'(\s*,\s*)?)*\]\s*", cell):
            return None
        return re.findall(r"'([^']*)'", cell)
    if not isinstance(items, list) or any(isinstance(item, list | dict) for item in items):
        return None
    return [item if isinstance(item, str) else json.dumps(item) for item in items if item is not None]


def several_labels_finding(cells: "pd.Series[str]", column: str) -> list[Finding]:
    """Report a label column whose cells hold several labels each."""
    filled = [cell for cell in cells if isinstance(cell, str)]
    separator = find_separator(filled)
    if separator is None:
        return []
    longest = max(filled[:SAMPLE_ROWS], key=len)
    sentence = (
        f"Cells of column {quote(column)} hold several labels each, {separator_phrase(separator)}, such as "
        f"{quote(longest)}: each of the {len(set(filled)):,} combinations is learned as a class of its own."
    )
    return [finding("several-labels", Severity.WARNING, sentence)]
