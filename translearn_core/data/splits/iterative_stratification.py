"""Iterative stratification of rows with several labels.

The packages that have it import scikit-learn, which the web server's process must not.
"""

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]


def iterative_stratification(
    labels: NDArray[np.bool_], shares: NDArray[np.float64], random: np.random.Generator
) -> IntArray:
    """Assign units to parts so that every part has its share of every label.

    The label with the fewest unassigned units goes first; each of its units goes to the part that lacks most
    of this label, then most units, then at random.

    Parameters
    ----------
    labels : bool array, shape (units, labels)
    shares : float array, shape (parts,)
        Share of the units of each part; they sum to 1.
    random : Generator
        Breaks ties.

    Returns
    -------
    int array, shape (units,)
        Indices of parts.

    References
    ----------
    Sechidis, Tsoumakas & Vlahavas (2011), On the stratification of multi-label data, algorithm 1.
    """
    units = len(labels)
    part = np.full(units, -1, dtype=np.int64)
    lacking_units = shares * units
    remaining = labels.sum(axis=0, dtype=np.int64)
    lacking = np.outer(remaining, shares)
    usable = shares > 0
    shuffled = random.permutation(units)
    members = [shuffled[labels[shuffled, k]] for k in range(labels.shape[1])]
    while (remaining > 0).any():
        label = int(np.where(remaining > 0, remaining, units + 1).argmin())
        for unit in members[label]:
            if part[unit] >= 0:
                continue
            chosen = _neediest(lacking[label], lacking_units, usable, random)
            part[unit] = chosen
            own = np.flatnonzero(labels[unit])
            lacking[own, chosen] -= 1
            remaining[own] -= 1
            lacking_units[chosen] -= 1
    for unit in shuffled[part[shuffled] < 0]:
        part[unit] = chosen = _neediest(lacking_units, lacking_units, usable, random)
        lacking_units[chosen] -= 1
    return part


def _neediest(
    lacking: NDArray[np.float64],
    lacking_units: NDArray[np.float64],
    usable: NDArray[np.bool_],
    random: np.random.Generator,
) -> int:
    """Return the usable part that lacks most, by the second array where the first ties."""
    best = np.flatnonzero(usable & (lacking == lacking[usable].max()))
    best = best[lacking_units[best] == lacking_units[best].max()]
    return int(best[0] if len(best) == 1 else random.choice(best))
