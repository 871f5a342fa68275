"""What training did to the meaning of texts: the similarities of fixed pairs before and after."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from translearn_core.analysis.metrics import ALPHA_TAIL, CELLS_AT_ONCE
from translearn_core.results import Interval

FloatArray = NDArray[np.float64]


def cosine_pairs(vectors_a: NDArray[np.floating], vectors_b: NDArray[np.floating]) -> FloatArray:
    """Return the cosine similarity of each row with the same row of the other, shape (rows,).

    A row of zeros has similarity 0 with everything.
    """
    a, b = (np.asarray(vectors, dtype=np.float64) for vectors in (vectors_a, vectors_b))
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    found: FloatArray = (a * b).sum(axis=1) / np.where(lengths > 0, lengths, 1.0)
    return found


def spearman_change(
    before_similarity: ArrayLike, after_similarity: ArrayLike, *, draws: int = 1000, seed: int = 0
) -> tuple[float, Interval]:
    """Return Spearman's correlation of the pairs' similarities before and after, and its 95 % interval.

    1 when training kept the order of the pairs from least to most alike, however it stretched them; lower the
    more of it was lost. The interval is the percentile bootstrap over pairs, so pairs should share no texts.

    Parameters
    ----------
    before_similarity, after_similarity : float arrays, shape (pairs,)
    draws, seed : int
        Of the bootstrap.

    Returns
    -------
    rho, interval
        NaN below 3 pairs, and where one side is all ties.

    References
    ----------
    Spearman (1904), doi:10.2307/1412159. As evidence of what sentence vectors keep: Reimers, Beyer & Gurevych
    2016 (COLING), C16-1009.
    """
    both = np.stack([np.asarray(side, dtype=np.float64) for side in (before_similarity, after_similarity)])
    pairs = both.shape[1]
    if pairs < 3 or not np.ptp(both, axis=1).all():
        return float("nan"), Interval(float("nan"), float("nan"))
    random, drawn = np.random.default_rng(seed), []
    for start in range(0, draws, step := max(1, CELLS_AT_ONCE // pairs)):
        taken = random.integers(0, pairs, (min(step, draws - start), pairs))
        drawn.append(_rank_correlation(both[:, taken]))
    low, high = np.nanquantile(np.concatenate(drawn), [ALPHA_TAIL, 1 - ALPHA_TAIL])
    return float(_rank_correlation(both[:, None])[0]), Interval(float(low), float(high))


def _rank_correlation(both: FloatArray) -> FloatArray:
    """Correlate the ranks of the last axis of (2, draws, pairs); NaN where one side is all ties."""
    ranks = rankdata(both, axis=2)
    ranks -= ranks.mean(axis=2, keepdims=True)
    spread = np.sqrt(np.square(ranks).sum(axis=2)).prod(axis=0)
    found: FloatArray = (ranks[0] * ranks[1]).sum(axis=1) / np.where(spread > 0, spread, np.nan)
    return found
