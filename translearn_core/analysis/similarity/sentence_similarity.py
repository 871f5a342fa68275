"""Cosine similarity of sentence pairs, and its rank correlations before and after training."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from translearn_core.results import Estimate
from translearn_core.results.interval_estimate import NO_ESTIMATE, percentile_interval

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class StsChange:
    """Spearman correlations of similarities with gold scores; `change` is after minus before."""

    before: float
    after: float
    change: Estimate


def cosine_pairs(vectors_a: NDArray[np.floating], vectors_b: NDArray[np.floating]) -> FloatArray:
    """Return the cosine similarity of corresponding rows, shape (rows,); 0 for a row of zeros."""
    a, b = (np.asarray(vectors, dtype=np.float64) for vectors in (vectors_a, vectors_b))
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return np.asarray((a * b).sum(axis=1) / np.where(lengths > 0, lengths, 1.0))


def spearman_change(
    before_similarity: ArrayLike, after_similarity: ArrayLike, *, draws: int = 1000, seed: int = 0
) -> Estimate:
    """Return Spearman's correlation of the pairs' similarities before and after, and its 95 % interval.

    1 if training kept the ranking of the pairs by similarity. The interval is the percentile bootstrap over
    pairs, so pairs should share no texts.

    Parameters
    ----------
    before_similarity, after_similarity : float arrays, shape (pairs,)
    draws, seed : int
        Of the bootstrap.

    Returns
    -------
    Estimate
        NaN below 3 pairs, and where one side is all ties.

    References
    ----------
    Spearman (1904), doi:10.2307/1412159. Rank correlation to evaluate sentence vectors: Reimers, Beyer &
    Gurevych 2016 (COLING), C16-1009.
    """
    pairs = len(np.asarray(before_similarity))
    if pairs < 3:
        return NO_ESTIMATE
    (rho,), (drawn,) = _bootstrap_correlations((before_similarity, after_similarity), draws, seed)
    return percentile_interval(rho, drawn)


def sts_change(
    alike: ArrayLike, before: ArrayLike, after: ArrayLike, *, draws: int = 2000, seed: int = 0
) -> StsChange:
    """Return Spearman's correlation with gold similarity before and after, and the interval of the change.

    The 95 % interval is the paired percentile bootstrap over sentence pairs.

    Parameters
    ----------
    alike, before, after : float arrays, shape (pairs,)
        Gold similarity of each pair, and the cosine similarity of its vectors before and after training.
    draws, seed : int
        Of the bootstrap.

    Returns
    -------
    StsChange
        NaN where one side is all ties.
    """
    (first, last), drawn = _bootstrap_correlations((alike, before, after), draws, seed)
    return StsChange(float(first), float(last), percentile_interval(last - first, drawn[1] - drawn[0]))


def _bootstrap_correlations(
    sides: Sequence[ArrayLike], draws: int, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Return the rank correlations of the first side with the others, and those of resampled pairs.

    Shapes (others,) and (others, draws). scipy.stats.bootstrap would give no interval at all if one resample
    is all ties.
    """
    values = np.stack([np.asarray(side, dtype=np.float64) for side in sides])
    pairs = values.shape[1]
    sample = np.random.default_rng(seed).integers(0, pairs, (draws, pairs))
    return _rank_correlations(values[:, None])[:, 0], _rank_correlations(values[:, sample])


def _rank_correlations(sides: FloatArray) -> FloatArray:
    """Correlate the ranks of the first side with those of the others.

    Maps (1 + others, draws, pairs) to (others, draws); NaN where one side is all ties.
    """
    ranks = rankdata(sides, axis=2)
    ranks -= ranks.mean(axis=2, keepdims=True)
    length = np.sqrt(np.square(ranks).sum(axis=2))
    norms = length[0] * length[1:]
    return np.asarray((ranks[0] * ranks[1:]).sum(axis=2) / np.where(norms > 0, norms, np.nan))
