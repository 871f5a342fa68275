"""Which rows are held out together: folds alike in their classes, with groups of rows kept whole."""

import numpy as np
from numpy.typing import NDArray

from translearn_core.errors import TooFewSamplesError

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def stratified_folds(labels: IntArray, folds: int, seed: int, groups: IntArray | None = None) -> IntArray:
    """Deal rows to folds 0 to `folds` - 1 by seed, alike to one row overall and within every class.

    Parameters
    ----------
    labels : int array, shape (rows,)
    folds, seed : int
    groups : int array, shape (rows,), optional
        Rows with equal numbers, such as a text and its altered copies, stay in one fold. A group counts for
        the class of its first row; folds are then alike as far as the sizes of groups allow.

    Raises
    ------
    TooFewSamplesError
        If there are fewer rows (or groups) than folds, or fewer than two classes.
    """
    found, which = (len(labels), None) if groups is None else _numbered(groups)
    if found < folds:
        kind = "training rows" if groups is None else "groups of training rows"
        raise TooFewSamplesError(
            f"{found} {kind} cannot be cut into {folds} folds: use fewer folds or more rows."
        )
    if (classes := len(np.unique(labels))) < 2:
        raise TooFewSamplesError(f"The training rows hold {classes} class: a probe needs at least 2.")
    random = np.random.default_rng(seed)
    if which is not None:
        return _dealt_groups(labels, which, found, folds, random)
    by_class = np.lexsort((random.random(len(labels)), labels))
    fold = np.empty(len(labels), dtype=np.int64)
    fold[by_class] = np.arange(len(labels)) % folds
    return fold


def seen_control_type(types: IntArray, fold: IntArray) -> BoolArray:
    """Tell the rows whose type some row of another fold has too."""
    _, which = np.unique(types, return_inverse=True)
    folds = int(fold.max()) + 1
    in_fold = np.bincount(which * folds + fold, minlength=(int(which.max()) + 1) * folds).reshape(-1, folds)
    known: BoolArray = in_fold.sum(axis=1)[which] > in_fold[which, fold]
    return known


def _numbered(groups: IntArray) -> tuple[int, IntArray]:
    """Return how many groups there are, and each row's, from 0."""
    names, which = np.unique(groups, return_inverse=True)
    return len(names), which


def _dealt_groups(
    labels: IntArray, which: IntArray, count: int, folds: int, random: np.random.Generator
) -> IntArray:
    """Deal each group, largest first, to the fold with fewest rows of its class, then fewest of all."""
    _, first = np.unique(which, return_index=True)
    _, of_class = np.unique(labels[first], return_inverse=True)
    size = np.bincount(which, minlength=count)
    held = [[0] * (int(of_class.max()) + 1) for _ in range(folds)]
    rows = [0] * folds
    fold = np.empty(count, dtype=np.int64)
    for group in np.lexsort((random.random(count), -size, of_class)):
        c = of_class[group]
        chosen = min(range(folds), key=lambda f: (held[f][c], rows[f]))
        fold[group] = chosen
        held[chosen][c] += int(size[group])
        rows[chosen] += int(size[group])
    return fold[which]
