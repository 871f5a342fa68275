"""What came out of a claim: of the person's own run, else of the outcome computed beforehand."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from translearn_core.claims.claim_file import CLAIMS
from translearn_core.claims.source_claim import SourceClaim
from translearn_core.errors import NotFoundError
from translearn_core.lessons import outcomes
from translearn_core.lessons.lesson_file import lesson
from translearn_core.prepared_experiments.experiment import BLOCKS
from translearn_core.prepared_experiments.judgement import Judgement, Verdict, judge_result
from translearn_core.prepared_experiments.outcomes import Outcome, OutcomeFile
from translearn_core.prepared_experiments.own_studies import OwnStudies
from translearn_core.runs import RunStore


@dataclass(frozen=True)
class ClaimFinding:
    """A claim with the result that judges it; without any, `judgement` and `result` are None.

    `outcome` is what was computed beforehand, and `own` says whether the result is the person's own.
    """

    claim: SourceClaim
    result: Any
    judgement: Judgement | None
    outcome: Outcome | None
    own: bool

    @property
    def verdict(self) -> Verdict:
        """Verdict on the claim."""
        return Verdict.NOT_RUN if self.judgement is None else self.judgement.verdict

    @property
    def origin(self) -> str:
        """Where the result comes from, in words."""
        if self.own:
            return "your own run"
        return "computed beforehand" if self.outcome is not None else "not run here"


def outcome_file(claim: SourceClaim, root: Path | None = None) -> OutcomeFile:
    """Return where the outcome of a claim's experiment lies, which may be that of a lesson."""
    if (part := claim.of_lesson) is not None:
        return outcomes.outcome_file(lesson(part.lesson), part.experiment, root)
    home = (root or CLAIMS.folder / "outcomes") / claim.id
    command = f"translearn claims compute {claim.id}"
    return OutcomeFile(claim.experiment, home, f"the claim {claim.id}", command)


def stored_outcome(claim: SourceClaim) -> Outcome | None:
    """Return the outcome computed beforehand, None if there is none of these settings."""
    try:
        return outcome_file(claim).load()
    except NotFoundError:
        return None


def own_studies(claim: SourceClaim, store: RunStore, owner: str, n_blocks: int = BLOCKS) -> OwnStudies:
    """Return an owner's studies of a claim's experiment."""
    return OwnStudies(store, owner, claim.experiment, n_blocks)


def finding(claim: SourceClaim, own: Any = None) -> ClaimFinding:
    """Return what came out of a claim: the `own` result of a person, else that computed beforehand."""
    outcome = stored_outcome(claim)
    result = own if own is not None or outcome is None else outcome.result
    judgement = None if result is None else judge_result(claim.test, result)
    return ClaimFinding(claim, result, judgement, outcome, own is not None)


def record(found: ClaimFinding) -> dict[str, Any]:
    """Return a finding as a row: claim, source, what was expected and what came out."""
    claim, judgement = found.claim, found.judgement
    measured = None if judgement is None else judgement.measured
    return {
        "claim": claim.id,
        "title": claim.title,
        "sentence": claim.test.paper,
        "source": f"arXiv:{claim.source}",
        "authors": claim.authors,
        "expected": claim.expected,
        "limit": claim.test.limit,
        "side": claim.test.side,
        "unit": str(claim.test.measure.unit),
        "measured": None if measured is None else measured.value,
        "low": None if measured is None else measured.low,
        "high": None if measured is None else measured.high,
        "verdict": str(found.verdict),
        "what came out": "" if judgement is None else judgement.sentence,
        "origin": found.origin,
    }


def frame(findings: list[ClaimFinding]) -> pd.DataFrame:
    """Return one row a claim."""
    return pd.DataFrame([record(one) for one in findings])
