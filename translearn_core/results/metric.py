"""Metrics by name: labels, units, and scores with intervals."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from translearn_core.results.format import percent
from translearn_core.results.interval_estimate import Estimate

S = TypeVar("S", bound=Any)

LOSS = "loss"
"""Name of the loss among the metrics of an epoch."""
MEAN_SCORE = "mean_score"
"""Name of the mean over several targets of the score that selects the best epoch of each."""
ACCURACY = "accuracy"
"""Name of the share of correct predictions."""
MACRO_F1 = "macro_f1"
"""Name of the unweighted mean F1 of classes or labels."""
AVERAGE_PRECISION = "average_precision"
"""Name of the average precision of one label."""
ROW_F1 = "row_f1"
"""Name of the mean F1 of the sets of labels of rows."""


@dataclass(frozen=True)
class Metric:
    """Metric as shown to people: `label` within a sentence, `share` for fractions shown in percent."""

    name: str
    label: str
    meaning: str = ""
    share: bool = False
    higher_is_better: bool = True

    @property
    def column(self) -> str:
        """Name of its table column."""
        return self.label.replace("-", " ")

    @property
    def title(self) -> str:
        """Label at the beginning of a sentence."""
        return self.label if self.label[1:2].isupper() else self.label[:1].upper() + self.label[1:]

    def of_row_scores(self, score: S) -> S:
        """Return a mean row score, where higher is better, as a value of this metric."""
        return score if self.higher_is_better else cast("S", -score)

    def better(self, one: Estimate, other: Estimate) -> Estimate:
        """Return the better of two scores; the first if they are equal."""
        worse = one.value < other.value if self.higher_is_better else one.value > other.value
        return other if worse else one

    def format(self, value: float) -> str:
        """Format a value: in percent, or with three digits."""
        return percent(value) if self.share else f"{value:.3f}"

    def clause(self, value: float, texts: str = "test texts") -> str:
        """Return a predicate of a model that scores `value` on `texts`."""
        if self.name == ACCURACY:
            return f"gets {self.format(value)} of the {texts} right"
        measure = self.label
        return f"has a {measure} of {self.format(value)} on the {texts}"

    def format_range(self, score: Estimate, to: str = " to ") -> str:
        """Format a 95 % interval, its ends joined by `to`."""
        factor, digits, unit = (100, 1, " %") if self.share else (1, 3, "")
        return f"{factor * score.low:.{digits}f}{to}{factor * score.high:.{digits}f}{unit}"


METRICS = {
    metric.name: metric
    for metric in (
        Metric(LOSS, "loss", higher_is_better=False),
        Metric(MEAN_SCORE, "mean score", "mean over the targets of macro-F1 or Pearson's r"),
        Metric(ACCURACY, "accuracy", "share of correct predictions", share=True),
        Metric("token_accuracy", "token accuracy", "share of words with the right tag", share=True),
        Metric("entity_f1", "entity F1", "F1 of entities: right type, first and last word", share=True),
        Metric("entity_precision", "entity precision", "share of found entities that are right", share=True),
        Metric("entity_recall", "entity recall", "share of true entities that are found", share=True),
        Metric("pearson", "Pearson's r", "linear correlation of predicted and true numbers"),
        Metric("spearman", "Spearman's rho", "correlation of the ranks of predicted and true numbers"),
        Metric(
            "mae",
            "MAE",
            "mean distance of predicted and true numbers, in the units of the target",
            higher_is_better=False,
        ),
        Metric("r2", "R²", "share of the variance that the predictions explain; 0 for the mean"),
        Metric(MACRO_F1, "macro-F1", "unweighted mean of the F1 of the classes", share=True),
        Metric(ROW_F1, "F1 per text", "mean over texts of the F1 of their set of labels", share=True),
        Metric("micro_f1", "micro-F1", "F1 of all labels taken together", share=True),
        Metric(AVERAGE_PRECISION, "average precision", "area under the precision-recall curve", share=True),
        Metric("map", "mAP", "unweighted mean of the average precision of the labels", share=True),
        Metric("subset_accuracy", "subset accuracy", "share of rows with exactly their labels", share=True),
        Metric(
            "hamming", "Hamming loss", "share of wrong yes-or-no decisions on labels", share=True,
            higher_is_better=False,
        ),
    )
}  # fmt: skip
"""Metrics with a label or unit of their own; `metric_of` derives the others from their name."""


def metric_of(name: str) -> Metric:
    """Return the metric called `name`; higher is better unless `METRICS` says otherwise."""
    column, slash, own = name.rpartition(TARGET_SIGN)
    if slash:
        metric = metric_of(own)
        return replace(metric, name=name, label=f"{metric.label} of {column}")
    return METRICS.get(name) or Metric(name, name.replace("_", " "))


TARGET_SIGN = "/"
"""Sign between the column of a target and the name of its metric."""


def metric_of_target(column: str, name: str) -> str:
    """Return the name of a metric of one of several targets."""
    return f"{column}{TARGET_SIGN}{name}"


def metrics_of_target(column: str, scores: Mapping[str, S]) -> dict[str, S]:
    """Return the metrics of one target among those of several, by their own names."""
    start = metric_of_target(column, "")
    own = {name.removeprefix(start): score for name, score in scores.items() if name.startswith(start)}
    return {name: score for name, score in own.items() if TARGET_SIGN not in name}


class Scored:
    """Base of results with `scores` by name of the metric, the headline first."""

    scores: dict[str, Estimate]

    def __getitem__(self, name: str) -> Estimate:
        """Return the score called `name`."""
        return self.scores[name]

    @property
    def metric(self) -> Metric:
        """Metric of the headline."""
        return metric_of(next(iter(self.scores)))

    @property
    def headline(self) -> Estimate:
        """The first score."""
        return next(iter(self.scores.values()))

    @property
    def _overall(self) -> dict[str, Estimate]:
        """Scores of the whole model, without those of each of several targets."""
        return {name: score for name, score in self.scores.items() if TARGET_SIGN not in name}

    @property
    def share_columns(self) -> tuple[str, ...]:
        """Table columns of the scores that are fractions."""
        shares = (metric_of(name).column for name in self._overall if metric_of(name).share)
        return tuple(f"{column}{end}" for column in shares for end in ("", " low", " high"))

    def score_columns(self) -> dict[str, float]:
        """Return table columns of the scores and the ends of their intervals.

        Those of each of several targets are left out: a run of its own has them.
        """
        columns: dict[str, float] = {}
        for name, score in self._overall.items():
            columns |= score.columns(metric_of(name).column)
        return columns
