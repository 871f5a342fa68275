"""Stratified cross-validation folds, optionally grouped.

scikit-learn's `StratifiedKFold` refuses or warns of classes with fewer rows than folds, and its
`StratifiedGroupKFold` takes seconds for 20,000 groups.
"""

import numpy as np
from numpy.typing import NDArray

from translearn_core.errors import TooFewSamplesError

IntArray = NDArray[np.int64]


def stratified_folds(labels: IntArray, folds: int, seed: int, groups: IntArray | None = None) -> IntArray:
    """Assign rows to folds 0 to `folds` - 1 as `assign_folds` does.

    Raises
    ------
    TooFewSamplesError
        If there are fewer rows (or groups) than folds, or fewer than two classes.
    """
    units = len(labels) if groups is None else len(np.unique(groups))
    if units < folds:
        kind = "training rows" if groups is None else "groups of training rows"
        raise TooFewSamplesError(
            f"{units} {kind} cannot be cut into {folds} folds: use fewer folds or more rows."
        )
    if (classes := len(np.unique(labels))) < 2:
        raise TooFewSamplesError(f"The training rows hold {classes} class: a probe needs at least 2.")
    return assign_folds(labels, folds, seed, groups)


def assign_folds(labels: IntArray, folds: int, seed: int, groups: IntArray | None = None) -> IntArray:
    """Deal rows to folds class by class, balanced to one row overall and within every class.

    Parameters
    ----------
    labels : int array, shape (rows,)
    folds, seed : int
    groups : int array, shape (rows,), optional
        Rows with equal numbers, such as a text and its augmented copies, stay in one fold. A group counts for
        the class of its first row; classes are then balanced to the size of their largest group.
    """
    units = np.arange(len(labels)) if groups is None else groups
    _, first, group_of_row, size = np.unique(
        units, return_index=True, return_inverse=True, return_counts=True
    )
    random = np.random.default_rng(seed)
    fold = np.empty(len(size), dtype=np.int64)
    fold[np.lexsort((random.random(len(size)), -size, labels[first]))] = np.arange(len(size)) % folds
    return fold[group_of_row]
