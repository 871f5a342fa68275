"""Domains of projected texts: which each is of, and how many neighbours come from elsewhere."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis.domains import domain_overlap
from translearn_core.data.splits.domain_rows import DOMAIN
from translearn_core.results import Evaluation

FEWEST = 20
"""Test texts from which neighbours are counted."""


def domain_names(evaluation: Evaluation) -> tuple[str, ...]:
    """Return the domains of a run's rows in order of their first one; empty without domains."""
    rows = evaluation.predictions
    return tuple(dict.fromkeys(rows[DOMAIN].tolist())) if DOMAIN in rows else ()


def domain_codes(names: Sequence[str], rows: pd.DataFrame) -> NDArray[np.int64]:
    """Return the index of each row's domain among `names`; empty without domains."""
    if not names:
        return np.empty(0, np.int64)
    return pd.Index(names).get_indexer(pd.Index(rows[DOMAIN])).astype(np.int64)


def overlap_by_variant(
    names: Sequence[str],
    variants: Mapping[str, NDArray[np.floating]],
    codes: NDArray[np.int64],
    labels: NDArray[np.int64],
    test: NDArray[np.int64],
    seed: int,
) -> pd.DataFrame:
    """Return the overlap of the domains of the test texts (see `Projection`); empty if these are of one."""
    if not len(codes) or len(test) < FEWEST or len(np.unique(codes[test])) < 2:
        return pd.DataFrame()
    return pd.DataFrame(
        [
            {
                "variant": variant,
                "domain": names[code],
                "neighbours elsewhere": one.elsewhere,
                "elsewhere by chance": one.chance,
                "same label there": one.agreement,
            }
            for variant, x in variants.items()
            for code, one in domain_overlap(x[test], codes[test], labels[test], seed).items()
        ]
    )
