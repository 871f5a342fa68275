"""Task shape: multi-label cells, one-hot columns and grouped rows."""

import json
import re
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from translearn_core.config import DataConfig
from translearn_core.data.columns import file_columns, name_words
from translearn_core.data.dataset import PreparedDataset
from translearn_core.data.stratified_split import TRAIN
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import finding
from translearn_core.text.format import count_noun, quote, quote_list

SEPARATORS = {";": "semicolons", "|": "pipes", ",": "commas"}
BINARY = frozenset({"0", "1", "0.0", "1.0", "true", "false", "yes", "no"})
GROUP_NAMES = frozenset(
    [
        "author", "user", "username", "userid", "user_id", "speaker", "patient", "customer", "client",
        "account", "session", "thread", "conversation", "document", "doc", "docid", "doc_id", "article",
        "reviewer", "writer", "person", "subject", "participant", "respondent", "group", "source", "site",
    ]
)  # fmt: skip
"""Names of columns whose equal values group rows, case-folded."""

SAMPLE_ROWS = 5_000


def several_labels(cells: Sequence[str]) -> str | None:
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


def several_labels_finding(table: pd.DataFrame, config: DataConfig) -> list[Finding]:
    """Report a label column whose cells hold several labels each."""
    if config.label not in table:
        return []
    cells = [cell for cell in table[config.label] if isinstance(cell, str)]
    notation = several_labels(cells)
    if notation is None:
        return []
    longest = max(cells[:SAMPLE_ROWS], key=len)
    sentence = (
        f"Cells of column {quote(config.label)} hold several labels each, {notation}, such as "
        f"{quote(longest)}: each of the {len(set(cells)):,} combinations is learned as a class of its own."
    )
    return [finding("several-labels", Severity.WARNING, sentence)]


def one_hot_finding(table: pd.DataFrame, config: DataConfig) -> list[Finding]:
    """Report a label column that is one of several binary columns."""
    others = [name for name in file_columns(table) if name not in (config.text, config.split.column)]
    binary = [name for name in others if _is_binary(table[name])]
    if len(binary) < 2 or config.label not in binary:
        return []
    sentence = (
        f"Columns {quote_list(binary)} hold yes or no only, as several labels of "
        f"one text do: {quote(config.label)} alone is learned."
    )
    return [finding("one-hot-columns", Severity.WARNING, sentence)]


def groups_finding(table: pd.DataFrame, config: DataConfig, prepared: PreparedDataset) -> list[Finding]:
    """Report a column whose groups of rows are in train and in a held-out split."""
    if config.split.group is not None:
        return []
    rest = [n for n in file_columns(table) if n not in (config.text, config.label, config.split.column)]
    for name in rest:
        if name.casefold() not in GROUP_NAMES and GROUP_NAMES.isdisjoint(name_words(name)):
            continue
        groups = table[name].iloc[prepared.table_index]
        filled = groups.notna().to_numpy()
        sizes = groups[filled].value_counts()
        if len(sizes) < 5 or sizes.mean() < 1.5:
            continue
        train_groups = set(groups[filled & (prepared.split == TRAIN)])
        mask = filled & (prepared.split != TRAIN) & groups.isin(train_groups).to_numpy()
        if mask.sum() < 0.05 * max(1, int((prepared.split != TRAIN).sum())):
            continue
        sentence = (
            f"{count_noun(int(mask.sum()), 'row')} of validation and test share their {quote(name)} with "
            "training rows: what is learned of one row may give the others away."
        )
        advice = f"Choose {quote(name)} as the column that keeps rows together."
        rows = prepared.rows[mask]
        return [finding("groups-across-splits", Severity.WARNING, sentence, rows, advice=advice, column=name)]
    return []


def _is_binary(cells: "pd.Series[str]") -> bool:
    values = {str(value).strip().casefold() for value in cells.dropna().unique()[:10]}
    return len(values) == 2 and values <= BINARY


def _is_list(value: str) -> bool:
    try:
        return isinstance(json.loads(value), list)
    except (ValueError, RecursionError):
        return bool(re.fullmatch(r"\[('[^']*'(, )?)*\]", value))
