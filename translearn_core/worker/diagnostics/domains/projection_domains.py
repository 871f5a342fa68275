"""Domains of projected texts: which each is of, and how many neighbours come from elsewhere."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis.domains import domain_overlap
from translearn_core.config import Split
from translearn_core.data.splits.domain_rows import DOMAIN
from translearn_core.results import Evaluation

FEWEST = 20
"""Held-out texts from which neighbours are counted."""


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
    split: "pd.Series[str]",
    seed: int,
) -> pd.DataFrame:
    """Return the overlap of the domains of held-out texts in each variant (see `Projection`)."""
    held_out = _held_out(codes, split) if len(codes) else None
    if held_out is None:
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
            for code, one in domain_overlap(x[held_out], codes[held_out], labels[held_out], seed).items()
        ]
    )


def _held_out(codes: NDArray[np.int64], split: "pd.Series[str]") -> NDArray[np.int64] | None:
    """Return the test rows, with validation rows if these are of one domain; None without two domains."""
    test, validation = (np.flatnonzero(split == str(one)) for one in (Split.TEST, Split.VALIDATION))
    for rows in (test, np.union1d(test, validation)):
        if len(rows) >= FEWEST and len(np.unique(codes[rows])) > 1:
            return rows
    return None
