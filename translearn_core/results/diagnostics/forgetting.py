"""Catastrophic forgetting: earlier tasks, sentence similarity, masked-language modelling."""

from dataclasses import dataclass, field

import pandas as pd

from translearn_core.results.comparison import Difference
from translearn_core.results.evaluation import Interval

ORDER, MEANING, WORDS = "pairs keep their order", "order follows the meaning", "guessing covered words"
"""Names of the changes other than those of earlier tasks."""


@dataclass(frozen=True)
class TaskRetention:
    """Test accuracy of an earlier run's task with this run's backbone.

    `before` is the earlier run's own accuracy, `with_old_head` that of its head on this run's backbone, None
    if it does not fit; `refit_head` is a new linear head on this run's frozen backbone, `pretrained` one on
    the pretrained backbone. `lost` is `refit_head` minus `pretrained`, paired by row.
    """

    run: str
    name: str
    n_test: int
    before: float
    then_interval: Interval
    with_old_head: float | None
    own_head_interval: Interval | None
    refit_head: float
    refitted_interval: Interval
    pretrained: float
    untouched_interval: Interval
    lost: Difference
    sentence: str


@dataclass(frozen=True)
class SentenceSimilarity:
    """Spearman correlation of sentence similarities before and after training on fixed pairs.

    `interval` is the 95 % interval of `agreement` over pairs. `by_meaning_before` and `by_meaning_after` are
    the rank correlations with the intended similarity of the pairs; `by_meaning_change` is the interval of
    after minus before, paired by pair.
    """

    pairs: int
    agreement: float
    interval: Interval
    by_meaning_before: float
    by_meaning_after: float
    by_meaning_change: Interval
    sentence: str


@dataclass(frozen=True)
class MaskedLmLoss:
    """Masked-language-model loss in nats before and after training, and the rise paired by text."""

    texts: int
    before: float
    after: float
    rise: Interval
    sentence: str


@dataclass(frozen=True)
class Forgetting:
    """Forgetting on earlier tasks, sentence similarity and masked words.

    `table` has one row per reference pair: first, second, alike (intended similarity, 0 to 4), before,
    after. `masked` is None if the backbone has no prediction head.
    """

    tasks: tuple[TaskRetention, ...]
    reference: SentenceSimilarity
    masked: MaskedLmLoss | None
    table: pd.DataFrame = field(compare=False)

    def frame(self) -> pd.DataFrame:
        """Return one row per earlier task."""
        return pd.DataFrame(
            [
                {
                    "task": task.name,
                    "test rows": task.n_test,
                    "then": task.before,
                    "own head on this backbone": task.with_old_head,
                    "head fitted anew": task.refit_head,
                    "low": task.refitted_interval.low,
                    "high": task.refitted_interval.high,
                    "on the pretrained backbone": task.pretrained,
                    "change": task.lost.estimate,
                    "change low": task.lost.interval.low,
                    "change high": task.lost.interval.high,
                }
                for task in self.tasks
            ]
        )

    def changes(self) -> pd.DataFrame:
        """Return one row per change with its unit and interval; a negative change is a loss."""
        reference, masked = self.reference, self.masked
        interval = reference.interval
        rows = [
            (task.name, "accuracy", task.lost.estimate, task.lost.interval.low, task.lost.interval.high)
            for task in self.tasks
        ]
        rows += [
            (ORDER, "rank correlation", reference.agreement - 1, interval.low - 1, interval.high - 1),
            (
                MEANING,
                "rank correlation",
                reference.by_meaning_after - reference.by_meaning_before,
                reference.by_meaning_change.low,
                reference.by_meaning_change.high,
            ),
        ]
        if masked is not None:  # a rising loss counts as negative
            rise = masked.rise
            rows.append((WORDS, "nats a word", masked.before - masked.after, -rise.high, -rise.low))
        return pd.DataFrame(rows, columns=["what", "unit", "change", "low", "high"])

    def most_changed(self, limit: int = 15) -> pd.DataFrame:
        """Return the reference pairs whose similarity changed most: `table` with `change`."""
        changed = self.table.assign(change=self.table["after"] - self.table["before"])
        order = changed["change"].abs().sort_values(ascending=False, kind="stable").index
        return changed.loc[order[:limit]].reset_index(drop=True)

    def sentences(self) -> tuple[str, ...]:
        """Return all findings as sentences."""
        masked = () if self.masked is None else (self.masked.sentence,)
        return (*(task.sentence for task in self.tasks), self.reference.sentence, *masked)
