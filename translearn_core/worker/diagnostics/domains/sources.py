"""Sources of a transfer matrix: each domain, all together, and all but one, with their rows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from translearn_core.config import Split
from translearn_core.config.domains import source_choices, source_name
from translearn_core.data import PreparedDataset

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


def sources(prepared: PreparedDataset) -> Iterator[Source]:
    """Yield each domain, all together and, of three domains or more, all but one."""
    assert prepared.domain is not None
    domains = domains_of(prepared)
    for chosen in source_choices(domains):
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
