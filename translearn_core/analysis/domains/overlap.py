"""Overlap of domains in a feature space: how many neighbours come from elsewhere, and whether they agree."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.neighbours.neighbourhood_metrics import knn_indices

NEIGHBOURS = 10
"""Neighbours of a row that are looked at."""
MOST_ROWS = 2_000
"""Rows that the neighbours are sought among."""


@dataclass(frozen=True)
class Overlap:
    """Of the rows of a domain: share of neighbours from other domains, the same by chance, and agreement.

    `agreement` is the share of those neighbours with the same label; NaN if there are none.
    """

    elsewhere: float
    chance: float
    agreement: float


def domain_overlap(
    x: NDArray[np.floating], domain: NDArray[np.int64], labels: NDArray[np.int64], seed: int = 0
) -> dict[int, Overlap]:
    """Return the overlap of each domain with the others.

    Parameters
    ----------
    x : float array, shape (rows, width)
    domain, labels : int arrays, shape (rows,)
        `labels` are classes or other strata. Neighbours are by cosine similarity.
    seed : int
        Of the sample of `MOST_ROWS` rows.
    """
    sample = np.arange(len(x))
    if len(x) > MOST_ROWS:
        sample = np.sort(np.random.default_rng(seed).choice(len(x), MOST_ROWS, replace=False))
    x, domain, labels = x[sample].astype(np.float32), domain[sample], labels[sample]
    x /= np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
    neighbours = knn_indices(x, NEIGHBOURS)
    foreign = domain[neighbours] != domain[:, None]
    same = labels[neighbours] == labels[:, None]
    overlaps = {}
    for one in np.unique(domain):
        own = domain == one
        far = foreign[own]
        agreement = float(same[own][far].mean()) if far.any() else float("nan")
        overlaps[int(one)] = Overlap(
            float(far.mean()), float((domain != one).sum() / (len(x) - 1)), agreement
        )
    return overlaps
