"""Stratified train/validation/test split by stratum and seed; equal texts stay together."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from translearn_core.data.splits.iterative_stratification import iterative_stratification
from translearn_core.tasks.splits import SPLITS, TEST, TRAIN, VALIDATION

IntArray = NDArray[np.int64]


def draw_split(
    texts: IntArray, strata: NDArray[Any], *, validation: float, test: float, seed: int
) -> IntArray:
    """Draw a stratified split.

    Parameters
    ----------
    texts : int array, shape (rows,)
        Equal for rows that must share a split, such as rows of the same normalised text.
    strata : int array, shape (rows,), or bool array, shape (rows, strata)
        Strata from 0, such as class indices; or a mask of those that each row belongs to, such as labels.
    validation, test : float
        Shares in [0, 1), of each stratum's distinct texts.
    seed : int
        Seed of the draw.

    Returns
    -------
    int array, shape (rows,)
        Indices into `SPLITS`. Each stratum's distinct texts are apportioned by largest remainder; one with
        as many of them as there are splits is in every split, and a smaller one is in train. Strata of a
        mask are apportioned one by one (`iterative_stratification`).
    """
    rng = np.random.default_rng(seed)
    distinct, group = np.unique(texts, return_inverse=True)
    if strata.ndim > 1:
        shares = np.zeros(len(SPLITS))
        shares[[TRAIN, VALIDATION, TEST]] = 1.0 - validation - test, validation, test
        return _deal(group, strata, shares, rng, rest=TRAIN)
    stratum_of_text = _rarest_stratum(group, strata)
    counts = apportion(
        np.bincount(stratum_of_text, minlength=strata.max(initial=0) + 1), validation, test, rng
    )
    too_frequent = _too_frequent(group, len(texts))  # stay in train
    shuffled = rng.permutation(len(distinct))
    order = shuffled[np.lexsort((too_frequent[shuffled], stratum_of_text[shuffled]))]
    sorted_strata = stratum_of_text[order]
    rank = np.arange(len(order)) - np.searchsorted(sorted_strata, sorted_strata)
    in_test = rank < counts[sorted_strata, TEST]
    in_validation = ~in_test & (rank < counts[sorted_strata, TEST] + counts[sorted_strata, VALIDATION])
    split = np.full(len(distinct), TRAIN, dtype=np.int64)
    split[order[in_test]] = TEST
    split[order[in_validation]] = VALIDATION
    return split[group]


def draw_fold(
    texts: IntArray, strata: NDArray[Any], *, folds: int, fold: int, validation: float, seed: int
) -> IntArray:
    """Draw the split of one fold of a stratified cross-validation.

    Parameters
    ----------
    texts, strata : int arrays, shape (rows,)
        As for `draw_split`.
    folds, fold : int
        Number of folds, and the one that is the test split, from 0.
    validation : float
        Share of all distinct texts, drawn from the other folds.
    seed : int
        Seed of the draw; the folds of one seed are disjoint.

    Returns
    -------
    int array, shape (rows,)
        Indices into `SPLITS`. Every row is in the test split of exactly one fold, except those of a text
        repeated so often that it would fill a fold, which always train or validate.
    """
    distinct, group = np.unique(texts, return_inverse=True)
    random = np.random.default_rng(seed)
    if strata.ndim > 1:
        tested = _deal(group, strata, np.full(folds, 1 / folds), random, rest=-1) == fold
    else:
        stratum_of_text = _rarest_stratum(group, strata)
        shuffled = random.permutation(len(distinct))
        dealt = shuffled[~_too_frequent(group, len(texts))[shuffled]]
        dealt = dealt[np.argsort(stratum_of_text[dealt], kind="stable")]
        fold_of_text = np.full(len(distinct), -1, dtype=np.int64)
        fold_of_text[dealt] = np.arange(len(dealt)) % folds
        tested = (fold_of_text == fold)[group]
    split = np.full(len(texts), TEST, dtype=np.int64)
    share = min(0.9, validation * folds / (folds - 1))
    split[~tested] = draw_split(texts[~tested], strata[~tested], validation=share, test=0.0, seed=seed)
    return split


def _deal(
    group: IntArray,
    strata: NDArray[np.bool_],
    shares: NDArray[np.float64],
    random: np.random.Generator,
    *,
    rest: int,
) -> IntArray:
    """Return the part of each row by iterative stratification of its texts; too frequent texts get `rest`."""
    of_text = np.zeros((int(group.max(initial=-1)) + 1, strata.shape[1]), dtype=np.bool_)
    np.logical_or.at(of_text, group, strata)
    free = ~_too_frequent(group, len(group))
    free |= not free.any()  # as in a small table of long sentences
    part = np.full(len(of_text), rest, dtype=np.int64)
    part[free] = iterative_stratification(of_text[free], shares, random)
    return part[group]


def _too_frequent(group: IntArray, rows: int) -> NDArray[np.bool_]:
    """Mark texts repeated so often that they would fill a split."""
    return np.asarray(np.bincount(group) > max(3.0, 0.01 * rows))


def apportion(sizes: IntArray, validation: float, test: float, rng: np.random.Generator) -> IntArray:
    """Apportion stratum sizes to the splits, shape (strata, splits); ties are broken at random."""
    shares = np.zeros(len(SPLITS))
    shares[[TRAIN, VALIDATION, TEST]] = 1.0 - validation - test, validation, test
    quota = sizes[:, None] * shares
    counts = np.floor(quota + 1e-9).astype(np.int64)
    remainder = np.where(shares > 0, quota - counts + 1e-6 * rng.random(quota.shape), -1.0)
    rank = np.argsort(np.argsort(-remainder, axis=1), axis=1)
    counts += rank < (sizes - counts.sum(axis=1))[:, None]
    used = np.flatnonzero(shares > 0)
    for split in used:
        min_size = 1 if split == TRAIN else len(used)
        empty = np.flatnonzero((counts[:, split] == 0) & (sizes >= min_size))
        counts[empty, counts[empty].argmax(axis=1)] -= 1
        counts[empty, split] += 1
    return counts


def _rarest_stratum(group: IntArray, strata: IntArray) -> IntArray:
    """Return one stratum per text: its rarest, where it has several."""
    order = np.lexsort((strata, np.bincount(strata)[strata], group))
    return strata[order][np.unique(group[order], return_index=True)[1]]
