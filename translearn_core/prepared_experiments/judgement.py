"""Judgement of a claim by the interval of what was measured."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from translearn_core.errors import ConfigError
from translearn_core.prepared_experiments.claim import Claim
from translearn_core.prepared_experiments.measure import Measured, Unit
from translearn_core.prepared_experiments.measures import rows_behind, take
from translearn_core.results import Estimate
from translearn_core.results.comparison import rows_for


class Verdict(StrEnum):
    """What an experiment says of a claim."""

    REPRODUCED = "reproduced"
    OTHER_DIRECTION = "other direction"
    COULD_BE_CHANCE = "could be chance"
    NOT_RUN = "not run here"


@dataclass(frozen=True)
class Judgement:
    """Verdict on a claim, the number measured, and both in words."""

    verdict: Verdict
    label: str
    measured: Estimate
    sentence: str

    @property
    def reproduced(self) -> bool | None:
        """Whether the claim came out; None where it could be chance."""
        return None if self.verdict is Verdict.COULD_BE_CHANCE else self.verdict is Verdict.REPRODUCED


def judge(claim: Claim, measured: Measured, rows: int | None = None) -> Judgement:
    """Compare a claim with what was measured.

    It is reproduced if the whole interval lies on the claimed side of the limit, came out in the other
    direction if it lies on the other, and could be chance if the interval includes the limit.

    Parameters
    ----------
    claim : Claim
    measured : mapping of label to estimate, in the measure's unit
    rows : int, optional
        Test rows that the interval comes from; then the rows that the distance from the limit needs are
        said where it could be chance.

    Raises
    ------
    ConfigError
        If the claim's label was not measured.
    """
    name = next(iter(measured)) if claim.label is None else claim.label
    if name not in measured:
        raise ConfigError("claim.label", name, f"one of {', '.join(measured)}")
    one, unit = measured[name], claim.measure.unit
    low, high = (one.low, one.high) if one.low == one.low else (one.value, one.value)
    near, far = (low, high) if claim.above is not None else (high, low)
    limit = unit.text(claim.limit)
    found = f"{name}: {unit.text(one.value)} (95 %: {_end(unit, low)} to {_end(unit, high)})"
    if math.isinf(one.value):
        found = f"{name}: more than {unit.text(low)}"
    if claim.on_side(near):
        verdict = Verdict.REPRODUCED
        sentence = f"It came out here too. {found}, {claim.side} {limit}."
    elif not claim.on_side(far):
        verdict = Verdict.OTHER_DIRECTION
        sentence = f"It did not come out here. {found}, not {claim.side} {limit}."
    else:
        verdict = Verdict.COULD_BE_CHANCE
        sentence = (
            f"This experiment leaves it open. {found}: the interval includes {limit}, so that it could be "
            "either."
        )
        sentence = f"{sentence} {rows_note(one, claim.limit, unit, rows)}".rstrip()
    return Judgement(verdict, name, one, sentence)


MOST_ROWS = 1_000_000
"""More test rows than so many are no advice."""


def rows_note(one: Estimate, limit: float, unit: Unit, rows: int | None) -> str:
    """Say how many test rows a distance from the limit would need; "" where that is not known or too many."""
    needed = None if rows is None else rows_for(one.value - limit, (one.high - one.low) / 2, rows)
    if needed is None or needed > MOST_ROWS:
        return ""
    return (
        f"A distance of {unit.gap(abs(one.value - limit))} needs about {needed:,} test rows to be told from "
        f"chance four times in five; here are {rows:,}."
    )


def _end(unit: Unit, value: float) -> str:
    return "no end" if math.isinf(value) else unit.text(value)


def judge_result(claim: Claim, result: Any) -> Judgement:
    """Judge a claim by the result of its experiment."""
    return judge(claim, take(claim.measure, result), rows_behind(claim.measure, result))
