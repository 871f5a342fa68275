"""Slice analysis: accuracy on groups of rows, each compared with all other rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import fisher_exact

from translearn_core.analysis.intervals import difference_interval
from translearn_core.results import Estimate

LEVEL = 0.05
"""Family-wise error rate over all slices."""
MISSING = "missing"
"""Name of the slice of rows without a value."""


@dataclass(frozen=True)
class Slice:
    """Accuracy of the rows that share a value.

    `difference` is to the accuracy of all other rows, NaN without any; both intervals are 95 %.
    `beyond_chance` is corrected for the number of slices, the intervals are not.
    """

    name: str
    rows: int
    accuracy: Estimate
    difference: Estimate
    beyond_chance: bool


def slice_scores(
    groups: Sequence[object] | NDArray[np.generic], correct: ArrayLike, level: float = LEVEL
) -> list[Slice]:
    """Compare the accuracy of every slice with that of all other rows, the weakest slice first.

    Parameters
    ----------
    groups : sequence
        Name or value of each row's slice; None and NaN form the slice "missing". Bin continuous values with
        `quantile_groups` first.
    correct : bool array, shape (rows,)
    level : float
        Family-wise error rate over these slices. Divide it among several groupings of the same rows.

    References
    ----------
    Wilson (1927) and Newcombe (1998) for the intervals. Fisher's exact test, corrected by Holm (1979), Scand.
    J. Statist. 6, for `beyond_chance`.
    """
    right = np.asarray(correct, dtype=bool)
    which, values = pd.factorize(np.asarray(groups, dtype=object))
    names = [str(value) for value in values]
    if (which < 0).any():
        which, names = np.where(which < 0, len(names), which), [*names, MISSING]
    count = np.bincount(which, minlength=len(names)).tolist()
    hits = np.bincount(which[right], minlength=len(names)).tolist()
    rows, all_hits = len(right), int(right.sum())
    p_values = [
        float(fisher_exact([[h, n - h], [all_hits - h, rows - n - all_hits + h]]).pvalue)
        for h, n in zip(hits, count, strict=True)
    ]
    slices = [
        Slice(
            name,
            n,
            Estimate.share(h, n),
            difference_interval(h, n, all_hits - h, rows - n),
            beyond,
        )
        for name, h, n, beyond in zip(names, hits, count, _holm(p_values, level), strict=True)
    ]
    return sorted(slices, key=lambda group: group.difference.value)


def quantile_groups(values: ArrayLike, bins: int = 4) -> NDArray[np.str_]:
    """Name each row by the quantile range of its value, such as "3 to 12"; ties share a group.

    Parameters
    ----------
    values : numbers, shape (rows,)
        Such as text lengths; NaN forms the group "missing".
    bins : int
        Maximum number of groups; ties make fewer.

    Returns
    -------
    array of str, shape (rows,)
        Smallest and largest value in the row's group.
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


def _holm(p_values: Sequence[float], level: float) -> list[bool]:
    """Return which p-values are significant after Holm's step-down correction."""
    order = np.argsort(p_values, kind="stable")
    levels = level / (len(p_values) - np.arange(len(p_values)))
    significant = np.zeros(len(p_values), dtype=bool)
    significant[order] = np.logical_and.accumulate(np.asarray(p_values)[order] <= levels)
    return [bool(value) for value in significant]


def _intervals(spans: Sequence[tuple[float, float]]) -> list[str]:
    """Format ranges: integers in full, others with at least four digits, enough to be distinct."""
    ends = sorted({end for span in spans for end in span})
    for spec in [",.0f", *(f".{digits}g" for digits in range(4, 18))]:
        text = {end: format(end, spec) for end in ends}
        if len(set(text.values())) == len(ends) and (spec != ",.0f" or ends == np.round(ends).tolist()):
            break
    return [text[low] if low == high else f"{text[low]} to {text[high]}" for low, high in spans]
