"""Dealing rows to train, validation and test by class and seed, equal texts always together."""

import numpy as np
from numpy.typing import NDArray

from translearn_core.config import Split
from translearn_core.data.dataset import SPLITS

IntArray = NDArray[np.int64]

TRAIN, VALIDATION, TEST = (SPLITS.index(s) for s in (Split.TRAIN, Split.VALIDATION, Split.TEST))


def draw(texts: IntArray, labels: IntArray, *, validation: float, test: float, seed: int) -> IntArray:
    """Deal rows to the splits, stratified by class.

    Parameters
    ----------
    texts : int array, shape (rows,)
        The same number for rows of the same normalised text: they go to the same split.
    labels : int array, shape (rows,)
        Class indices.
    validation, test : float
        Shares in [0, 1), of each class's distinct texts.
    seed : int
        The same seed deals the same way.

    Returns
    -------
    int array, shape (rows,)
        Indices into `SPLITS`. Each class's distinct texts are apportioned by largest remainder; a class with
        as many of them as there are splits is in every split, and a smaller one is in train.
    """
    rng = np.random.default_rng(seed)
    distinct, group = np.unique(texts, return_inverse=True)
    owner = _rarest_label(group, labels)
    dealt = apportion(np.bincount(owner, minlength=labels.max(initial=0) + 1), validation, test, rng)
    # a text repeated so often that it would fill a split stays in train
    heavy = np.bincount(group) > max(3.0, 0.01 * len(texts))
    shuffled = rng.permutation(len(distinct))
    order = shuffled[np.lexsort((heavy[shuffled], owner[shuffled]))]
    sorted_owner = owner[order]
    rank = np.arange(len(order)) - np.searchsorted(sorted_owner, sorted_owner)
    in_test = rank < dealt[sorted_owner, TEST]
    in_validation = ~in_test & (rank < dealt[sorted_owner, TEST] + dealt[sorted_owner, VALIDATION])
    split = np.full(len(distinct), TRAIN, dtype=np.int64)
    split[order[in_test]] = TEST
    split[order[in_validation]] = VALIDATION
    return split[group]


def apportion(sizes: IntArray, validation: float, test: float, rng: np.random.Generator) -> IntArray:
    """Return how many of each class go to each split, shape (classes, splits); ties are broken by chance."""
    shares = np.zeros(len(SPLITS))
    shares[[TRAIN, VALIDATION, TEST]] = 1.0 - validation - test, validation, test
    quota = sizes[:, None] * shares
    dealt = np.floor(quota + 1e-9).astype(np.int64)
    remainder = np.where(shares > 0, quota - dealt + 1e-6 * rng.random(quota.shape), -1.0)
    place = np.argsort(np.argsort(-remainder, axis=1), axis=1)
    dealt += place < (sizes - dealt.sum(axis=1))[:, None]
    wanted = np.flatnonzero(shares > 0)
    for split in wanted:
        least = 1 if split == TRAIN else len(wanted)
        empty = np.flatnonzero((dealt[:, split] == 0) & (sizes >= least))
        dealt[empty, dealt[empty].argmax(axis=1)] -= 1
        dealt[empty, split] += 1
    return dealt


def _rarest_label(group: IntArray, labels: IntArray) -> IntArray:
    """Return one label per text; where a text has several, the rarest, which needs it most."""
    order = np.lexsort((labels, np.bincount(labels)[labels], group))
    return labels[order][np.unique(group[order], return_index=True)[1]]
