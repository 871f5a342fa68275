"""Sentences of a comparison: direction, points, interval, verdict and names."""

import numpy as np
import pytest

from translearn_core.results import ArmScore, Comparison, Difference, Estimate
from translearn_core.results.comparison import NegativeTransfer
from translearn_core.results.evaluation import small_test_set_note

SPOT = Estimate(0.8, 0.7, 0.9)


def make_difference(estimate: float, low: float, high: float, seeds: int = 3) -> Difference:
    return Difference(estimate, low, high, seeds)


def cell(
    name: str, difference: Difference | None, negative_transfer: NegativeTransfer | None = None
) -> ArmScore:
    return ArmScore(
        name, 3, "over 3 seeds", {"accuracy": SPOT, "macro_f1": SPOT}, 9.0, 10, "head only", 6, 60,
        "a/b", difference, negative_transfer,
    )  # fmt: skip


def compared(difference: Difference | None, negative_transfer: NegativeTransfer | None = None) -> Comparison:
    return Comparison("full", 600, (cell("full", None), cell("gradual", difference, negative_transfer)))


def test_so_many_rows_as_are_said_tell_a_difference_in_four_of_five_tests():
    rng, rows = np.random.default_rng(1), 60
    gains = rng.choice([-1.0, 0.0, 1.0], p=[0.1, 0.75, 0.15], size=100_000)

    def interval(sample):
        half = 1.96 * sample.std(ddof=1) / np.sqrt(len(sample))
        return Difference(sample.mean(), sample.mean() - half, sample.mean() + half, 2)

    half = 1.96 * gains.std() / np.sqrt(rows)
    needed = Difference(0.05, 0.05 - half, 0.05 + half, 2).rows_needed(rows)
    told = np.mean([interval(rng.choice(gains, needed)).excludes_zero for _ in range(600)])
    assert 0.75 < told < 0.86
    assert interval(np.ones(10) + rng.normal(size=10) / 100).rows_needed(10) is None
    assert Difference(0.0, -0.1, 0.1, 2).rows_needed(60) is None
    assert f"about {needed:,} test rows" in Difference(0.05, 0.05 - half, 0.05 + half, 2).power_note(rows)


@pytest.mark.parametrize(
    ("difference", "facts"),
    [
        (
            make_difference(0.021, 0.004, 0.038),
            ("2.1 points better than full", "+0.4 to +3.8 points", "more than chance"),
        ),
        (
            make_difference(-0.02, -0.03, -0.01),
            ("2.0 points worse than full", "−3.0 to −1.0 points", "more than chance"),
        ),
        (
            make_difference(0.043, -0.041, 0.127),
            ("4.3 points better than full", "−4.1 to +12.7 points", "could be chance"),
        ),
        (
            make_difference(0.0, -0.01, 0.01),
            ("same as full", "−1.0 to +1.0 points", "could be chance"),
        ),
        (
            make_difference(-0.022, -0.968, 0.976, 2),
            ("2.2 points worse than full", "−96.8 to +97.6 points", "could be chance", "two seeds"),
        ),
        (
            make_difference(0.1, 0.05, 0.15, 1),
            ("10.0 points better than full", "+5.0 to +15.0 points", "more seeds"),
        ),
        (None, ("other rows than full", "cannot be compared")),
    ],
)
def test_a_difference_is_said_in_points(difference: Difference | None, facts: tuple[str, ...]) -> None:
    comparison = compared(difference)
    (sentence,) = comparison.sentences()
    assert sentence.startswith("gradual ")
    assert [fact for fact in facts if fact not in sentence] == []
    assert comparison.frame()["verdict"].tolist()[1] == sentence


def test_harm_follows_the_verdict_and_is_told_of_the_baseline_too() -> None:
    negative_transfer = NegativeTransfer("scratch", make_difference(-0.02, -0.03, -0.01))
    for fact in ("Negative transfer", "2.0 points below scratch", "−3.0 to −1.0 points"):
        assert fact in negative_transfer.sentence
    assert (
        compared(make_difference(0.1, 0.05, 0.15), negative_transfer)
        .sentences()[0]
        .endswith(f"more than chance. {negative_transfer.sentence}")
    )
    below = Comparison(
        "full", 600, (cell("full", None, negative_transfer), cell("gradual", make_difference(0.1, 0.0, 0.2)))
    )
    assert below.sentences()[0] == negative_transfer.sentence
    assert len(below.sentences()) == 2


def test_other_names_are_told_everywhere_and_change_no_number() -> None:
    comparison = compared(
        make_difference(0.021, 0.004, 0.038),
        NegativeTransfer("scratch", make_difference(-0.02, -0.03, -0.01)),
    )
    names = {
        "gradual": "Gradual unfreezing",
        "full": "Full fine-tuning",
        "scratch": "From scratch",
        "a/b": "B",
    }
    renamed = comparison.rename_arms(lambda name: names[name])
    (sentence,) = renamed.sentences()
    for fact in ("Gradual unfreezing", "2.1 points better than Full fine-tuning", "below From scratch"):
        assert fact in sentence
    assert renamed.baseline == renamed.arms[0].name == "Full fine-tuning"
    same = ["arm", "backbone", "verdict"]
    assert renamed.frame().drop(columns=same).equals(comparison.frame().drop(columns=same))
    assert comparison.frame()["arm"].tolist() == ["full", "gradual"], "as it was"


def test_few_test_rows_are_told_and_enough_are_not() -> None:
    note = small_test_set_note(45)
    assert "45 test rows" in note
    assert "2.2 points" in note
    assert "one word more or less" in small_test_set_note(45, noun="word")
    assert small_test_set_note(0) == small_test_set_note(200) == ""
