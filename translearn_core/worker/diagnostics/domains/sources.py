"""Sources of a transfer matrix: each domain, all together, and all but one, with their rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from translearn_core.config import Split
from translearn_core.config.domains import source_choices, source_name
from translearn_core.data import PreparedDataset
from translearn_core.errors import DataError

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


def learnable_domains(prepared: PreparedDataset) -> tuple[str, ...]:
    """Return the domains with training rows that hold a task, and validation rows."""
    return tuple(domain for domain in domains_of(prepared) if _learnable(prepared, domain))


def tested_domains(prepared: PreparedDataset) -> tuple[str, ...]:
    """Return the domains with test rows."""
    return tuple(domain for domain in domains_of(prepared) if len(test_rows(prepared, domain)))


def sources(prepared: PreparedDataset) -> list[Source]:
    """Return each domain that can be learned from, all of them and, of three or more, all but one.

    Raises
    ------
    DataError
        If no domain can be learned from, or none is tested.
    """
    domains = learnable_domains(prepared)
    if not domains or not tested_domains(prepared):
        raise DataError(
            "No domain has training rows of two values, validation rows and test rows, which transfer is "
            "measured by: choose another column, or give the domains more rows."
        )
    return [_source(prepared, chosen, domains) for chosen in dict.fromkeys(source_choices(domains))]


def _learnable(prepared: PreparedDataset, domain: str) -> bool:
    own = _source(prepared, (domain,), (domain,))
    has_task = len(own.train) > 0 and prepared.problem.untrainable(prepared.target, own.train) is None
    return has_task and len(own.validation) > 0


def _source(prepared: PreparedDataset, chosen: tuple[str, ...], domains: tuple[str, ...]) -> Source:
    of_source = np.isin(prepared.domain, chosen)  # type: ignore[arg-type]
    train, validation = (
        rows[of_source[rows]]
        for rows in (prepared.split_indices(split) for split in (Split.TRAIN, Split.VALIDATION))
    )
    name = chosen[0] if len(chosen) == 1 else source_name(chosen, domains)
    return Source(name, chosen, train, validation)


def test_rows(prepared: PreparedDataset, domain: str) -> IntArray:
    """Return the test rows of a domain."""
    rows = prepared.split_indices(Split.TEST)
    return rows[prepared.domain[rows] == domain]  # type: ignore[index]
