"""Results on few labels or none, as large as a test needs them."""

import numpy as np
import pandas as pd

from translearn_core.config.few_labels.zero_shot import ZeroShotMethod
from translearn_core.results import Estimate
from translearn_core.results.diagnostics.few_labels.zero_shot import ZeroShot


def make_zero_shot(names: tuple[str, ...]) -> ZeroShot:
    """Return the result of a backbone of three blocks."""
    n = len(names)
    classes = pd.DataFrame(
        {
            "class": names, "description": [f"This text is about {name}." for name in names],
            "test texts": 10, "predicted": np.arange(n) * 3, "precision": 0.5, "recall": 0.4, "F1": 0.45,
        }
    )  # fmt: skip
    choices = pd.DataFrame(
        [(layer, centred, 0.1 * layer + 0.05 * centred, (layer, centred) == (3, True), 0.5)
         for layer in range(4) for centred in (False, True)],
        columns=["layer", "centred", "mutual information", "chosen", "test accuracy"],
    )  # fmt: skip
    predictions = pd.DataFrame(
        {"row": [1, 2], "text": ["a", "b"], "label": names[0], "predicted": names[-1], "margin": 0.1}
    )
    metrics = {"accuracy": Estimate(0.6, 0.5, 0.7), "macro_f1": Estimate(0.55, 0.45, 0.65)}
    return ZeroShot(
        ZeroShotMethod.SIMILARITY, "This text is about {}.", 3, True, 10 * n, 100, metrics, 0.4,
        ("A sentence without labels.",), "", classes, choices, predictions,
    )  # fmt: skip
