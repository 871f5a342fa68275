"""Stratified cross-validation folds, optionally grouped."""

import numpy as np
from numpy.typing import NDArray

from translearn_core.errors import TooFewSamplesError

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def stratified_folds(labels: IntArray, folds: int, seed: int, groups: IntArray | None = None) -> IntArray:
    """Assign rows to folds 0 to `folds` - 1, balanced to one row overall and within every class.

    Parameters
    ----------
    labels : int array, shape (rows,)
    folds, seed : int
    groups : int array, shape (rows,), optional
        Rows with equal numbers, such as a text and its augmented copies, stay in one fold. A group counts for
        the class of its first row; folds are then balanced as far as group sizes allow.

    Raises
    ------
    TooFewSamplesError
        If there are fewer rows (or groups) than folds, or fewer than two classes.
    """
    units = len(labels)
    group_of_row: IntArray | None = None
    if groups is not None:
        names, group_of_row = np.unique(groups, return_inverse=True)
        units = len(names)
    if units < folds:
        kind = "training rows" if groups is None else "groups of training rows"
        raise TooFewSamplesError(
            f"{units} {kind} cannot be cut into {folds} folds: use fewer folds or more rows."
        )
    if (classes := len(np.unique(labels))) < 2:
        raise TooFewSamplesError(f"The training rows hold {classes} class: a probe needs at least 2.")
    random = np.random.default_rng(seed)
    if group_of_row is not None:
        return _group_folds(labels, group_of_row, units, folds, random)
    by_class = np.lexsort((random.random(len(labels)), labels))
    fold = np.empty(len(labels), dtype=np.int64)
    fold[by_class] = np.arange(len(labels)) % folds
    return fold


def seen_control_type(types: IntArray, fold: IntArray) -> BoolArray:
    """Mark rows whose type also occurs in another fold."""
    _, which = np.unique(types, return_inverse=True)
    folds = int(fold.max()) + 1
    in_fold = np.bincount(which * folds + fold, minlength=(int(which.max()) + 1) * folds).reshape(-1, folds)
    return np.asarray(in_fold.sum(axis=1)[which] > in_fold[which, fold])


def _group_folds(
    labels: IntArray, group_of_row: IntArray, count: int, folds: int, random: np.random.Generator
) -> IntArray:
    """Assign groups, largest first, to the fold with the fewest rows of their class, then of all classes."""
    _, first = np.unique(group_of_row, return_index=True)
    _, of_class = np.unique(labels[first], return_inverse=True)
    size = np.bincount(group_of_row, minlength=count)
    rows_of_class = [[0] * (int(of_class.max()) + 1) for _ in range(folds)]
    rows = [0] * folds
    fold = np.empty(count, dtype=np.int64)
    for group in np.lexsort((random.random(count), -size, of_class)):
        c = of_class[group]
        chosen = min(range(folds), key=lambda f: (rows_of_class[f][c], rows[f]))
        fold[group] = chosen
        rows_of_class[chosen][c] += int(size[group])
        rows[chosen] += int(size[group])
    return fold[group_of_row]
