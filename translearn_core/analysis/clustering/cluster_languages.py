"""Language of each cluster of texts, if it has one."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.language_id import OTHERS, UNSURE, identify_languages

SAMPLE, CHARACTERS = 400, 300
"""Texts whose language is identified, and their characters that are read."""
FEWEST, MOSTLY = 5, 0.8
"""Fewest identified texts of a cluster, and the share of them from which it has a language."""


def cluster_languages(
    texts: Sequence[str],
    cluster: NDArray[np.int64],
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> dict[int, str]:
    """Return the language that most texts of a cluster are in, by cluster; empty if all are in one language.

    Parameters
    ----------
    texts : sequence of str
    cluster : int array, shape (texts,)
        From 0; texts in no cluster (-1) are left out.
    seed : int
        Of the sample.
    progress : callable, optional
        Called with the number of texts done and in all.
    """
    drawn = np.random.default_rng(seed).permutation(np.flatnonzero(cluster >= 0))[:SAMPLE]
    languages = identify_languages([texts[k][:CHARACTERS] for k in drawn], progress)
    if languages is None:
        return {}
    known = ~np.isin(languages, (OTHERS, UNSURE))
    by_cluster: dict[int, str] = {}
    for k in np.unique(cluster[drawn]):
        names, counts = np.unique(languages[known & (cluster[drawn] == k)], return_counts=True)
        if counts.sum() >= FEWEST and counts.max() >= MOSTLY * counts.sum():
            by_cluster[int(k)] = str(names[counts.argmax()])
    return by_cluster if len(set(by_cluster.values())) > 1 else {}
