"""Sheets of lessons: worksheets hold no answers, teacher's sheets all of them; outcomes follow measures."""

from html import unescape

import pytest

from translearn_core.lessons import outcomes
from translearn_core.lessons.lesson import Guess, Quiz, Reveal
from translearn_core.lessons.lesson_file import lesson, lesson_ids
from translearn_core.lessons.sheets import expected_rows, teacher_sheet, worksheet
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
