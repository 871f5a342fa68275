"""Sheets of lessons: worksheets hold no answers, teacher's sheets all of them; outcomes follow measures."""

from html import unescape

import pytest

from translearn_core.lessons import outcomes
from translearn_core.lessons.lesson import Guess, Quiz, Reveal
from translearn_core.lessons.lesson_file import lesson, lesson_ids
from translearn_core.lessons.sheets import expected_rows, live_runs, sentence, teacher_sheet, worksheet
from translearn_core.prepared_experiments.judgement import judge_result
from translearn_core.prepared_experiments.measures import take


@pytest.mark.parametrize("id", lesson_ids())
def test_a_worksheet_asks_everything_and_answers_nothing(id: str) -> None:
    page, one = unescape(worksheet(lesson(id))), lesson(id)
    assert "<script" not in page
    for step in one.steps:
        assert step.title in page
        if isinstance(step, Quiz):
            assert not any(choice.why in page for choice in step.choices)
        if isinstance(step, Guess):
            assert step.question in page


@pytest.mark.parametrize("id", lesson_ids())
def test_the_sheets_say_how_long_a_live_run_takes(id: str) -> None:
    one = lesson(id)
    for name, run in live_runs(one).items():
        assert run.seconds == outcomes.load(one, name).about.seconds
        assert run.time in worksheet(one)
        assert run.time in teacher_sheet(one)
    assert set(live_runs(one)) == set(one.experiments)


@pytest.mark.parametrize("id", lesson_ids())
def test_a_teachers_sheet_has_what_was_computed_and_the_answers(id: str) -> None:
    page, one = unescape(teacher_sheet(lesson(id))), lesson(id)
    assert one.teacher.aim in page
    for step in one.steps:
        if isinstance(step, Guess):
            result = outcomes.load(one, step.experiment).result
            for row in expected_rows(take(step.measure, result), step.unit):
                assert all(cell in page for cell in row[1:])
        if isinstance(step, Reveal) and step.claim is not None:
            result = outcomes.load(one, one.guess(step.guesses[0]).experiment).result
            assert judge_result(step.claim, result).sentence in page
        if isinstance(step, Quiz):
            assert all(choice.why in page for choice in step.choices)


@pytest.mark.parametrize(
    ("text", "end", "expected"),
    [("a word", ".", "a word."), ("It is.", ".", "It is."), ("词", "。", "词。"), ("好吗？", "。", "好吗？")],
)
def test_an_answer_ends_as_a_sentence(text: str, end: str, expected: str) -> None:
    assert sentence(text, end) == expected
