"""Judgement of claims: by the whole interval, with the rows that a distance needs where it is open."""

import math

import pytest

from translearn_core.prepared_experiments.claim import Claim
from translearn_core.prepared_experiments.judgement import Verdict, judge
from translearn_core.prepared_experiments.measure import Measure
from translearn_core.results import Estimate
from translearn_core.results.comparison import Z_POWER, rows_for
from translearn_core.results.interval_estimate import Z

REPRODUCED, OTHER, CHANCE = Verdict.REPRODUCED, Verdict.OTHER_DIRECTION, Verdict.COULD_BE_CHANCE


def a_claim(**limits: float) -> Claim:
    return Claim(paper="P", measure=Measure(kind="score", unit="points"), **limits)


@pytest.mark.parametrize(
    ("estimate", "limits", "verdict"),
    [
        (Estimate(3, 2, 4), {"above": 1}, REPRODUCED),
        (Estimate(3, 0.5, 4), {"above": 1}, CHANCE),
        (Estimate(0.5, 0.2, 0.9), {"above": 1}, OTHER),
        (Estimate(0.5, 0.2, 0.9), {"below": 1}, REPRODUCED),
        (Estimate(3, 2, 4), {"below": 1}, OTHER),
        (Estimate(math.inf, 180, math.inf), {"above": 120}, REPRODUCED),
    ],
)
def test_a_claim_is_judged_by_the_whole_interval(estimate: Estimate, limits: dict, verdict: Verdict) -> None:
    judgement = judge(a_claim(**limits), {"x": estimate})
    assert judgement.verdict is verdict
    assert judgement.reproduced is {REPRODUCED: True, OTHER: False, CHANCE: None}[verdict]


def test_an_open_claim_says_how_many_rows_it_needs() -> None:
    open_claim = judge(a_claim(above=1), {"x": Estimate(3, -1, 7)}, 100)
    needed = rows_for(2, 4, 100)
    assert needed is not None
    assert 4 * (needed / 100) ** -0.5 * (1 + Z_POWER / Z) == pytest.approx(2, rel=0.03)
    assert f"needs about {needed:,} test rows" in open_claim.sentence
    assert "here are 100." in open_claim.sentence
    for rows, estimate in ((None, Estimate(3, -1, 7)), (100, Estimate(1, -1, 7)), (100, Estimate(3, 2, 7))):
        assert "test rows" not in judge(a_claim(above=1), {"x": estimate}, rows).sentence
