"""What a training took away: earlier tasks, sentence similarity, guessing masked words."""

from dataclasses import dataclass, field

import pandas as pd

from translearn_core.results.comparison import Difference
from translearn_core.results.evaluation import Interval

ORDER, MEANING, WORDS = "pairs keep their order", "order follows the meaning", "guessing covered words"
"""What changes are called that are no earlier task's."""


@dataclass(frozen=True)
class TaskRetention:
    """An earlier run's test rows, scored with this run's backbone.

    `then` is that run's own test accuracy. `own_head` puts its head on this run's backbone as it is, None
    where it does not fit; `refitted` is a linear head fitted anew on this run's frozen backbone, and
    `untouched` one on the pretrained backbone: the zero line. `lost` is `refitted` minus `untouched`, paired
    by row.
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
    """Rank agreement (Spearman) of sentence similarities before and after training on fixed pairs.

    1: all pairs keep their order. `low` to `high` is its 95 % interval over pairs. `by_meaning_before` and
    `by_meaning_after` are the rank correlation of the similarity with how alike the pairs were written to be;
    `by_meaning_change` is the interval of after less before, paired by pair.
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
    """Loss in nats at guessing masked words, before and after, and their difference paired by text."""

    texts: int
    before: float
    after: float
    rise: Interval
    sentence: str


@dataclass(frozen=True)
class Forgetting:
    """What was lost, as far as it could be asked; `table` has one line per reference pair.

    Its columns: first, second, alike (how alike they were written to be, 0 to 4), before, after. `masked` is
    None where the backbone carries no prediction head.
    """

    tasks: tuple[TaskRetention, ...]
    reference: SentenceSimilarity
    masked: MaskedLmLoss | None
    table: pd.DataFrame = field(compare=False)

    def frame(self) -> pd.DataFrame:
        """One line per earlier task."""
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
        """One line per change with its interval, in units of its own; below 0 something was lost."""
        reference, masked = self.reference, self.masked
        kept = reference.interval
        lines = [
            (task.name, "accuracy", task.lost.estimate, task.lost.interval.low, task.lost.interval.high)
            for task in self.tasks
        ]
        lines += [
            (ORDER, "rank correlation", reference.agreement - 1, kept.low - 1, kept.high - 1),
            (
                MEANING,
                "rank correlation",
                reference.by_meaning_after - reference.by_meaning_before,
                reference.by_meaning_change.low,
                reference.by_meaning_change.high,
            ),
        ]
        if masked is not None:  # a loss that rises is something lost
            rise = masked.rise
            lines.append((WORDS, "nats a word", masked.before - masked.after, -rise.high, -rise.low))
        return pd.DataFrame(lines, columns=["what", "unit", "change", "low", "high"])

    def most_changed(self, limit: int = 15) -> pd.DataFrame:
        """Return the reference pairs whose similarity changed most: the columns of `table`, and `change`."""
        changed = self.table.assign(change=self.table["after"] - self.table["before"])
        order = changed["change"].abs().sort_values(ascending=False, kind="stable").index
        return changed.loc[order[:limit]].reset_index(drop=True)

    def sentences(self) -> tuple[str, ...]:
        """Everything found, a sentence each."""
        masked = () if self.masked is None else (self.masked.sentence,)
        return (*(task.sentence for task in self.tasks), self.reference.sentence, *masked)
