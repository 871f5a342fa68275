"""Cells that hold several labels each."""

import json
import re
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from translearn_core.results import Finding, Severity
from translearn_core.results.findings import finding
from translearn_core.results.format import quote

SEPARATORS = {";": "semicolons", "|": "pipes", ",": "commas"}
SAMPLE_ROWS = 5_000


def multi_label_format(cells: Sequence[str]) -> str | None:
    """Return how the cells of a multi-label column are written; None if cells hold one label each."""
    values = Counter(cells[:SAMPLE_ROWS])
    if not values:
        return None
    lists = [value for value in values if value.lstrip().startswith("[")]
    if len(lists) >= 0.5 * len(values) and all(_is_list(value) for value in lists[:50]):
        return "as JSON lists"
    for sign, word in SEPARATORS.items():
        split = {value: [part.strip() for part in value.split(sign) if part.strip()] for value in values}
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
            return f"separated by {word}"
    return None


def several_labels_finding(cells: "pd.Series[str]", column: str) -> list[Finding]:
    """Report a label column whose cells hold several labels each."""
    filled = [cell for cell in cells if isinstance(cell, str)]
    notation = multi_label_format(filled)
    if notation is None:
        return []
    longest = max(filled[:SAMPLE_ROWS], key=len)
    sentence = (
        f"Cells of column {quote(column)} hold several labels each, {notation}, such as {quote(longest)}: "
        f"each of the {len(set(filled)):,} combinations is learned as a class of its own."
    )
    return [finding("several-labels", Severity.WARNING, sentence)]


def _is_list(value: str) -> bool:
    try:
        return isinstance(json.loads(value), list)
    except (ValueError, RecursionError):
        return bool(re.fullmatch(r"\[('[^']*'(, )?)*\]", value))
