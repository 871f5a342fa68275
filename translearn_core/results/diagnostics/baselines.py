"""Comparison of a run with its baselines."""

from dataclasses import dataclass, field

import pandas as pd

from translearn_core.results.comparison import Difference
from translearn_core.results.evaluation import Interval

MAJORITY, WORDS, FROZEN, SCRATCH = "majority class", "TF-IDF", "frozen probe", "from scratch"
"""Names of the baselines, the cheapest first."""


@dataclass(frozen=True)
class Baseline:
    """Baseline: test scores with 95 % intervals, and the run's margin on the same rows.

    `margin` is the run's accuracy minus the baseline's, paired by test row, and `verdict` its sentence.
    `negative_transfer` is empty unless the run is below by more than chance. `layer` is that of the probe,
    chosen on validation, and `c` its inverse regularisation strength, chosen on training rows.
    """

    name: str
    accuracy: float
    accuracy_interval: Interval
    macro_f1: float
    macro_f1_interval: Interval
    margin: Difference
    verdict: str
    negative_transfer: str = ""
    layer: int | None = None
    c: float | None = None


@dataclass(frozen=True)
class Baselines:
    """Test accuracy of a run and its baselines; `sentence` says whether transfer helped."""

    accuracy: float
    accuracy_interval: Interval
    n_train: int
    n_test: int
    lines: tuple[Baseline, ...]
    sentence: str = ""
    caveats: tuple[str, ...] = field(default=())

    def line(self, name: str) -> Baseline | None:
        """Return the baseline of that name; None if it was not computed."""
        return next((line for line in self.lines if line.name == name), None)

    def frame(self) -> pd.DataFrame:
        """Return one row per baseline, the cheapest first: scores, intervals, margin of the run, verdict."""
        return pd.DataFrame(
            [
                {
                    "baseline": line.name,
                    "accuracy": line.accuracy,
                    "accuracy low": line.accuracy_interval.low,
                    "accuracy high": line.accuracy_interval.high,
                    "macro F1": line.macro_f1,
                    "macro F1 low": line.macro_f1_interval.low,
                    "macro F1 high": line.macro_f1_interval.high,
                    "lead of the run": line.margin.estimate,
                    "lead low": line.margin.interval.low,
                    "lead high": line.margin.interval.high,
                    "layer": line.layer,
                    "C": line.c,
                    "verdict": " ".join(filter(None, (line.verdict, line.negative_transfer))),
                }
                for line in self.lines
            ]
        )
