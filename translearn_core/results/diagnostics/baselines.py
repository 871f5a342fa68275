"""A run beside the lines its score must be read against."""

from dataclasses import dataclass, field

import pandas as pd

from translearn_core.results.comparison import Difference
from translearn_core.results.evaluation import Interval

MAJORITY, WORDS, FROZEN, SCRATCH = "commonest class", "TF-IDF", "frozen probe", "from scratch"
"""The lines there are, the cheapest first."""


@dataclass(frozen=True)
class Baseline:
    """One line: its test scores with 95 % intervals, and how much better the run is on the same rows.

    `layer` is where a probe was read, chosen on validation. `lead` is the run's accuracy minus this one's,
    paired by test row. `verdict` says it in a sentence; `harm` says where the run is below by more than
    chance, and is empty elsewhere.
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


@dataclass(frozen=True)
class Baselines:
    """A run's test accuracy and its lines; `sentence` answers whether transfer helped, as far as is known."""

    accuracy: float
    accuracy_interval: Interval
    n_train: int
    n_test: int
    lines: tuple[Baseline, ...]
    sentence: str = ""
    caveats: tuple[str, ...] = field(default=())

    def line(self, name: str) -> Baseline | None:
        """Return the line of that name; None if it was not computed."""
        return next((line for line in self.lines if line.name == name), None)

    def frame(self) -> pd.DataFrame:
        """One line per baseline, the cheapest first: scores, intervals, lead of the run, verdict."""
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
                    "verdict": " ".join(filter(None, (line.verdict, line.negative_transfer))),
                }
                for line in self.lines
            ]
        )
