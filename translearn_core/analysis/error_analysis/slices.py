"""Slice analysis: mean score of groups of rows, each compared with all other rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from translearn_core.analysis.intervals import Clusters, RowScores, row_score_difference, row_score_interval
from translearn_core.results import Estimate

LEVEL = 0.05
"""Family-wise error rate over all slices."""
MISSING = "missing"
"""Name of the slice of rows without a value."""


@dataclass(frozen=True)
class Slice:
    """Mean score of the rows that share a value.

    `difference` is to the mean of all other rows, NaN without any. `beyond_chance` is corrected for
    the number of slices, the intervals are not.
    """

    name: str
    rows: int
    score: Estimate
    difference: Estimate
    beyond_chance: bool


def slice_scores(
    groups: Sequence[object] | NDArray[np.generic],
    scores: RowScores,
    level: float = LEVEL,
    clusters: Clusters = None,
) -> list[Slice]:
    """Compare the mean score of every slice with that of all other rows, the weakest slice first.

    Parameters
    ----------
    groups : sequence
        Name or value of each row's slice; None and NaN form the slice "missing". Bin continuous values with
        `quantile_groups` first.
    scores : array, shape (rows,)
        Such as which rows are correct.
    clusters : int array, shape (rows,), optional
        Rows that resemble each other.
    level : float
        Family-wise error rate over these slices. Divide it among several groupings of the same rows.

    References
    ----------
    Intervals and tests: see `row_score_interval` and `row_score_difference`. Holm (1979), Scand. J. Statist.
    6, corrects `beyond_chance`.
    """
    which, values = pd.factorize(np.asarray(groups, dtype=object))
    names = [str(value) for value in values]
    if (which < 0).any():
        which, names = np.where(which < 0, len(names), which), [*names, MISSING]
    members = [which == group for group in range(len(names))]
    differences = [
        row_score_difference(scores[inside], scores[~inside], _of(clusters, inside), _of(clusters, ~inside))
        for inside in members
    ]
    significant = _holm([p_value for _, p_value in differences], level)
    slices = [
        Slice(
            name,
            int(inside.sum()),
            row_score_interval(scores[inside], _of(clusters, inside)),
            difference,
            beyond,
        )
        for name, inside, (difference, _), beyond in zip(
            names, members, differences, significant, strict=True
        )
    ]
    return sorted(slices, key=lambda group: group.difference.value)


def _of(clusters: Clusters, rows: NDArray[np.bool_]) -> Clusters:
    return None if clusters is None else clusters[rows]


def quantile_groups(values: ArrayLike, bins: int = 4) -> NDArray[np.str_]:
    """Name each row by the quantile range of its value, such as "3 to 12"; ties share a group.

    Ties that fill a quantile keep a group of their own: ``pd.qcut`` puts [1, 1, 1, 1, 5] in one.

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
