"""Two runs on the test rows that both were tested on."""

from dataclasses import dataclass

import pandas as pd

from translearn_core.results.comparison import Difference
from translearn_core.results.format import count_noun
from translearn_core.results.interval_estimate import Estimate
from translearn_core.results.metric import Metric, metric_of

NEGATED = ("negative MAE", "row score")
"""Names of the negated mean absolute error; the second is that of earlier versions."""


@dataclass(frozen=True)
class PairedComparison:
    """Mean row scores of two runs on their common test rows, and the paired difference, second minus first.

    `metric` names the metric whose mean the row scores are. `unpaired` counts rows that only one of the two
    was tested on, `relabelled` common rows whose label was changed between the two versions of the data: both
    runs are scored against the newer label. `outcomes` counts rows by correct in first and second, in the
    order both, only first, only second, neither; empty where rows are not right or wrong.
    """

    metric: str
    rows: int
    unpaired: int
    relabelled: int
    first: Estimate
    second: Estimate
    difference: Difference
    outcomes: tuple[int, ...] = ()

    def frame(self) -> pd.DataFrame:
        """Return one row per run and one for the difference: value and interval."""
        numbers = {"first": self.first, "second": self.second, "difference": self.difference}
        return pd.DataFrame(
            [
                {"of": name} | estimate.columns(self.name.label, self.name.label)
                for name, estimate in numbers.items()
            ]
        )

    @property
    def name(self) -> Metric:
        """Metric of the scores."""
        return metric_of(self.metric)

    def sentences(self, first: str, second: str) -> tuple[str, ...]:
        """Compare the runs, called `first` and `second`, in words."""
        metric, sign, verdict = self.name, 1, "which could be chance"
        if self.metric in NEGATED:
            metric, sign = metric_of("mae"), -1
        if self.difference.excludes_zero:
            verdict = "more than the chance of these test rows; another seed may differ"
        rows = count_noun(self.rows, "test row")
        sentences = [
            f"On the {rows} that both were tested on, {second} {self.difference.describe(first)}, {verdict}: "
            f"{metric.label} {metric.format(sign * self.second.value)} and "
            f"{metric.format(sign * self.first.value)}."
        ]
        if note := self.difference.power_note(self.rows):
            sentences.append(note)
        if self.outcomes:
            both, only_first, only_second, neither = self.outcomes
            sentences.append(
                f"Both are right on {both:,}, neither on {neither:,}; only {first} on {only_first:,}, only "
                f"{second} on {only_second:,}."
            )
        if self.relabelled:
            relabelled = count_noun(self.relabelled, "of these rows has", "of these rows have")
            sentences.append(
                f"{relabelled} another label in the newer version of the data: both runs are scored against "
                "it."
            )
        if self.unpaired:
            tested = count_noun(self.unpaired, "row was tested", "rows were tested")
            sentences.append(f"{tested} with one of the two only.")
        return tuple(sentences)
