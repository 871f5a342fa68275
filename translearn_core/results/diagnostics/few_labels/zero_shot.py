"""Zero-shot classification: scores, classes, and the choice of layer."""

from dataclasses import dataclass, field

import pandas as pd

from translearn_core.config.few_labels.zero_shot import ZeroShotMethod
from translearn_core.results.interval_estimate import Estimate


@dataclass(frozen=True)
class ZeroShot:
    """Classification of the test rows by descriptions of the classes.

    `metrics` has accuracy and macro-F1 of `n_test` rows; `constant_baseline` is the accuracy of their most
    frequent class. `layer` and `centred` were chosen on `n_unlabelled` texts without labels; -1 with
    entailment. `alarm` is empty unless the accuracy is no better than the baseline. `backbone` is its
    name, "" in results of earlier versions.

    Tables: `classes`, one row per class, with its description, the number of test rows and of predictions,
    precision, recall and F1. `choices`, one row per layer, raw or centred, with its mutual information,
    whether it was chosen, and its test accuracy, which had no part in the choice. `predictions`, one row per
    test row.
    """

    method: ZeroShotMethod
    template: str
    layer: int
    centred: bool
    n_test: int
    n_unlabelled: int
    metrics: dict[str, Estimate]
    constant_baseline: float
    sentences: tuple[str, ...]
    alarm: str
    classes: pd.DataFrame = field(compare=False)
    choices: pd.DataFrame = field(compare=False)
    predictions: pd.DataFrame = field(compare=False)
    backbone: str = ""

    def frame(self) -> pd.DataFrame:
        """Return the table of classes."""
        return self.classes
