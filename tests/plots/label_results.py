"""Small realistic results of runs that predict several labels."""

import numpy as np
import pandas as pd

from translearn_core.analysis.error_analysis.calibration import reliability
from translearn_core.config import ProblemType
from translearn_core.results import Estimate, Evaluation, LabelErrors, Metrics
from translearn_core.results.labels.label_sets import label_sets
from translearn_core.results.metric import AVERAGE_PRECISION
from translearn_core.tasks.label_sets.metrics import (
    LabelScores,
    average_precision_intervals,
    predicted_mask,
    set_confidence,
)


def sample(rows: int, labels: int) -> tuple[np.ndarray, np.ndarray]:
    """Return labels, and probabilities that are better than chance."""
    random = np.random.default_rng(0)
    true = random.random((rows, labels)) < 0.3
    return true, np.clip(0.35 * true + 0.65 * random.random(true.shape), 0, 1)


def make_label_evaluation(names: tuple[str, ...] = ("joy", "anger", "fear"), rows: int = 200) -> Evaluation:
    """Return the evaluation of test rows with any number of labels."""
    true, probability = sample(rows, len(names))
    predicted = predicted_mask(probability, None)
    metrics = Metrics(rows, LabelScores(true, predicted, probability).estimates(0), 0.4)
    predictions = pd.DataFrame(
        {
            "row": np.arange(1, rows + 1),
            "split": "test",
            "text": [f"text {k}" for k in range(rows)],
            "label": label_sets(names, true),
            "predicted": label_sets(names, predicted),
            "confidence": set_confidence(probability, predicted),
            "score": (true == predicted).all(axis=1).astype(float),
        }
    )
    return Evaluation(
        names, {"validation": metrics, "test": metrics}, 0.2, predictions, ProblemType.MULTI_LABEL,
        tuple(0.5 for _ in names),
        {AVERAGE_PRECISION: average_precision_intervals(true, probability)},
    )  # fmt: skip


def make_label_errors(names: tuple[str, ...] = ("mail", "chat")) -> LabelErrors:
    """Return slices called `names`, and the reliability of three labels."""
    true, probability = sample(200, 3)
    lines = [
        ("source", name, 50, 0.4, 0.3, 0.5, -0.2, -0.3, -0.1, k % 2 == 0) for k, name in enumerate(names)
    ]
    columns = [
        "column", "slice", "rows", "accuracy", "low", "high", "difference", "difference low",
        "difference high", "beyond chance",
    ]  # fmt: skip
    return LabelErrors(
        n_test=200,
        n_checked=400,
        n_suspects=1,
        score=Estimate(0.5, 0.4, 0.6),
        sentences=("calibration", "slices", "issues"),
        calibration=pd.DataFrame({"label": ["a"], "calibration error": [0.1]}),
        bins=reliability(probability.ravel(), true.ravel(), 10),
        slices=pd.DataFrame(lines, columns=columns),
        suspects=pd.DataFrame({"row": [1], "suspect": ["a"]}),
    )
