"""Distances between domains: proxy A-distance, maximum mean discrepancy and shared vocabulary."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from translearn_core.analysis.probing.cross_validation import assign_folds
from translearn_core.analysis.probing.linear_probe import SEARCH_FOLDS, LinearProbe
from translearn_core.analysis.tfidf import tfidf_vectorizer
from translearn_core.config.text_cells import Cell, split_sides

Features = NDArray[np.floating]

MOST_ROWS = 500
"""Rows of a domain that the distances of features are computed from."""


def proxy_a_distance(x: Features, y: Features, *, seed: int = 0) -> float:
    """Return the proxy A-distance of two domains: 2 (1 - 2 e), with e the error of a linear classifier.

    The classifier tells rows of `x` from rows of `y`, equally many, and is scored on held-out folds. From 0,
    the domains cannot be told apart, to 2; an error above one half counts as one half.

    Parameters
    ----------
    x, y : float arrays, shapes (rows, width) and (other rows, width)
    seed : int
        Of the rows drawn and of the folds.

    References
    ----------
    Ben-David et al. (2010), A theory of learning from different domains, doi:10.1007/s10994-009-5152-4.
    """
    one, other = _equally_many(x, y, seed)
    domain = np.repeat([0, 1], len(one))
    folds = assign_folds(domain, min(SEARCH_FOLDS, len(one)), seed)
    probe = LinearProbe.fit(np.concatenate([one, other]), domain, folds)
    error = float((probe.held_out_proba().argmax(axis=1) != domain).mean())
    return 2 * (1 - 2 * min(error, 0.5))


def mean_discrepancy(x: Features, y: Features, *, seed: int = 0) -> float:
    """Return the maximum mean discrepancy of two domains: the root of its unbiased square, at least 0.

    The kernel is Gaussian, its width the median distance between all rows.

    Parameters
    ----------
    x, y : float arrays, shapes (rows, width) and (other rows, width)
    seed : int
        Of the rows drawn.

    References
    ----------
    Gretton et al. (2012), A kernel two-sample test, JMLR 13: equation 3.
    """
    one, other = _equally_many(x, y, seed)
    n = len(one)
    distances = cdist(rows := np.concatenate([one, other]).astype(np.float64), rows, "sqeuclidean")
    width = float(np.median(distances[np.triu_indices(2 * n, 1)]))
    if not width:
        return 0.0
    kernel = np.exp(-distances / width)
    np.fill_diagonal(kernel, 0.0)
    within = (kernel[:n, :n].sum() + kernel[n:, n:].sum()) / (n * (n - 1))
    return float(np.sqrt(max(0.0, within - 2 * kernel[:n, n:].mean())))


def shared_vocabulary(source: Sequence[Cell], target: Sequence[Cell]) -> float:
    """Return the share of the words of `target` that occur in `source`, from 0 to 1; each use counts.

    Words and word pairs as TF-IDF counts them.
    """
    analyse = tfidf_vectorizer().build_analyzer()
    known = {word for text in split_sides(source) for word in analyse(text)}
    used = Counter(word for text in split_sides(target) for word in analyse(text))
    return sum(count for word, count in used.items() if word in known) / max(1, used.total())


def _equally_many(x: Features, y: Features, seed: int) -> tuple[Features, Features]:
    """Draw as many rows of both, at most `MOST_ROWS`."""
    random, rows = np.random.default_rng(seed), min(len(x), len(y), MOST_ROWS)
    one, other = (side[np.sort(random.choice(len(side), rows, replace=False))] for side in (x, y))
    return one, other
