"""Parity check: compare the outputs of an export with the model's on test texts."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from translearn_core.activations import ProgressCallback
from translearn_core.config.text_cells import Cell, joined, text_cells
from translearn_core.errors import BackboneError
from translearn_core.results import Evaluation

TOLERANCE = 1e-4
"""Largest accepted difference of an output in its unit; reordered float32 sums differ by 1e-6."""

SAMPLE, SINGLE = 96, 8
"""Number of texts compared, and how many of them also in batches of one."""

Predictor = Callable[[Sequence[Any], int], NDArray[np.floating]]
"""``predict(texts, batch)``: outputs, shape (texts, outputs), computed in batches of `batch` texts."""


def predict_sample(evaluation: Evaluation) -> list[Cell]:
    """Return test texts or pairs of all lengths, including the shortest and the longest."""
    rows = evaluation.predictions
    texts = sorted(text_cells(rows[rows["split"] == "test"]), key=lambda cell: len(joined(cell)))
    index = np.unique(np.linspace(0, len(texts) - 1, min(SAMPLE, len(texts))).round().astype(int))
    return [texts[i] for i in index]


def max_abs_difference(
    predict: Predictor,
    texts: Sequence[Cell],
    expected: NDArray[np.floating],
    name: str,
    report: ProgressCallback,
    unit: float = 1.0,
) -> float:
    """Return the largest difference of an output from `expected` over several batch sizes, in `unit`.

    Raises
    ------
    BackboneError
        If it is above `TOLERANCE`.
    """
    worst, rows = 0.0, np.arange(len(texts))
    single = np.unique(np.linspace(0, len(texts) - 1, SINGLE).astype(int))
    runs = ((single, 1), (rows, 7), (rows, SAMPLE))  # the last pads the shortest text to the longest
    for done, (index, batch) in enumerate(runs):
        report(f"trying {name} on test texts", done, len(runs))
        actual = predict([texts[i] for i in index], batch)
        difference = np.abs(actual.astype(np.float64) - expected[index]).max() / unit
        worst = max(worst, float(difference) if np.isfinite(actual).all() else float("inf"))
    if worst > TOLERANCE:
        raise BackboneError(
            f"{name} gives outputs that differ from this model's by up to {worst:.2g}, more than the "
            f"{TOLERANCE:g} that is let through: it was not written."
        )
    return worst
