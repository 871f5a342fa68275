"""Control tasks: labels that say nothing about the text, to see what a probe learns by heart.

Every word type gets a class at random, once. A probe that does as well on them as on the real labels shows
its own capacity and not the layer's knowledge; the difference is its selectivity.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

_NOT_LETTERS = re.compile(r"[\W\d_]+")


def word_types(texts: Sequence[str]) -> IntArray:
    """Number the texts by their first word, lower-cased, letters only; texts without letters are one type."""
    return np.unique([_first_word(text) for text in texts], return_inverse=True)[1].astype(np.int64)


def control_labels(texts: Sequence[str], labels: IntArray, seed: int = 0) -> IntArray:
    """Label each text by a class drawn once for its first word, from the classes' shares among `labels`.

    Parameters
    ----------
    texts : sequence of str
    labels : int array
        Class indices whose shares the control has; not necessarily of these texts.
    seed : int
        The same texts and seed give the same labels.

    Returns
    -------
    int array, shape (texts,)

    References
    ----------
    Hewitt & Liang 2019, arXiv:1909.03368, section 2. Theirs label words; a text's word is its first.
    """
    types = word_types(texts)
    drawn = np.random.default_rng(seed).choice(labels, size=int(types.max(initial=-1)) + 1)
    return np.asarray(drawn[types], dtype=np.int64)


def recurring(texts: Sequence[str], train: IntArray | None = None) -> BoolArray:
    """Tell the rows whose first word another training row begins with too.

    Only there can a probe know the control label. `probe_layers` finds such rows by itself, fold by fold,
    from `word_types`; this mask says beforehand how many there are.

    Parameters
    ----------
    texts : sequence of str
    train : int array, optional
        Rows that are learnt from, all if not given.

    Returns
    -------
    bool array, shape (texts,)
    """
    types = word_types(texts)
    learnt = np.zeros(len(types), dtype=np.int64)
    learnt[slice(None) if train is None else train] = 1
    others: IntArray = np.bincount(types, weights=learnt)[types].astype(np.int64) - learnt
    return others > 0


def selectivity(task: FloatArray, controls: FloatArray) -> FloatArray:
    """Return how far the task's accuracies, shape (...), lie above the controls' mean, shape (controls, ...).

    References
    ----------
    Hewitt & Liang 2019, arXiv:1909.03368, section 2.2.
    """
    found: FloatArray = np.asarray(task) - np.mean(controls, axis=0)
    return found


def _first_word(text: str) -> str:
    words = (_NOT_LETTERS.sub("", word) for word in text.lower().split())
    return next((word for word in words if word), "")
