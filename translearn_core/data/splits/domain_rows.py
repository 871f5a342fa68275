"""Domains of rows: their strata, and the rows of those to learn from and to test on."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import DataConfig
from translearn_core.config.domains import MAX_DOMAINS, DomainConfig
from translearn_core.data.splits.subset import nested_order, whole_sentences
from translearn_core.errors import DataError
from translearn_core.results import DomainRows, Finding, Severity
from translearn_core.results.findings import by_part, finding
from translearn_core.results.format import count_noun, join_list, quote, quote_list
from translearn_core.tasks import problem_of
from translearn_core.tasks.classes.labels import merge_spellings
from translearn_core.tasks.normalisation import is_blank
from translearn_core.tasks.splits import SPLITS, TEST, TRAIN, VALIDATION
from translearn_core.tasks.task_rows import TaskRows

DOMAIN = "domain"
"""Column of `TaskRows.rows` with the domain of each row."""


def read_domains(cells: "pd.Series[str]") -> "pd.Series[str]":
    """Return the domain of each row, None where the cell is blank; spellings of one domain are merged."""
    filled = [isinstance(cell, str) and not is_blank(cell) for cell in cells]
    return merge_spellings(cells[filled]).reindex(cells.index, fill_value=None)


def domain_spellings_finding(rows: pd.DataFrame, cells: "pd.Series[str]", column: str) -> list[Finding]:
    """Report the rows whose domain is spelt with other blanks or capital letters than most."""
    merged = (rows[DOMAIN].notna() & (rows[DOMAIN] != cells.str.strip())).to_numpy()
    names = sorted(set(rows[DOMAIN][merged]))
    return [
        finding(
            "domain-spellings",
            Severity.FIXED,
            f"{count_noun(len(numbers), 'row')}{where} spelt a domain of {quote(column)} with other blanks "
            f"or capital letters; they count as {quote_list(names)}.",
            numbers,
        )
        for where, numbers in by_part(rows, merged)
    ]


def check_domains(rows: pd.DataFrame, unlabelled: pd.DataFrame, config: DataConfig) -> None:
    """Check the domains of labelled rows, if they have any, beside those of rows without a label.

    Raises
    ------
    DataError
        As of `domain_names`, and if rows of one domain alone have a label.
    """
    if config.domains is None:
        return
    names = set(rows[DOMAIN])
    others = set(unlabelled[DOMAIN].dropna()) - names if DOMAIN in unlabelled else set()
    if len(names) == 1 and others:
        raise DataError(
            f"Only rows of {quote_list(sorted(names))} in {quote(config.domains.column)} have a label; those "
            f"of {quote_list(sorted(others))} have none, so that no model could be tested on them. Label "
            "some of these, or choose no column of domains."
        )
    domain_names(rows, config.domains)


def domain_names(rows: pd.DataFrame, config: DomainConfig) -> tuple[str, ...]:
    """Return the domains in order of their first row.

    Raises
    ------
    DataError
        If the column holds one value, or too many for domains, or lacks one that `config` names.
    """
    names = tuple(rows[DOMAIN].unique())
    if len(names) < 2:
        raise DataError(
            f"Column {quote(config.column)} holds {quote_list(names)} only: domains are two or more, so "
            "choose another column, or none."
        )
    if len(names) > MAX_DOMAINS:
        raise DataError(
            f"Column {quote(config.column)} holds {len(names):,} different values, for instance "
            f"{quote_list(names, 3)}: a column of domains has at most {MAX_DOMAINS}, such as languages."
        )
    for name in (*config.source, *config.target):
        if name not in names:
            raise DataError(
                f"Column {quote(config.column)} has no domain {quote(name)}: choose from "
                f"{quote_list(sorted(names), 12)}."
            )
    return names


def strata_by_domain(strata: NDArray[Any], rows: pd.DataFrame) -> NDArray[Any]:
    """Return strata within each domain; unchanged where rows have no domain."""
    if DOMAIN not in rows:
        return strata
    codes, names = pd.factorize(rows[DOMAIN])
    if strata.ndim == 1:
        return strata * len(names) + codes
    of_domain = [strata & (codes == k)[:, None] for k in range(len(names))]
    return np.concatenate([*of_domain, codes[:, None] == np.arange(len(names))], axis=1)


def select_domains(state: TaskRows, config: DataConfig) -> tuple[TaskRows, TaskRows | None]:
    """Keep the rows of the domains to learn from and to test on.

    Returns
    -------
    TaskRows
        Training and validation rows of the source and, of the target, `target_labels` each, drawn by
        stratum; test rows of the target.
    TaskRows or None
        Training rows of the target that are left out, to learn from without labels; None if none is chosen.

    Raises
    ------
    DataError
        If no row is left to train or to test on.
    """
    domains, rows = config.domains, state.rows
    if domains is None or not domains.selects:
        return state, None
    names = domain_names(rows, domains)
    source, target = (
        rows[DOMAIN].isin(chosen or names).to_numpy() for chosen in (domains.source, domains.target)
    )
    split, extra = rows["split"].to_numpy(), target & ~source
    keep = np.where(split == TEST, target, source & domains.use_source)
    for index in (TRAIN, VALIDATION):
        keep[_draw(state, np.flatnonzero(extra & (split == index)), config)] = True
    unlabelled = (split == TRAIN) & extra & ~keep & bool(domains.target)
    _check_rows(split[keep], split, domains)
    if lacking := problem_of(state.target).untrainable(state.target, np.flatnonzero(keep & (split == TRAIN))):
        learned = domains.source if domains.use_source else domains.target
        more = "choose more domains" if domains.use_source else "take more target labels"
        raise DataError(f"The training rows of {_of(learned)} hold {lacking}: {more}.")
    sentence = (
        f"Learns from {_of(domains.source if domains.use_source else domains.target)} of "
        f"{quote(domains.column)}, "
        f"{count_noun(int((split[keep] == TRAIN).sum()), 'row')}, and is tested on {_of(domains.target)}, "
        f"{count_noun(int((split[keep] == TEST).sum()), 'row')}."
    )
    if domains.target_labels != 0:
        drawn = int((keep & extra & (split == TRAIN)).sum())
        sentence += f" {count_noun(drawn, 'training row')} of the target count with their labels."
    if unlabelled.any():
        sentence += f" {count_noun(int(unlabelled.sum()), 'row')} of the target have texts only."
    summary = finding("domains", Severity.DETECTED, sentence)
    return state.keep(keep).with_findings(summary), state.keep(unlabelled)


def rows_of_domains(rows: pd.DataFrame, unlabelled: Mapping[str, int]) -> tuple[DomainRows, ...]:
    """Return the rows of each domain by split, if any; `unlabelled` counts its texts without a label."""
    if DOMAIN not in rows:
        return ()
    counts = pd.crosstab(rows[DOMAIN], rows["split"]).reindex(columns=[TRAIN, VALIDATION, TEST], fill_value=0)
    of_domains = []
    for name, (train, validation, test) in zip(counts.index, counts.to_numpy().tolist(), strict=True):
        of_domains.append(DomainRows(str(name), train, validation, test, unlabelled.get(str(name), 0)))
    return tuple(of_domains)


def _draw(state: TaskRows, rows: NDArray[np.int64], config: DataConfig) -> NDArray[np.int64]:
    """Return at most `target_labels` of some rows, fewer ones among more, by stratum."""
    assert config.domains is not None
    if config.domains.target_labels == 0:
        return rows[:0]
    seed = config.split.seed if config.subset_seed is None else config.subset_seed
    order = nested_order(problem_of(state.target).strata(state.target)[rows], seed=seed)
    if (number := state.target.sentence) is not None:  # whole sentences, except the last one
        order = whole_sentences(order, number[rows])
    return rows[order[: config.domains.target_labels]]


def _check_rows(selected: NDArray[np.int64], split: NDArray[np.int64], domains: DomainConfig) -> None:
    """Raise `DataError` if a split that has rows has none of the chosen domains."""
    for index in (TRAIN, VALIDATION, TEST):
        if (split == index).any() and not (selected == index).any():
            chosen = domains.source if index != TEST and domains.use_source else domains.target
            named = _of(chosen) if chosen else "All domains"
            raise DataError(
                f"{named} of {quote(domains.column)} has no row in {SPLITS[index]}: choose other "
                "domains, or give it rows there."
            )


def _of(names: Sequence[str]) -> str:
    return join_list([quote(name) for name in names]) if names else "all domains"
