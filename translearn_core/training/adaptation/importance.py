"""Importance of source rows: how much likelier each is in the target domain."""

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.probing.cross_validation import assign_folds
from translearn_core.analysis.probing.linear_probe import SEARCH_FOLDS, LinearProbe

LARGEST = 10.0
"""Largest ratio of densities; larger ones are cut, so that few rows do not decide everything."""


def importance_weights(
    source: NDArray[np.floating],
    target: NDArray[np.floating],
    seed: int,
    *,
    groups: NDArray[np.int64] | None = None,
) -> NDArray[np.float32]:
    """Return the weight of each source row, 1 on average: the ratio of the densities of target and source.

    A logistic regression that tells the domains apart predicts rows that it was not fitted to; the ratio is
    its odds for equally many rows of both, at most `LARGEST`.

    Parameters
    ----------
    source, target : float arrays, shapes (rows, width) and (other rows, width)
        Features.
    seed : int
        Of the folds.
    groups : int array, shape (rows,), optional
        Source rows with equal numbers, such as a text and its augmented copies, stay in one fold.

    References
    ----------
    Shimodaira (2000), doi:10.1016/S0378-3758(00)00115-4; Bickel, Brückner & Scheffer (2009), JMLR 10.
    """
    domain = np.repeat([0, 1], [len(source), len(target)])
    own = np.arange(len(source)) if groups is None else np.unique(groups, return_inverse=True)[1]
    units = np.concatenate([own, len(source) + np.arange(len(target))])
    folds = assign_folds(domain, min(SEARCH_FOLDS, int(own.max()) + 1, len(target)), seed, units)
    probe = LinearProbe.fit(np.concatenate([source, target]), domain, folds)
    likely = probe.held_out_proba()[: len(source), 1].astype(np.float64)
    odds = likely / np.maximum(1 - likely, 1e-12) * len(source) / len(target)
    ratio = np.clip(odds, 1 / LARGEST, LARGEST)
    return np.asarray(ratio / ratio.mean(), dtype=np.float32)
