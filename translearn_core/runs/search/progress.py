"""Progress of a search: its candidates with what they have reached and cost so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from translearn_core.results import Selection
from translearn_core.results.format import count_noun
from translearn_core.runs.records import State
from translearn_core.runs.search.halving import TrialResult
from translearn_core.runs.search.records import Search

WAITING = "waiting"
"""State of a candidate that may still be tried."""

NOT_TRIED = "no time"
"""State of a candidate for which there was no time."""

DROPPED = "dropped"
"""State of a candidate that did not reach the next rung."""


@dataclass(frozen=True)
class CandidateProgress:
    """Candidate so far: its best first-seed run, rungs, seeds, training seconds and state."""

    name: str
    state: str
    rungs: int
    seeds: int
    seconds: float
    best: TrialResult | None
    reason: str | None

    def row(self) -> dict[str, Any]:
        """Return the row of a table."""
        score = self.best.summary.validation.headline if self.best and self.best.summary else None
        values = (score.value, score.low, score.high) if score else (None, None, None)
        names = ("validation", "validation low", "validation high")
        return {
            "candidate": self.name,
            "state": self.state,
            "rungs": self.rungs or None,
            "seeds": self.seeds or None,
            **dict(zip(names, values, strict=True)),
            "seconds": round(self.seconds, 1) if self.state not in (NOT_TRIED, WAITING) else None,
            "run": self.best.trial.job if self.best else None,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class SearchProgress:
    """Candidates of a search in the order of the search, and the training seconds spent."""

    candidates: tuple[CandidateProgress, ...]
    seconds: float
    budget: float
    running: str | None

    def frame(self, selection: Selection | None = None) -> pd.DataFrame:
        """Return one row per candidate, the best on validation first; `selection` adds its comparison."""
        table = pd.DataFrame([candidate.row() for candidate in self.candidates])
        table = table.sort_values("validation", ascending=False, na_position="last", kind="stable")
        if selection is not None:
            chosen = selection.frame().set_index("candidate")
            for column in ("difference", "difference low", "difference high", "as good"):
                table[column] = table["candidate"].map(chosen[column])
        return table.reset_index(drop=True)

    def summary(self) -> str:
        """Describe the progress in words."""
        tried = sum(candidate.best is not None for candidate in self.candidates)
        text = f"{count_noun(tried, 'candidate')} tried, {_minutes(self.seconds)} of {_minutes(self.budget)}"
        return f"{text}, now {self.running}" if self.running else text


def search_progress(search: Search, results: Sequence[TrialResult]) -> SearchProgress:
    """Return the progress of a search with the jobs `results`."""
    ended = search.state is not State.RUNNING
    runs = [result for result in results if not result.trial.predicts_train]
    top = max((r.trial.rung for r in runs if not r.trial.repeat), default=0)
    listed = []
    for candidate in search.candidates:
        own = [result for result in runs if result.trial.candidate == candidate.name]
        first_seed = [r for r in own if not r.trial.repeat and r.summary is not None]
        listed.append(
            CandidateProgress(
                name=candidate.name,
                state=_state(own, fixed=candidate.fixed, top=top, ended=ended),
                rungs=max((r.trial.rung + 1 for r in own if r.summary is not None), default=0),
                seeds=len({r.trial.repeat for r in own if r.summary is not None}),
                seconds=sum(r.seconds for r in results if r.trial.candidate == candidate.name),
                best=max(first_seed, key=lambda result: result.score, default=None),
                reason=next((r.reason for r in own if r.state is State.FAILED), None),
            )
        )
    running = next((r.trial.candidate for r in results if r.state is State.RUNNING), None)
    return SearchProgress(tuple(listed), sum(r.seconds for r in results), search.budget, running)


def _state(own: Sequence[TrialResult], *, fixed: bool, top: int, ended: bool) -> str:
    """Return the state of a candidate from its runs; `top` is the highest rung that any has reached."""
    if not own:
        return NOT_TRIED if ended else WAITING
    for state in (State.RUNNING, State.QUEUED, State.INTERRUPTED, State.FAILED):
        if any(result.state is state for result in own):
            return str(state)
    repeated = any(result.trial.repeat for result in own)
    if not fixed and not repeated and max(result.trial.rung for result in own) < top:
        return DROPPED
    return "stopped" if own[-1].state is State.STOPPED else "done"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f} min"
