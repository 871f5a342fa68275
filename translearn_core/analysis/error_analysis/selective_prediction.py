"""Selective prediction: the confidence threshold for a wished precision."""

import math

import numpy as np
from numpy.typing import NDArray

DIGITS = 6
"""Digits of confidences and thresholds, as in tables of predictions."""


def precision_threshold(
    confidence: NDArray[np.floating], correct: NDArray[np.bool_], precision: float
) -> float | None:
    """Return the lowest confidence at or above which the share of correct rows is at least `precision`.

    At least 1 / (1 - precision) rows lie at or above it: among fewer, a single error would miss the
    precision. None if there is no such threshold. Chosen on the rows given, so measure it on others.

    Parameters
    ----------
    confidence : float array, shape (rows,)
        Probability of the predicted class.
    correct : bool array, shape (rows,)
    precision : float
        In [0, 1).

    References
    ----------
    El-Yaniv & Wiener 2010 (JMLR 11); Geifman & El-Yaniv 2017, arXiv:1705.08500.
    """
    rounded = np.round(np.asarray(confidence, dtype=np.float64), DIGITS)
    order = np.argsort(-rounded, kind="stable")
    values, right = rounded[order], np.cumsum(np.asarray(correct)[order])
    last = np.flatnonzero(np.diff(values, append=-1.0))  # last row of each distinct confidence
    least = math.ceil(round(1 / (1 - precision), 9))
    rows = last + 1
    reached = last[(rows >= least) & (right[last] >= precision * rows)]
    return float(values[reached[-1]]) if len(reached) else None
