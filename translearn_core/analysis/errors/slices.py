"""Where a model is weak: its accuracy on parts of the rows, each held against the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import fisher_exact

from translearn_core.analysis.comparison.proportion_interval import difference_interval, share_interval
from translearn_core.results import Interval

LEVEL = 0.05
"""Chance that any slice at all is called beyond chance where none is."""
MISSING = "missing"
"""Slice of the rows without a value."""


@dataclass(frozen=True)
class Slice:
    """Rows that share a value.

    `difference` is to the accuracy of all other rows, NaN where there are none; both intervals are 95 %.
    `beyond_chance` allows for the number of slices looked at, which the intervals do not.
    """

    name: str
    rows: int
    accuracy: float
    interval: Interval
    difference: float
    difference_interval: Interval
    beyond_chance: bool


def slice_scores(
    groups: Sequence[object] | NDArray[np.generic], correct: ArrayLike, level: float = LEVEL
) -> list[Slice]:
    """Score every slice and hold it against the rest; the furthest below the rest comes first.

    Parameters
    ----------
    groups : sequence
        Name or value of each row's slice; None and NaN make the slice "missing". For numbers with many
        values see `quantile_groups`.
    correct : bool array, shape (rows,)
    level : float
        Chance of calling any of these slices beyond chance where none is. Whoever cuts the same rows in
        several ways gives each its share of the whole.

    References
    ----------
    Wilson (1927) and Newcombe (1998) for the intervals. Fisher's exact test, corrected by Holm (1979), Scand.
    J. Statist. 6, for what is beyond chance.
    """
    right = np.asarray(correct, dtype=bool)
    which, values = pd.factorize(np.asarray(groups, dtype=object))
    names = [str(value) for value in values]
    if (which < 0).any():
        which, names = np.where(which < 0, len(names), which), [*names, MISSING]
    count = np.bincount(which, minlength=len(names)).tolist()
    hits = np.bincount(which[right], minlength=len(names)).tolist()
    rows, all_hits = len(right), int(right.sum())
    doubts = [
        float(fisher_exact([[h, n - h], [all_hits - h, rows - n - all_hits + h]]).pvalue)
        for h, n in zip(hits, count, strict=True)
    ]
    found = [
        Slice(
            name,
            n,
            h / n,
            share_interval(h, n),
            h / n - (all_hits - h) / (rows - n) if n < rows else float("nan"),
            difference_interval(h, n, all_hits - h, rows - n),
            beyond,
        )
        for name, h, n, beyond in zip(names, hits, count, _holm(doubts, level), strict=True)
    ]
    return sorted(found, key=lambda one: one.difference)


def quantile_groups(values: ArrayLike, bins: int = 4) -> NDArray[np.str_]:
    """Name each row by the quantile its value falls into, such as "3 to 12"; equal values stay together.

    Parameters
    ----------
    values : numbers, shape (rows,)
        Lengths, amounts; NaN makes the group "missing".
    bins : int
        Groups at most: many equal values make fewer.

    Returns
    -------
    array of str, shape (rows,)
        The smallest and the largest value found in the row's group.
    """
    numbers = np.asarray(values, dtype=np.float64)
    known = np.flatnonzero(~np.isnan(numbers))
    names = np.full(len(numbers), MISSING, dtype=object)
    if len(known):
        inner = np.quantile(numbers[known], np.arange(1, bins) / bins, method="inverted_cdf")
        which = np.digitize(numbers[known], np.unique(inner), right=True)
        spans = [
            (numbers[known][which == k].min(), numbers[known][which == k].max()) for k in np.unique(which)
        ]
        names[known] = np.array(_intervals(spans), dtype=object)[np.unique(which, return_inverse=True)[1]]
    return names.astype(np.str_)


def _holm(doubts: Sequence[float], level: float) -> list[bool]:
    """Return which p values stay below the level when the smallest is held to the strictest."""
    order = np.argsort(doubts, kind="stable")
    strict = level / (len(doubts) - np.arange(len(doubts)))
    passed = np.zeros(len(doubts), dtype=bool)
    passed[order] = np.logical_and.accumulate(np.asarray(doubts)[order] <= strict)
    return [bool(one) for one in passed]


def _intervals(spans: Sequence[tuple[float, float]]) -> list[str]:
    """Write spans: whole numbers in full, others with as few digits as tell them apart, four at least."""
    ends = sorted({end for span in spans for end in span})
    for shape in [",.0f", *(f".{digits}g" for digits in range(4, 18))]:
        written = {end: format(end, shape) for end in ends}
        if len(set(written.values())) == len(ends) and (shape != ",.0f" or ends == np.round(ends).tolist()):
            break
    return [written[low] if low == high else f"{written[low]} to {written[high]}" for low, high in spans]
