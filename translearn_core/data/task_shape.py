"""Task shape: one-hot columns, grouped rows and translations of them."""

import numpy as np
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
FEW = 0.05
"""Share of rows or values that counts as hardly any."""
FEWEST_ROWS, FEWEST_VALUES = 40, 10
"""Rows and values of a column from which they can number translations."""


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
    for name in _further_columns(table, config):
        if name.casefold() not in GROUP_NAMES and GROUP_NAMES.isdisjoint(name_words(name)):
            continue
        groups = table[name].iloc[prepared.table_index]
        sizes = groups.value_counts()
        if len(sizes) < 5 or sizes.mean() < 1.5:
            continue
        mask = _shared_with_training(groups, prepared)
        if mask is None:
            continue
        sentence = (
            f"{count_noun(int(mask.sum()), 'row')} of validation and test share their {quote(name)} with "
            "training rows: what is learned of one row may give the others away."
        )
        advice = f"Choose {quote(name)} as the column that keeps rows together."
        rows = prepared.rows[mask]
        return [finding("groups-across-splits", Severity.WARNING, sentence, rows, advice=advice, column=name)]
    return []


def translations_finding(table: pd.DataFrame, config: DataConfig, prepared: PreparedDataset) -> list[Finding]:
    """Report a column whose values repeat once in each domain, as numbers of translated texts do.

    Only where such rows are in train and in a held-out split.
    """
    if config.domains is None or config.split.group is not None:
        return []
    domains = table[config.domains.column].iloc[prepared.table_index]
    if domains.nunique() < 2:
        return []
    for name in _further_columns(table, config):
        values = table[name].iloc[prepared.table_index]
        if name == config.domains.column or not _once_in_each(values, domains):
            continue
        mask = _shared_with_training(values, prepared)
        if mask is None:
            continue
        sentence = (
            f"Rows of different domains may be translations of each other: {quote(name)} has each value once "
            f"in a domain. {count_noun(int(mask.sum()), 'row')} of validation and test share it with a "
            "training row."
        )
        advice = f"Choose {quote(name)} as the column that keeps rows together."
        rows = prepared.rows[mask]
        return [
            finding(
                "translations-across-splits", Severity.WARNING, sentence, rows, advice=advice, column=name
            )
        ]
    return []


def _once_in_each(values: "pd.Series[str]", domains: "pd.Series[str]") -> bool:
    """Whether most values are in every domain, and in none of them twice."""
    pairs = pd.DataFrame({"value": values, "domain": domains}).dropna()
    if len(pairs) < FEWEST_ROWS or pairs.duplicated().mean() > FEW:
        return False
    of_value = pairs["value"].value_counts()
    return len(of_value) >= FEWEST_VALUES and float((of_value == domains.nunique()).mean()) > 1 - FEW


def _further_columns(table: pd.DataFrame, config: DataConfig) -> list[str]:
    """Return the columns that are neither texts, targets nor the split."""
    taken = (*config.text_columns, *config.target_columns, config.split.column)
    return [name for name in file_columns(table) if name not in taken]


def _shared_with_training(
    groups: "pd.Series[str]", prepared: PreparedDataset
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]] | None":
    """Return which held-out rows are in a group of training rows; None if hardly any are."""
    filled, held_out = groups.notna().to_numpy(), prepared.split != TRAIN
    train_groups = set(groups[filled & ~held_out])
    mask = filled & held_out & groups.isin(train_groups).to_numpy()
    shared: np.ndarray[tuple[int], np.dtype[np.bool_]] = mask
    return shared if mask.sum() >= FEW * max(1, int(held_out.sum())) else None
