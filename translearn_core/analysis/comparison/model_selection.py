"""Choice among candidates on validation rows: the best, and the cheapest that is as good."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.intervals import Clusters, mean_interval
from translearn_core.results import Estimate

FloatArray = NDArray[np.float64]


def rank_candidates(
    scores: Mapping[str, FloatArray], clusters: Clusters = None
) -> list[tuple[str, Estimate]]:
    """Rank candidates by mean score, each with its paired difference from the best, which is 0 for the best.

    The intervals of the differences hold for all candidates at once (Bonferroni): a candidate whose true
    score equals that of the best is found worse in at most 2.5 % of the searches, although the best was
    chosen among them on the same rows.

    Parameters
    ----------
    scores : mapping of name to float array, shape (rows,)
        Score of each row, higher is better, in the same order for all candidates; means over seeds. Of
        equal means the first candidate is the better one.
    clusters : int array, shape (rows,), optional
        Rows that resemble each other.

    References
    ----------
    Hsu 1984, doi:10.1214/aos/1176346507: multiple comparisons with the best.
    """
    ordered = sorted(scores, key=lambda name: -float(scores[name].mean()))
    best = scores[ordered[0]]
    ranked = [(ordered[0], Estimate(0.0, 0.0, 0.0))]
    for name in ordered[1:]:
        ranked.append((name, _behind(scores[name] - best, len(ordered) - 1, clusters)))
    return ranked


def cheapest_as_good(ranked: Sequence[tuple[str, Estimate]], costs: Mapping[str, float]) -> str:
    """Return the cheapest candidate whose difference from the best is not below 0 by more than chance."""
    as_good = [name for name, behind in ranked if not behind.high < 0]
    return min(as_good, key=lambda name: costs[name])


def _behind(differences: FloatArray, n_comparisons: int, clusters: Clusters) -> Estimate:
    """Return the mean difference with its interval; the whole range with fewer than two rows."""
    if len(differences) < 2:
        return Estimate(float(differences.mean()), -1.0, 1.0)
    return mean_interval(differences, n_comparisons, clusters)
