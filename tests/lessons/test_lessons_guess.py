"""Guesses and claims: what may be locked, and the sentence beside what was measured."""

import math

import pytest

from translearn_core.lessons.guess import compare, missing_part
from translearn_core.lessons.lesson import Guess
from translearn_core.prepared_experiments.measures import deviation
from translearn_core.results import Estimate


def a_guess(of: str, **fields) -> Guess:
    unit = fields.pop("unit", "percent")
    values = {"id": "a", "title": "T", "question": "Q", "experiment": "e", "of": of, **fields}
    return Guess.model_validate({**values, "measure": {"kind": "score", "unit": unit}})


NUMBER = a_guess("number", unit="points", high=40)
CHOICE = a_guess("choice", options=("a", "b"))
ORDER = a_guess("order", options=("a", "b", "c"))
CURVE = a_guess("curve", points=("8", "16"))
WHY = {"reason": "because"}


@pytest.mark.parametrize(
    ("guess", "value"),
    [(NUMBER, 0), (NUMBER, 3.5), (CHOICE, "b"), (ORDER, ["c", "a", "b"]), (CURVE, [50, 60.5])],
)
def test_a_whole_guess_can_be_locked(guess: Guess, value: object) -> None:
    assert missing_part(guess, {"value": value, **WHY}) == ""


NUMBER_MISSING = "Give your guess: a number from 0 to 40."
ORDER_MISSING = "Put all of them in your order, each once."
LINE_MISSING = "Draw your line: at each point a number from 0 to 100."
REASON_MISSING = "Say in a few words why you think so."


@pytest.mark.parametrize(
    ("guess", "answer", "sentence"),
    [
        (NUMBER, {"value": None, **WHY}, NUMBER_MISSING),
        (NUMBER, {"value": 41, **WHY}, NUMBER_MISSING),
        (NUMBER, {"value": math.nan, **WHY}, NUMBER_MISSING),
        (NUMBER, {"value": True, **WHY}, NUMBER_MISSING),
        (NUMBER, {"value": 4, "reason": "  "}, REASON_MISSING),
        (NUMBER, {"value": 4}, REASON_MISSING),
        (CHOICE, {"value": "c", **WHY}, "Choose one of the answers."),
        (CHOICE, {"value": None, **WHY}, "Choose one of the answers."),
        (ORDER, {"value": ["a", "b"], **WHY}, ORDER_MISSING),
        (ORDER, {"value": [], **WHY}, ORDER_MISSING),
        (CURVE, {"value": [50], **WHY}, LINE_MISSING),
        (CURVE, {"value": [50, 101], **WHY}, LINE_MISSING),
        (CURVE, {"value": [50, None], **WHY}, LINE_MISSING),
    ],
)
def test_what_a_guess_lacks_is_said_in_a_sentence(guess: Guess, answer: dict, sentence: str) -> None:
    assert missing_part(guess, answer) == sentence


def test_a_number_is_compared_in_its_unit() -> None:
    assert compare(NUMBER, 4, {"x": Estimate(6.5, 5, 8)}) == (
        "You guessed 4.0 points. It came out as 6.5 points: you were 2.5 points below."
    )
    assert "never reached, with up to 180.0 points" in compare(
        NUMBER, 4, {"x": Estimate(math.inf, 180, math.inf)}
    )


def test_a_choice_between_overlapping_intervals_is_not_settled() -> None:
    close = {"a": Estimate(5, 3, 7), "b": Estimate(4, 2, 6)}
    assert "does not settle it" in compare(CHOICE, "a", close)
    apart = {"a": Estimate(5, 4, 6), "b": Estimate(2, 1, 3)}
    assert compare(CHOICE, "a", apart) == "You chose “a”, and so it came out."
    assert compare(CHOICE, "b", apart) == "You chose “b”. It came out as “a”."
    unknown = {"a": Estimate(5, math.nan, math.nan), "b": Estimate(2, math.nan, math.nan)}
    assert compare(CHOICE, "a", unknown) == "You chose “a”, and so it came out."


def test_an_order_counts_pairs_and_a_curve_gaps() -> None:
    measured = {name: Estimate(value, value, value) for name, value in (("a", 1.0), ("b", 3.0), ("c", 2.0))}
    assert compare(ORDER, ["b", "a", "c"], measured) == (
        "Your order: b, a, c. Of 3 pairs you put 2 in the order that came out: b, c, a."
    )
    line = {"8": Estimate(60, 50, 70), "16": Estimate(80, 70, 90)}
    assert compare(CURVE, [50, 82], line) == (
        "Your line lies 6.0 points from the measured one, “Q”, on average, and furthest away at 8: "
        "10.0 points."
    )


def test_the_interval_of_a_deviation_is_that_of_chi_squared() -> None:
    scipy = pytest.importorskip("scipy.stats")
    values = [0.6, 0.65, 0.7, 0.72, 0.61, 0.68]
    found, n = deviation(values), len(values) - 1
    assert found.low == pytest.approx(found.value * (n / scipy.chi2.ppf(0.975, n)) ** 0.5, rel=0.03)
    assert found.high == pytest.approx(found.value * (n / scipy.chi2.ppf(0.025, n)) ** 0.5, rel=0.03)
    assert math.isnan(deviation([0.5]).value)
