"""Task shape: one-hot columns and grouped rows."""

import pandas as pd

from translearn_core.config import DataConfig, ProblemType
from translearn_core.data.columns import file_columns, name_words
from translearn_core.data.dataset import PreparedDataset
from translearn_core.data.words import is_yes_or_no
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import finding
from translearn_core.results.format import count_noun, quote, quote_list
from translearn_core.tasks.splits import TRAIN

GROUP_NAMES = frozenset(
    [
        "author", "user", "username", "userid", "user_id", "speaker", "patient", "customer", "client",
        "account", "session", "thread", "conversation", "document", "doc", "docid", "doc_id", "article",
        "reviewer", "writer", "person", "subject", "participant", "respondent", "group", "source", "site",
    ]
)  # fmt: skip
"""Names of columns whose equal values group rows, case-folded."""


def one_hot_finding(table: pd.DataFrame, config: DataConfig) -> list[Finding]:
    """Report a label column that is one of several binary columns."""
    others = [name for name in file_columns(table) if name not in (*config.text_columns, config.split.column)]
    binary = [name for name in others if is_yes_or_no(table[name])]
    if len(binary) < 2 or config.label not in binary or config.problem is ProblemType.MULTI_LABEL:
        return []
    if config.several_targets:
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
    taken = (*config.text_columns, *config.target_columns, config.split.column)
    rest = [name for name in file_columns(table) if name not in taken]
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
