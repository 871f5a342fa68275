"""What a comparison says of its cells: in points, with the interval explained, by whatever name they have."""

import pytest

from translearn_core.results import ArmScore, Comparison, Difference, Interval
from translearn_core.results.comparison import NegativeTransfer
from translearn_core.results.evaluation import small_test_set_note

SPOT = Interval(0.7, 0.9)


def apart(estimate: float, low: float, high: float, seeds: int = 3) -> Difference:
    return Difference(estimate, Interval(low, high), seeds)


def cell(name: str, difference: Difference | None, harm: NegativeTransfer | None = None) -> ArmScore:
    return ArmScore(
        name, 3, "over 3 seeds", 0.8, SPOT, 0.8, SPOT, 9.0, 10, "head only", 6, 60, "a/b", difference, harm
    )  # fmt: skip


def compared(difference: Difference | None, harm: NegativeTransfer | None = None) -> Comparison:
    return Comparison("full", 600, (cell("full", None), cell("gradual", difference, harm)))


@pytest.mark.parametrize(
    ("difference", "sentence"),
    [
        (
            apart(0.021, 0.004, 0.038),
            "gradual is 2.1 points better than full (95 %: 0.4 to 3.8 points): more than chance.",
        ),
        (
            apart(-0.02, -0.03, -0.01),
            "gradual is 2.0 points worse than full (95 %: 1.0 to 3.0 points): more than chance.",
        ),
        (
            apart(0.043, -0.041, 0.127),
            "gradual is 4.3 points better than full (95 %: −4.1 to 12.7 points): could be chance.",
        ),
        (
            apart(0.0, -0.01, 0.01),
            "gradual scores the same as full (95 %: −1.0 to 1.0 points): could be chance.",
        ),
        (
            apart(-0.022, -0.968, 0.976, 2),
            "gradual is 2.2 points worse than full (95 %: −97.6 to 96.8 points): could be chance, and two "
            "seeds tell little.",
        ),
        (
            apart(0.1, 0.05, 0.15, 1),
            "gradual is 10.0 points better than full (95 %: 5.0 to 15.0 points): needs more seeds.",
        ),
        (None, "gradual was tested on other rows than full, so the two cannot be compared."),
    ],
)
def test_a_difference_is_said_in_points(difference: Difference | None, sentence: str) -> None:
    found = compared(difference)
    assert found.sentences() == (sentence,)
    assert found.frame()["verdict"].tolist() == ["The baseline.", sentence]


def test_harm_follows_the_verdict_and_is_told_of_the_baseline_too() -> None:
    harm = NegativeTransfer("scratch", apart(-0.02, -0.03, -0.01))
    said = "Negative transfer: 2.0 points below scratch (95 %: 1.0 to 3.0 points)."
    assert compared(apart(0.1, 0.05, 0.15), harm).sentences()[0].endswith(f"more than chance. {said}")
    below = Comparison("full", 600, (cell("full", None, harm), cell("gradual", apart(0.1, 0.0, 0.2))))
    assert below.sentences()[0] == said
    assert len(below.sentences()) == 2


def test_other_names_are_told_everywhere_and_change_no_number() -> None:
    found = compared(apart(0.021, 0.004, 0.038), NegativeTransfer("scratch", apart(-0.02, -0.03, -0.01)))
    names = {
        "gradual": "Gradual unfreezing",
        "full": "Full fine-tuning",
        "scratch": "From scratch",
        "a/b": "B",
    }
    told = found.called(lambda name: names[name])
    (sentence,) = told.sentences()
    assert sentence.startswith("Gradual unfreezing is 2.1 points better than Full fine-tuning (")
    assert "below From scratch (" in sentence
    assert told.baseline == told.cells[0].name == "Full fine-tuning"
    same = ["cell", "backbone", "verdict"]
    assert told.frame().drop(columns=same).equals(found.frame().drop(columns=same))
    assert found.frame()["cell"].tolist() == ["full", "gradual"], "as it was"


def test_few_test_rows_are_told_and_enough_are_not() -> None:
    assert small_test_set_note(45).startswith("Only 45 test rows: one text more or less is worth 2.2 points")
    assert small_test_set_note(0) == small_test_set_note(200) == ""
