"""Several targets of one training: their scores side by side, and what was forgotten of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from translearn_core.results.format import quote
from translearn_core.results.metric import Metric, metric_of, metric_of_target
from translearn_core.results.training.history import EpochPoint, History
from translearn_core.results.training.run_summary import RunSummary


@dataclass(frozen=True)
class TargetForgetting:
    """Validation score of a target when its own training ended, and when that of the last target did."""

    column: str
    metric: Metric
    own: float
    end: float

    @property
    def lost(self) -> float:
        """How much worse the score is at the end; negative if it is better."""
        return self.own - self.end if self.metric.higher_is_better else self.end - self.own

    def sentence(self) -> str:
        """Say what was forgotten."""
        size = f"{100 * abs(self.lost):.1f}" if self.metric.share else f"{abs(self.lost):.3f}"
        change = f"{size} points" if self.metric.share else size
        verdict = f"{change} forgotten" if self.lost > 0 else f"{change} gained"
        verdict = verdict if float(size) else "nothing forgotten"
        own, end = (self.metric.format(score) for score in (self.own, self.end))
        measure = self.metric.label
        return (
            f"{quote(self.column)}: {measure} on validation was {own} when its own training ended and {end} "
            f"at the end of the run: {verdict}."
        )


def forgetting(history: History, selections: Mapping[str, str]) -> tuple[TargetForgetting, ...]:
    """Return what was forgotten of every target but the last, of a run that trains one after the other.

    `selections` has the metric that selects the best epoch by the column of each target, in their order.
    """
    if not history.epochs:
        return ()
    last, forgotten = history.epochs[-1], []
    for stage, (column, name) in enumerate(list(selections.items())[:-1]):
        own: EpochPoint | None = next((e for e in reversed(history.epochs) if e.stage == stage), None)
        key = metric_of_target(column, name)
        if own is not None and last.stage > stage and key in own.validation:
            scores = own.validation[key], last.validation[key]
            forgotten.append(TargetForgetting(column, metric_of(name), *scores))
    return tuple(forgotten)


def forgetting_frame(forgotten: Sequence[TargetForgetting]) -> pd.DataFrame:
    """Return one row per target: metric, scores after its own training and at the end, what was lost."""
    rows = [(f.column, f.metric.label, f.own, f.end, f.lost) for f in forgotten]
    return pd.DataFrame(rows, columns=["target", "metric", "after its own training", "at the end", "lost"])


def targets_frame(
    summaries: Mapping[str, RunSummary], alone: Mapping[str, RunSummary] | None = None
) -> pd.DataFrame:
    """Return one row per target: its headline on test with the interval, on validation, and the baseline.

    `alone` are the runs that train a target alone, which add the column "test alone".
    """
    rows: list[dict[str, object]] = []
    for column, summary in summaries.items():
        test = summary.test
        rows.append(
            {
                "target": column,
                "metric": test.metric.label,
                **test.headline.columns("test"),
                **({"test alone": _headline(alone.get(column))} if alone else {}),
                "validation": summary.validation.headline.value,
                "constant baseline": summary.constant_baseline,
                "test rows": test.n,
            }
        )
    return pd.DataFrame(rows)


def _headline(summary: RunSummary | None) -> float:
    return float("nan") if summary is None else summary.test.headline.value


def target_histories(history: History, columns: Sequence[str]) -> dict[str, History]:
    """Return the epochs of each target by its column, without the steps, which are those of all."""
    return {
        column: History((), tuple(epoch.for_target(column) for epoch in history.epochs)) for column in columns
    }
