"""Sources of a transfer matrix: each domain, all together, and all but one, with their rows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from translearn_core.config import Split
from translearn_core.data import PreparedDataset
from translearn_core.results.diagnostics.transfer_matrix import ALL_BUT, TOGETHER

IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Source:
    """Domains that a model learns from; `train` and `validation` index the prepared rows."""

    name: str
    domains: tuple[str, ...]
    train: IntArray
    validation: IntArray


def domains_of(prepared: PreparedDataset) -> tuple[str, ...]:
    """Return the domains in order of their first row."""
    assert prepared.domain is not None
    return tuple(dict.fromkeys(prepared.domain.tolist()))


def source_name(chosen: tuple[str, ...], domains: tuple[str, ...]) -> str:
    """Return the name of a source of some of the domains."""
    missing = [domain for domain in domains if domain not in chosen]
    if not missing or not chosen:
        return TOGETHER
    return ALL_BUT + missing[0] if len(missing) == 1 and len(chosen) > 1 else ", ".join(chosen)


def sources(prepared: PreparedDataset) -> Iterator[Source]:
    """Yield each domain, all together and, of three domains or more, all but one."""
    assert prepared.domain is not None
    domains = domains_of(prepared)
    choices = [(domain,) for domain in domains] + [domains]
    if len(domains) > 2:
        choices += [tuple(other for other in domains if other != domain) for domain in domains]
    for chosen in choices:
        of_source = np.isin(prepared.domain, chosen)
        train, validation = (
            rows[of_source[rows]]
            for rows in (prepared.split_indices(split) for split in (Split.TRAIN, Split.VALIDATION))
        )
        yield Source(source_name(chosen, domains), chosen, train, validation)


def test_rows(prepared: PreparedDataset, domain: str) -> IntArray:
    """Return the test rows of a domain."""
    rows = prepared.split_indices(Split.TEST)
    return rows[prepared.domain[rows] == domain]  # type: ignore[index]
