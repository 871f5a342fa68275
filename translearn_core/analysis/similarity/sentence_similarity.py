"""How well similarities follow what texts mean, before and after, and how sure the change is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from translearn_core.analysis.metrics import ALPHA_TAIL
from translearn_core.results import Interval

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class StsChange:
    """Rank correlation of similarities with how alike pairs should be; `change` is after less before."""

    before: float
    after: float
    change: Interval


def sts_change(
    alike: ArrayLike, before: ArrayLike, after: ArrayLike, *, draws: int = 2000, seed: int = 0
) -> StsChange:
    """Return Spearman's correlation with `alike` before and after, and the 95 % interval of their difference.

    The interval is the percentile bootstrap over pairs, the same pairs on both sides of each draw.

    Parameters
    ----------
    alike, before, after : float arrays, shape (pairs,)
        How alike each pair was written to be, and how similar its vectors are.
    draws, seed : int
        Of the bootstrap.

    Returns
    -------
    StsChange
        NaN where one side is all ties.
    """
    sides = np.stack([np.asarray(side, dtype=np.float64) for side in (alike, before, after)])
    pairs = sides.shape[1]
    taken = np.random.default_rng(seed).integers(0, pairs, (draws, pairs))
    found, drawn = _correlations(sides[:, None]), _correlations(sides[:, taken])
    apart = drawn[1] - drawn[0]
    low, high = (
        np.nanquantile(apart, [ALPHA_TAIL, 1 - ALPHA_TAIL]) if np.isfinite(apart).any() else (np.nan, np.nan)
    )
    return StsChange(float(found[0, 0]), float(found[1, 0]), Interval(float(low), float(high)))


def _correlations(sides: FloatArray) -> FloatArray:
    """Correlate the ranks of the first side with those of the others, (1 + others, draws, pairs)."""
    ranks = rankdata(sides, axis=2)
    ranks -= ranks.mean(axis=2, keepdims=True)
    length = np.sqrt(np.square(ranks).sum(axis=2))
    norms = length[0] * length[1:]
    found: FloatArray = (ranks[0] * ranks[1:]).sum(axis=2) / np.where(norms > 0, norms, np.nan)
    return found
