"""Outcome of a search: the model chosen on validation, and its scores on test."""

from dataclasses import dataclass

import pandas as pd

from translearn_core.results.comparison import Difference
from translearn_core.results.evaluation import Metrics
from translearn_core.results.format import count_noun
from translearn_core.results.interval_estimate import Estimate
from translearn_core.results.metric import Metric, metric_of


@dataclass(frozen=True)
class CandidateScore:
    """Candidate of a search on validation.

    `validation` is the mean row score over its `seeds`, `behind` its paired difference from the best
    candidate (0 for that one), whose intervals hold for all candidates at once. `seconds` is what one
    training takes, encoding included. `job` is its best run on validation.
    """

    name: str
    job: str
    seeds: int
    validation: Estimate
    behind: Estimate
    seconds: float

    @property
    def as_good(self) -> bool:
        """Whether it is not worse than the best by more than chance."""
        return not self.behind.high < 0


@dataclass(frozen=True)
class Selection:
    """Candidates of a search, the best on validation first, and what the winner scores on test.

    `cheapest` is the candidate with the shortest training among those `CandidateScore.as_good`; it may be
    the winner. `tests` has the metrics on test of the runs of both, `difference` the paired difference of
    their mean row scores on test, cheapest minus winner; None if they are the same.
    """

    metric: str
    candidates: tuple[CandidateScore, ...]
    cheapest: str
    tests: dict[str, Metrics]
    difference: Difference | None = None

    @property
    def winner(self) -> CandidateScore:
        """The best candidate on validation."""
        return self.candidates[0]

    @property
    def alternative(self) -> CandidateScore:
        """The cheapest candidate that is not worse by more than chance."""
        return next(one for one in self.candidates if one.name == self.cheapest)

    @property
    def name(self) -> Metric:
        """Metric of the scores."""
        return metric_of(self.metric)

    def frame(self) -> pd.DataFrame:
        """Return one row per candidate: seeds, validation score, difference from the best, seconds."""
        return pd.DataFrame(
            [
                {"candidate": one.name, "run": one.job, "seeds": one.seeds}
                | one.validation.columns(f"validation {self.name.label}")
                | one.behind.columns("difference")
                | {"seconds": one.seconds, "as good": one.as_good}
                for one in self.candidates
            ]
        )

    def sentences(self) -> tuple[str, ...]:
        """Name the winner with its scores, and the cheapest candidate beside it."""
        metric, winner, other = self.name, self.winner, self.alternative
        test = self.tests[winner.name]
        validation = f"{metric.label} {_score(metric, winner.validation)}"
        sentences = [
            f"{_capital(winner.name)} is best on validation, {validation}; on "
            f"{count_noun(test.n, 'test row')} it has {_score(metric, test.headline)}."
        ]
        if self.difference is None:
            cheaper = any(one.seconds < winner.seconds for one in self.candidates)
            sentences.append(
                "No cheaper candidate is as good: each is worse by more than chance."
                if cheaper
                else "No candidate is cheaper."
            )
        else:
            test = self.tests[other.name]
            sentences.append(
                f"{_capital(other.name)} is the cheapest that is not worse by more than chance: it trains in "
                f"{_seconds(other.seconds)} instead of {_seconds(winner.seconds)}, and has "
                f"{_score(metric, test.headline)} on test. There it {self.difference.describe(winner.name)}."
            )
        return tuple(sentences)


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


def _score(metric: Metric, estimate: Estimate) -> str:
    return f"{metric.format(estimate.value)} ({metric.format_range(estimate)})"


def _seconds(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds < 120 else f"{seconds / 60:,.0f} minutes"
