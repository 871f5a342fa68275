"""Comparison of a run with its baselines."""

from dataclasses import dataclass, field

import pandas as pd

from translearn_core.config import ProblemType
from translearn_core.results.comparison import Difference
from translearn_core.results.evaluation import Metrics
from translearn_core.results.interval_estimate import Estimate
from translearn_core.results.metric import Scored

MAJORITY, PRIOR, MEAN, FREQUENT_TAG = (
    "majority class",
    "label prior",
    "mean",
    "most frequent tag of each word",
)
"""Names of the best constant predictions."""
CONSTANTS = {
    ProblemType.SINGLE_LABEL: MAJORITY,
    ProblemType.MULTI_LABEL: PRIOR,
    ProblemType.REGRESSION: MEAN,
    ProblemType.TOKENS: FREQUENT_TAG,
}
"""Constant prediction of each problem type."""
WORDS, FROZEN, SPREADING, SCRATCH = "TF-IDF", "frozen probe", "label spreading", "from scratch"
PROTOTYPES, ZERO_SHOT, ENTAILMENT = "prototypes", "zero-shot", "zero-shot by entailment"
"""Names of the other baselines, the cheapest first."""
FIRST_TEXT, SECOND_TEXT = "TF-IDF, first text alone", "TF-IDF, second text alone"
"""Names of the baselines of pairs that read one side; the second is the hypothesis-only one of NLI."""


@dataclass(frozen=True)
class Baseline(Scored):
    """Baseline: test scores with 95 % intervals, and the run's margin on the same rows.

    `scores` has the headline first; `margin` is the run's mean row score minus the baseline's, paired by test
    row, and `verdict` its sentence. `negative_transfer` is empty unless the run is below by more than chance.
    `layer` is that of the probe, chosen on validation, and `c` its inverse regularisation strength, chosen on
    training rows.
    """

    name: str
    scores: dict[str, Estimate]
    margin: Difference
    verdict: str
    negative_transfer: str = ""
    layer: int | None = None
    c: float | None = None


@dataclass(frozen=True)
class Baselines:
    """Test scores of a run and its baselines; `sentence` says whether transfer helped."""

    test: Metrics
    n_train: int
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
                {"baseline": line.name}
                | line.score_columns()
                | line.margin.columns("margin of the run", "margin")
                | {"layer": line.layer, "C": line.c}
                | {"verdict": " ".join(filter(None, (line.verdict, line.negative_transfer)))}
                for line in self.lines
            ]
        )
