"""Whether what is taken away answers as the model here does: on the run's own texts, long, short and many."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from translearn_core.activations import ProgressCallback
from translearn_core.errors import BackboneError
from translearn_core.results import Evaluation

TOLERANCE = 1e-4
"""Largest difference of a probability that is let through; float32 sums in another order differ by 1e-6."""

TRIED, ALONE = 96, 8
"""How many texts are tried, and how many of them each on its own."""

Predictor = Callable[[Sequence[str], int], NDArray[np.floating]]
"""``answer(texts, batch)``: probabilities, shape (texts, classes), computed so many texts at a time."""


def predict_sample(evaluation: Evaluation) -> list[str]:
    """Return test texts of all lengths, the shortest and the longest among them."""
    rows = evaluation.predictions
    texts = sorted(rows.loc[rows["split"] == "test", "text"], key=len)
    places = np.unique(np.linspace(0, len(texts) - 1, min(TRIED, len(texts))).round().astype(int))
    return [str(texts[i]) for i in places]


def max_abs_difference(
    answer: Predictor, texts: Sequence[str], ours: NDArray[np.floating], what: str, report: ProgressCallback
) -> float:
    """Return the largest difference of a probability from `ours` over several sizes of batches.

    Raises
    ------
    BackboneError
        If it is above `TOLERANCE`.
    """
    worst, every = 0.0, np.arange(len(texts))
    some = np.unique(np.linspace(0, len(texts) - 1, ALONE).astype(int))
    tries = ((some, 1), (every, 7), (every, TRIED))  # the last pads the shortest to the longest
    for done, (index, batch) in enumerate(tries):
        report(f"trying {what} on test texts", done, len(tries))
        told = answer([texts[i] for i in index], batch)
        difference = np.abs(told.astype(np.float64) - ours[index]).max()
        worst = max(worst, float(difference) if np.isfinite(told).all() else float("inf"))
    if worst > TOLERANCE:
        raise BackboneError(
            f"{what} gives probabilities that differ from this model's by up to {worst:.2g}, more than the "
            f"{TOLERANCE:g} that is let through: it was not written."
        )
    return worst
