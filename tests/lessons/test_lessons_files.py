"""Lesson files: those that ship are whole, and a wrong one is refused by a sentence with the fix."""

from pathlib import Path

import pytest

from translearn_core.errors import DataError, NotFoundError
from translearn_core.lessons import outcomes
from translearn_core.lessons.lesson import Guess, GuessKind, Lesson, Reveal
from translearn_core.lessons.lesson_file import LESSONS, lesson, lesson_ids, read_lesson
from translearn_core.prepared_experiments import figures
from translearn_core.prepared_experiments.judgement import judge_result
from translearn_core.prepared_experiments.measures import take

TEXT = (LESSONS.folder / "luck.md").read_text(encoding="utf-8")


@pytest.fixture
def write(tmp_path: Path):
    def written(text: str) -> Path:
        path = tmp_path / "tried.md"
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.mark.parametrize("id", lesson_ids())
def test_a_lesson_that_ships_has_outcomes_that_answer_its_guesses_and_claims(id: str) -> None:
    one = lesson(id)
    assert outcomes.available(one)
    for step in one.steps:
        if isinstance(step, Guess):
            measured = take(step.measure, outcomes.load(one, step.experiment).result)
            wanted = {GuessKind.CURVE: step.points, GuessKind.NUMBER: ()}.get(step.of, step.options)
            assert set(wanted) <= set(measured), step.id
        if isinstance(step, Reveal):
            result = outcomes.load(one, one.guess(step.guesses[0]).experiment).result
            figure = figures.draw(result, step.figure)
            assert figure.data
            assert len(figures.table(result))
            if step.claim is not None:
                assert judge_result(step.claim, result).sentence


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("minutes: 15", "minutes: 40", "tried.md: minutes is 40: give a number less than or equal to 25."),
        ("    of: number\n", "    of: colour\n", "tried.md, step spread: of is 'colour'"),
        (
            "    guesses: [spread]",
            "    guesses: [nothing]",
            "reveals nothing, which is no earlier guess",
        ),
        ("## runs: Six", "## nine: Six", "step runs: it has no text: add a line '## runs: title'"),
        ("sample: tickets", "sample: nowhere", "sample is 'nowhere': give one of reviews"),
        ("recipes: [last-k, linear]", "recipes: [magic]", "tried.md"),
        ("        right: true\n", "", "exactly one choice is right"),
        ("---\nnumber", "number", "tried.md has no front part"),
        ("Six seeds say little", "word " * 120 + "Six seeds say little", "words, a screen at most 120"),
    ],
)
def test_a_wrong_file_is_refused_by_a_sentence(write, old: str, new: str, message: str) -> None:
    assert old in TEXT
    path = write(TEXT.replace(old, new))
    with pytest.raises(DataError) as refused:
        read_lesson(path)
    assert message in str(refused.value)
    assert "tried.md" in str(refused.value)


def test_what_is_shown_cannot_be_guessed_afterwards(write) -> None:
    guess = TEXT[TEXT.index("## which:") : TEXT.index("## runs:")]
    late = TEXT.replace(guess, "").replace("## apart:", f"{guess}## apart:")
    with pytest.raises(DataError, match=r"tried\.md: Step which guesses what an earlier step shows"):
        read_lesson(write(late))


def test_only_steps_up_to_the_first_unlocked_guess_are_open() -> None:
    luck: Lesson = lesson("luck")
    assert [step.id for step in luck.open_steps(frozenset())] == ["spread"]
    assert [step.id for step in luck.open_steps(frozenset({"which"}))] == ["spread"]
    assert luck.open_steps(frozenset({"spread", "which"})) == luck.steps


@pytest.mark.parametrize("id", ["nothing", "../lessons/luck", "LUCK", ""])
def test_an_unknown_lesson_is_not_found(id: str) -> None:
    with pytest.raises(NotFoundError, match="There is no lesson"):
        lesson(id)


def test_an_outcome_of_other_settings_is_refused(write) -> None:
    other = read_lesson(write(TEXT.replace("min_steps: 40", "min_steps: 41")))
    other = other.model_copy(update={"id": "luck"})
    assert not outcomes.available(other)
    with pytest.raises(
        NotFoundError, match="computed with other settings: run 'translearn lesson compute luck'"
    ):
        outcomes.load(other, "seeds")
