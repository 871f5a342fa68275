"""Lessons in the browser: a guess is kept, locked once, and nothing is revealed before it."""

import pytest
from streamlit.testing.v1 import AppTest
from visits import ALICE, BOB, Open, page_text

from pages._ui.server.owner import owner_of
from translearn_core.lessons.lesson import Guess, Reveal
from translearn_core.lessons.lesson_file import lesson, lesson_ids
from translearn_core.runs import LessonProgress, open_store

LUCK = lesson("luck")
REVEALS = [(id, step.id) for id in lesson_ids() for step in lesson(id).steps if isinstance(step, Reveal)]


def lock_all(id: str, token: str = ALICE) -> None:
    """Lock a guess at every guess of a lesson."""
    for step in lesson(id).steps:
        if isinstance(step, Guess):
            value = {"number": step.low, "choice": step.options[:1], "order": list(step.options)}.get(step.of)
            if step.of == "choice":
                value = step.options[0]
            if step.of == "curve":
                value = [step.low] * len(step.points)
            answer = {"value": value, "reason": "so it is"}
            LessonProgress(open_store()).save(owner_of(token), id, step.id, answer, lock=True)


def figures(at: AppTest) -> int:
    return len(at.get("plotly_chart"))


@pytest.mark.parametrize(("id", "step"), REVEALS)
def test_a_reveal_without_a_locked_guess_is_impossible_also_by_address(
    visit: Open, id: str, step: str
) -> None:
    at = visit("lessons", lesson=id, step=step)
    assert not figures(at)
    assert "Guess first" in page_text(at)
    lock_all(id, BOB)  # somebody else's guesses open nothing
    assert not figures(visit("lessons", lesson=id, step=step))
    lock_all(id)
    at = visit("lessons", lesson=id, step=step)
    assert figures(at)
    assert "so it is" in page_text(at)


def test_a_guess_is_kept_before_it_is_locked_and_never_changes_after(visit: Open) -> None:
    at = visit("lessons", lesson="luck")
    at.number_input(key="lesson.luck.spread.value").set_value(7.0).run()
    again = visit("lessons", lesson="luck")
    assert again.number_input(key="lesson.luck.spread.value").value == 7.0
    again.button(key="lock_guess").click().run()
    assert "Say in a few words" in again.error[0].value.replace("\\", "")
    again.text_input(key="lesson.luck.spread.reason").set_value("few labels").run()
    again.button(key="lock_guess").click().run()
    assert again.query_params["step"] in ("which", ["which"])
    locked = visit("lessons", lesson="luck", step="spread")
    assert not locked.number_input
    assert any("Your guess: **" in one.value for one in locked.markdown)
    stored = LessonProgress(open_store()).answers(owner_of(ALICE), "luck")["spread"]
    assert stored.value == {"value": 7.0, "reason": "few labels"}
    assert stored.locked is not None


@pytest.mark.parametrize("id", lesson_ids())
def test_every_step_of_a_lesson_is_drawn(visit: Open, id: str) -> None:
    lock_all(id)
    for step in lesson(id).steps:
        at = visit("lessons", lesson=id, step=step.id)
        assert not at.error
        assert at.subheader[0].value.replace("\\", "") == step.title


def test_a_quiz_explains_every_choice_once_one_is_taken(visit: Open) -> None:
    lock_all("luck")
    at = visit("lessons", lesson="luck", step="believe")
    quiz = LUCK.step("believe")
    assert not any(choice.why in page_text(at) for choice in quiz.choices)
    at.radio(key="lesson.luck.believe.choice").set_value(quiz.choices[0].text).run()
    assert all(choice.why in page_text(at) for choice in quiz.choices)
    assert visit("lessons", lesson="luck", step="believe").radio[0].value == quiz.choices[0].text


def test_run_it_live_submits_the_runs_of_the_experiment(visit: Open) -> None:
    lock_all("luck")
    at = visit("lessons", lesson="luck", step="runs")
    assert "Hidden in this lesson" in page_text(at)
    at.button(key="run_live").click().run()
    runs = open_store().runs(owner_of(ALICE))
    assert len(runs) == 12
    assert {run.job.config.training.seed for run in runs} == set(range(6))
    assert "run_live" not in {button.key for button in at.button}


def test_a_finished_lesson_is_shown_as_such_and_a_started_one_goes_on(visit: Open) -> None:
    visit("lessons", lesson="luck")
    at = visit("lessons")
    assert at.button(key="open_lesson-luck").label == "Go on"
    lock_all("luck")
    at = visit("lessons", lesson="luck", step="yours")
    at.button(key="lesson_finish").click().run()
    assert LUCK.learned in page_text(at)
    at.button(key="next_lesson").click().run()
    assert at.query_params["lesson"] in ("home", ["home"])
    assert visit("lessons").button(key="open_lesson-luck").label == "Look again"


def test_a_guess_behind_an_unlocked_one_says_so_and_the_end_needs_a_finished_lesson(visit: Open) -> None:
    text = page_text(visit("lessons", lesson="luck", step="which"))
    assert "The guess of the earlier step" in text
    assert "shows what came out" not in text
    assert LUCK.learned not in page_text(visit("lessons", lesson="luck", step="end"))


def test_an_unknown_lesson_gets_a_sentence(visit: Open) -> None:
    assert "There is no lesson" in visit("lessons", lesson="nothing").error[0].value.replace("\\", "")
