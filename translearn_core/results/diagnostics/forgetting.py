"""Catastrophic forgetting: earlier tasks, sentence similarity, masked-language modelling."""

from dataclasses import dataclass, field

import pandas as pd

from translearn_core.results.comparison import Difference
from translearn_core.results.interval_estimate import Estimate
from translearn_core.results.metric import metric_of

ORDER, MEANING, WORDS = "pairs keep their order", "order follows the meaning", "guessing covered words"
"""Names of the changes other than those of earlier tasks."""


@dataclass(frozen=True)
class TaskRetention:
    """Test score of an earlier run's task with this run's backbone; `metric` names it.

    `before` is the earlier run's own score, `with_old_head` that of its head on this run's backbone, None
    if it does not fit; `refit_head` is a new linear head on this run's frozen backbone, `pretrained` one on
    the pretrained backbone. `lost` is their difference of mean row scores, paired by row; below 0 for a loss.
    """

    run: str
    name: str
    n_test: int
    before: Estimate
    with_old_head: Estimate | None
    refit_head: Estimate
    pretrained: Estimate
    lost: Difference
    sentence: str
    metric: str = "accuracy"


@dataclass(frozen=True)
class SentenceSimilarity:
    """Spearman correlation of sentence similarities before and after training on fixed pairs.

    `by_meaning_before` and `by_meaning_after` are the rank correlations with the intended similarity of the
    pairs; `by_meaning_change` is after minus before, paired by pair. Intervals are over pairs.
    """

    pairs: int
    agreement: Estimate
    by_meaning_before: float
    by_meaning_after: float
    by_meaning_change: Estimate
    sentence: str


@dataclass(frozen=True)
class MaskedLmLoss:
    """Masked-language-model loss in nats before and after training, and the rise paired by text."""

    texts: int
    before: float
    after: float
    rise: Estimate
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
                {"task": task.name, "test rows": task.n_test, "then": task.before.value}
                | {"own head on this backbone": task.with_old_head and task.with_old_head.value}
                | task.refit_head.columns("head fitted anew", "")
                | {"on the pretrained backbone": task.pretrained.value}
                | task.lost.columns("change")
                for task in self.tasks
            ]
        )

    def changes(self) -> pd.DataFrame:
        """Return one row per change with its unit and interval; a negative change is a loss."""
        order = self.reference.agreement
        below_one = Estimate(order.value - 1, order.low - 1, order.high - 1)
        changes: list[tuple[str, str, Estimate]] = [
            (task.name, metric_of(task.metric).label, task.lost) for task in self.tasks
        ]
        changes.append((ORDER, "rank correlation", below_one))
        changes.append((MEANING, "rank correlation", self.reference.by_meaning_change))
        if self.masked is not None:  # a rising loss counts as negative
            changes.append((WORDS, "nats a word", -self.masked.rise))
        return pd.DataFrame(
            [{"what": what, "unit": unit} | change.columns("change", "") for what, unit, change in changes]
        )

    def most_changed(self, limit: int = 15) -> pd.DataFrame:
        """Return the reference pairs whose similarity changed most: `table` with `change`."""
        changed = self.table.assign(change=self.table["after"] - self.table["before"])
        order = changed["change"].abs().sort_values(ascending=False, kind="stable").index
        return changed.loc[order[:limit]].reset_index(drop=True)

    def sentences(self) -> tuple[str, ...]:
        """Return all findings as sentences."""
        masked = () if self.masked is None else (self.masked.sentence,)
        return (*(task.sentence for task in self.tasks), self.reference.sentence, *masked)
