"""Control tasks (Hewitt & Liang): random labels per word type, which a probe can only memorise.

A probe as accurate on them as on the real labels shows its own capacity rather than the layer's information;
the difference is its selectivity.
"""

import re
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
T = TypeVar("T", bound=np.generic)

_NOT_LETTERS = re.compile(r"[\W\d_]+")


def word_types(texts: Sequence[str]) -> IntArray:
    """Number texts by first word, lower-cased, letters only; texts without letters share one type."""
    return np.unique([_first_word(text) for text in texts], return_inverse=True)[1].astype(np.int64)


def control_labels(texts: Sequence[str], labels: NDArray[T], seed: int = 0) -> NDArray[T]:
    """Label each text by a random class or number per first word, drawn with the frequencies in `labels`.

    Parameters
    ----------
    texts : sequence of str
    labels : array
        Class indices or numbers, not necessarily of these texts.
    seed : int
        The same texts and seed give the same labels.

    Returns
    -------
    array, shape (texts,)

    References
    ----------
    Hewitt & Liang 2019, arXiv:1909.03368, section 2, where single words are labelled.
    """
    types = word_types(texts)
    drawn = np.random.default_rng(seed).choice(labels, size=int(types.max(initial=-1)) + 1)
    return np.asarray(drawn[types], dtype=labels.dtype)


def seen_control_type(types: IntArray, fold: IntArray) -> NDArray[np.bool_]:
    """Mark rows whose type also occurs in another fold."""
    _, which = np.unique(types, return_inverse=True)
    folds = int(fold.max()) + 1
    in_fold = np.bincount(which * folds + fold, minlength=(int(which.max()) + 1) * folds).reshape(-1, folds)
    return np.asarray(in_fold.sum(axis=1)[which] > in_fold[which, fold])


def _first_word(text: str) -> str:
    words = (_NOT_LETTERS.sub("", word) for word in text.lower().split())
    return next((word for word in words if word), "")
