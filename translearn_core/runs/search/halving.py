"""Successive halving with a time limit: which runs of a search come next.

Jamieson & Talwalkar 2016, arXiv:1502.07943. All candidates train for a first rung; the better half trains as
long again, and so on. The order, and what there is time for, follow from the results alone, so a search goes
on after any interruption as if there had been none.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from translearn_core.config.search import RUNG_EPOCHS, Candidate
from translearn_core.results import RunSummary, Workload
from translearn_core.runs.records import State
from translearn_core.runs.studies.label_efficiency import scaled_seconds

RESERVE = 0.15
"""Share of the time left for repeating the finalists with other seeds; more would cost rungs and accuracy."""

FINALISTS = 2
"""Number of candidates that are repeated with other seeds."""

OVERHEAD = 4.0
"""Seconds that a run takes besides passes of texts: reading, loading, writing."""

ROUNDS = 1.5
"""Cost of the first two rungs in that of the first: the better half trains as long again."""


@dataclass(frozen=True)
class Trial:
    """One job of a search: a run of a candidate at a rung, from 0, with a seed, from 0.

    Or, with `predicts_train`, the predictions of the training rows of that run, which are no run.
    """

    candidate: str
    rung: int
    repeat: int
    job: str
    predicts_train: bool = False


@dataclass(frozen=True)
class TrialResult:
    """A run of a search so far.

    `seconds` is the training time that the search spent on it, 0 for a run that existed before; `summary` is
    None until it has results.
    """

    trial: Trial
    state: State
    seconds: float = 0.0
    summary: RunSummary | None = None
    reason: str | None = None

    @property
    def score(self) -> tuple[float, float]:
        """Validation headline, higher is better, and for ties the negated loss; lowest without results."""
        if self.summary is None:
            return -float("inf"), -float("inf")
        metrics = self.summary.validation
        sign = 1.0 if metrics.metric.higher_is_better else -1.0
        return sign * metrics.headline.value, -metrics.loss


@dataclass(frozen=True)
class NextRun:
    """Run to submit: candidate, rung, seed, and the job of the rung before."""

    candidate: Candidate
    rung: int
    repeat: int
    previous: str | None = None


@dataclass(frozen=True)
class Decision:
    """What a search does next: submit runs, stop those that are live, or end."""

    submit: tuple[NextRun, ...] = ()
    stop: bool = False
    end: bool = False


@dataclass(frozen=True)
class Halving:
    """Rules of a search; `budget` is the training time in seconds, `repeats` the seeds of the finalists."""

    candidates: Sequence[Candidate]
    budget: float
    repeats: int
    task: Workload
    n_blocks: int
    names: dict[str, Candidate] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index the candidates by name."""
        object.__setattr__(self, "names", {one.name: one for one in self.candidates})

    def decide(self, results: Sequence[TrialResult]) -> Decision:
        """Return what comes next after `results`, in the order of submission."""
        left = self.budget - sum(result.seconds for result in results)
        live = any(result.state.live for result in results)
        results = [result for result in results if not result.trial.predicts_train]
        if left <= 0:
            return Decision(stop=live, end=not live)
        if live:
            return Decision()
        submitted = {result.trial.candidate for result in results}
        waiting = (one for one in self.candidates if one.fixed and one.name not in submitted)
        if fixed := tuple(NextRun(one, 0, 0) for one in waiting):
            return Decision(fixed)
        tuned = [r for r in results if not self.names[r.trial.candidate].fixed and not r.trial.repeat]
        rounds = self._first_rung(results, left) if not tuned else self._next_rung(tuned, left)
        following = rounds or self._repeats(results, left)
        return Decision(following, end=not following)

    def _first_rung(self, results: Sequence[TrialResult], left: float) -> tuple[NextRun, ...]:
        """Return the candidates that there is time for, with the rungs to come."""
        chosen: list[NextRun] = []
        spent = 0.0
        for candidate in self.candidates:
            if candidate.fixed:
                continue
            seconds = self.seconds(candidate, 0, results)
            rounds = ROUNDS if chosen else 1.0  # further rungs of a single candidate may be left out
            if seconds is not None and spent + rounds * seconds <= (1 - RESERVE) * left:
                spent += rounds * seconds
                chosen.append(NextRun(candidate, 0, 0))
        return tuple(chosen)

    def _next_rung(self, tuned: Sequence[TrialResult], left: float) -> tuple[NextRun, ...]:
        """Return the better half of the highest rung, as far as there is time."""
        rung = max(result.trial.rung for result in tuned)
        if rung + 1 == len(RUNG_EPOCHS):
            return ()
        here = [result for result in tuned if result.trial.rung == rung and result.state is State.DONE]
        best = sorted(here, key=lambda result: result.score, reverse=True)
        # A second rung gains more than another seed; later ones leave time for the seeds.
        reserved = RESERVE * self.budget + self.training_predictions_seconds(tuned) if rung else 0.0
        time, survivors = left - reserved, []
        for result in best[: -(-len(best) // 2)]:
            candidate = self.names[result.trial.candidate]
            seconds = self.seconds(candidate, rung + 1, tuned)
            if seconds is not None and seconds <= time and (len(best) > 1 or _gained(result, tuned)):
                time -= seconds
                survivors.append(NextRun(candidate, rung + 1, 0, result.trial.job))
        return tuple(survivors)

    def _repeats(self, results: Sequence[TrialResult], left: float) -> tuple[NextRun, ...]:
        """Return the next run that repeats a finalist with another seed, if all its rungs fit."""
        left -= self.training_predictions_seconds(results)
        for name in self.finalists(results):
            candidate = self.names[name]
            if candidate.fixed:  # no seed has a part in it
                continue
            done = (r.trial.rung for r in results if r.trial.candidate == name and r.state is State.DONE)
            top = max(done, default=-1)
            for repeat in range(1, self.repeats):
                chain = [r for r in results if r.trial.candidate == name and r.trial.repeat == repeat]
                if any(r.state is not State.DONE for r in chain) or len(chain) > top:
                    continue
                needed = [self.seconds(candidate, rung, results) for rung in range(len(chain), top + 1)]
                if sum(seconds or 0.0 for seconds in needed) <= left:
                    previous = chain[-1].trial.job if chain else None
                    return (NextRun(candidate, len(chain), repeat, previous),)
        return ()

    def finalists(self, results: Sequence[TrialResult]) -> list[str]:
        """Return the names of the candidates with the best validation scores, best first."""
        best: dict[str, tuple[float, float]] = {}
        for result in results:
            if result.summary is not None and not result.trial.repeat:
                name = result.trial.candidate
                best[name] = max(best.get(name, result.score), result.score)
        return sorted(best, key=lambda name: best[name], reverse=True)[:FINALISTS]

    def training_predictions_seconds(self, results: Sequence[TrialResult]) -> float:
        """Estimate the seconds that predicting the training rows of the best candidate takes in the end."""
        best = next((self.names[name] for name in self.finalists(results)), None)
        if best is None or best.fixed:
            return 0.0
        evaluation = [
            result.summary.seconds["evaluate"]
            for result in results
            if result.trial.candidate == best.name and result.summary is not None
        ]
        held_out = self.task.validation + self.task.test
        return OVERHEAD + evaluation[-1] * self.task.train / max(1, held_out)

    def seconds(self, candidate: Candidate, rung: int, results: Sequence[TrialResult]) -> float | None:
        """Estimate the seconds of a rung: from the same candidate's own runs, or from a linear probe.

        None if neither has ended.
        """
        epochs = RUNG_EPOCHS[rung]
        own = [r for r in results if r.trial.candidate == candidate.name and r.summary is not None]
        if own and (measured := own[0].summary) is not None:
            train = measured.seconds.get("train", 0.0)
            per_epoch = train / RUNG_EPOCHS[own[0].trial.rung]
            return measured.seconds["total"] - train + epochs * per_epoch
        for result in results:
            reference = self.names.get(result.trial.candidate)
            if reference is None or not reference.fixed or reference.config.backbone.is_tfidf:
                continue
            if (measured := result.summary) is not None and measured.reuse is not None:
                encoding = measured.seconds["encode"] + measured.reuse.saved_seconds
                config = candidate.at_rung(rung, 0, None)
                return OVERHEAD + scaled_seconds(encoding, reference.config, config, self.task, self.n_blocks)
        return None


def chains(results: Collection[TrialResult], candidate: str) -> list[list[TrialResult]]:
    """Return a candidate's runs that ended well, one list per seed in the order of the rungs."""
    by_seed: dict[int, list[TrialResult]] = {}
    for result in sorted(results, key=lambda one: (one.trial.repeat, one.trial.rung)):
        if result.trial.candidate == candidate and result.summary is not None:
            by_seed.setdefault(result.trial.repeat, []).append(result)
    longest = len(by_seed.get(0, ()))
    return [chain for chain in by_seed.values() if len(chain) == longest]


def _gained(result: TrialResult, tuned: Sequence[TrialResult]) -> bool:
    """Whether the last rung was better than the one before."""
    before = [
        r for r in tuned
        if r.trial.candidate == result.trial.candidate and r.trial.rung == result.trial.rung - 1
    ]  # fmt: skip
    return not before or result.score > before[0].score
