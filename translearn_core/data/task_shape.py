"""Signs that a task is more than one class a text: several labels a cell, one-hot columns, groups of rows."""

import json
import re
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from translearn_core.config import DataConfig
from translearn_core.data.columns import file_columns
from translearn_core.data.dataset import PreparedDataset
from translearn_core.data.findings import count_noun, finding, join_list, quote
from translearn_core.data.stratified_split import TRAIN
from translearn_core.results import Finding, Severity

SEPARATORS = {";": "semicolons", "|": "pipes", ",": "commas"}
BINARY = frozenset({"0", "1", "0.0", "1.0", "true", "false", "yes", "no"})
GROUP_NAMES = frozenset(
    [
        "author",
        "user",
        "username",
        "userid",
        "user_id",
        "speaker",
        "patient",
        "customer",
        "client",
        "account",
        "session",
        "thread",
        "conversation",
        "document",
        "doc",
        "docid",
        "doc_id",
        "article",
        "reviewer",
        "writer",
        "person",
        "subject",
        "participant",
        "respondent",
        "group",
        "source",
        "site",
    ]
)
"""Names of columns whose equal values mean that rows belong together, folded."""

SAMPLE = 5_000


def several_labels(cells: Sequence[str]) -> str | None:
    """Return what separates several labels in a column's cells; None if cells hold one label each."""
    values = Counter(cells[:SAMPLE])
    if not values:
        return None
    lists = [value for value in values if value.lstrip().startswith("[")]
    if len(lists) >= 0.5 * len(values) and all(_is_list(value) for value in lists[:50]):
        return "as JSON lists"
    for sign, word in SEPARATORS.items():
        split = {value: [part.strip() for part in value.split(sign) if part.strip()] for value in values}
        several = sum(values[value] for value, parts in split.items() if len(parts) > 1)
        parts = Counter(
            part for value, found in split.items() for part in set(found) for _ in range(values[value])
        )
        if (
            several >= 0.1 * sum(values.values())
            and len(parts) < len(values)
            and min(parts.values()) > 1
            and all(len(re.findall(r"\w+", part)) <= 3 for part in parts)
        ):
            return f"separated by {word}"
    return None


def several_labels_finding(table: pd.DataFrame, config: DataConfig) -> list[Finding]:
    """Say so if the label column's cells hold several labels each."""
    if config.label not in table:
        return []
    cells = [cell for cell in table[config.label] if isinstance(cell, str)]
    how = several_labels(cells)
    if how is None:
        return []
    longest = max(cells[:SAMPLE], key=len)
    sentence = (
        f"Cells of column {quote(config.label)} hold several labels each, {how}, such as {quote(longest)}: "
        f"each of the {len(set(cells)):,} combinations is learned as a class of its own."
    )
    return [finding("several-labels", Severity.WARNING, sentence)]


def one_hot_finding(table: pd.DataFrame, config: DataConfig) -> list[Finding]:
    """Say so if the label column is one of several that hold 0 and 1 only."""
    others = [name for name in file_columns(table) if name not in (config.text, config.split.column)]
    binary = [name for name in others if _is_binary(table[name])]
    if len(binary) < 2 or config.label not in binary:
        return []
    sentence = (
        f"Columns {join_list([quote(name) for name in binary])} hold yes or no only, as several labels of "
        f"one text do: {quote(config.label)} alone is learned."
    )
    return [finding("one-hot-columns", Severity.WARNING, sentence)]


def groups_finding(table: pd.DataFrame, config: DataConfig, prepared: PreparedDataset) -> list[Finding]:
    """Say so if rows that belong together by some column stand on both sides of the split."""
    if config.split.group is not None:
        return []
    rest = [n for n in file_columns(table) if n not in (config.text, config.label, config.split.column)]
    for name in rest:
        words = re.split(r"[\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).casefold())
        if name.casefold() not in GROUP_NAMES and GROUP_NAMES.isdisjoint(words):
            continue
        groups = table[name].iloc[prepared.table_index]
        filled = groups.notna().to_numpy()
        sizes = groups[filled].value_counts()
        if len(sizes) < 5 or sizes.mean() < 1.5:
            continue
        learned = set(groups[filled & (prepared.split == TRAIN)])
        mask = filled & (prepared.split != TRAIN) & groups.isin(learned).to_numpy()
        if mask.sum() < 0.05 * max(1, int((prepared.split != TRAIN).sum())):
            continue
        sentence = (
            f"{count_noun(int(mask.sum()), 'row')} of validation and test share their {quote(name)} with "
            "training rows: what is learned of one row may give the others away."
        )
        advice = f"Choose {quote(name)} as the column that keeps rows together."
        return [
            finding(
                "groups-across-splits",
                Severity.WARNING,
                sentence,
                prepared.rows[mask],
                advice=advice,
                column=name,
            )
        ]
    return []


def _is_binary(cells: "pd.Series[str]") -> bool:
    values = {str(value).strip().casefold() for value in cells.dropna().unique()[:10]}
    return len(values) == 2 and values <= BINARY


def _is_list(value: str) -> bool:
    try:
        return isinstance(json.loads(value), list)
    except (ValueError, RecursionError):
        return bool(re.fullmatch(r"\[('[^']*'(, )?)*\]", value))
