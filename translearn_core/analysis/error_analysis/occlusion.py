"""Occlusion: importance of the words of a text, by leaving them out."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

FloatArray = NDArray[np.float64]


def log_odds(logits: NDArray[np.floating], index: int) -> FloatArray:
    """Return the log-odds of class `index` against all others, shape (rows,).

    Parameters
    ----------
    logits : float array, shape (rows, classes)
        At least two classes.
    index : int
    """
    values = np.asarray(logits, dtype=np.float64)
    odds: FloatArray = values[:, index] - logsumexp(np.delete(values, index, axis=1), axis=1)
    return odds


def importance(logits: NDArray[np.floating], index: int) -> FloatArray:
    """Return by how much the log-odds of a class fall when each word is left out, shape (words,).

    Parameters
    ----------
    logits : float array, shape (1 + words, classes)
        Of the whole text, then without each word.
    index : int
        The class.

    References
    ----------
    Zeiler & Fergus 2014, arXiv:1311.2901 (occlusion); Li, Monroe & Jurafsky 2016, arXiv:1612.08220 (words).
    """
    odds = log_odds(logits, index)
    return np.asarray(odds[0] - odds[1:])
