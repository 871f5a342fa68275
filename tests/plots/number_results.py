"""Small realistic results of runs that predict a number."""

import numpy as np
import pandas as pd

from translearn_core.analysis.error_analysis.conformal import coverage_by_level
from translearn_core.config import ProblemType
from translearn_core.results import Estimate, Evaluation, Metrics, NumberErrors
from translearn_core.worker.diagnostics.error_analysis.slices import COLUMNS


def make_number_evaluation(rows: int = 300, noise: float = 1.0) -> Evaluation:
    """Return the evaluation of predictions drawn to the mean, on test and validation rows."""
    random = np.random.default_rng(0)
    label = random.normal(50, 5, rows).round(2)
    predicted = 50 + 0.7 * (label - 50) + noise * random.normal(size=rows)
    predictions = pd.DataFrame(
        {
            "row": np.arange(1, rows + 1),
            "split": np.where(np.arange(rows) % 3, "test", "validation"),
            "text": [f"text {k}" for k in range(rows)],
            "label": label,
            "predicted": predicted,
            "score": -np.abs(label - predicted),
        }
    )
    scores = {name: Estimate(0.9, 0.88, 0.92) for name in ("pearson", "spearman", "mae", "r2")}
    test = Metrics(2 * rows // 3, scores, 0.4)
    return Evaluation(
        ("price",), {"validation": test, "test": test}, 0.0, predictions, ProblemType.REGRESSION
    )


def make_number_errors(names: tuple[str, ...] = ("mail", "chat")) -> NumberErrors:
    """Return errors on slices called `names`."""
    residuals = np.random.default_rng(1).normal(size=(2, 400))
    numbers = (100, 1.5, 1.2, 1.8, 0.3, 0.1, 0.5)
    lines = [("source", name, *numbers, k % 2 == 0) for k, name in enumerate(names)]
    slices = pd.DataFrame(lines, columns=list(COLUMNS)).rename(columns={"accuracy": "error"})
    largest = pd.DataFrame(
        {
            "row": [3], "split": ["test"], "text": [names[0]], "label": [9.5], "predicted": [1.5],
            "residual": [8.0],
        }
    )  # fmt: skip
    sentences = ("An interval.", "A slice.", "A row.", "A caveat.")
    return NumberErrors(400, 400, 1.3, sentences, coverage_by_level(*residuals), slices, largest)
