"""A lesson from the list to its end by the keyboard alone; each step accessible in both themes."""

from collections.abc import Callable

import pytest

from tests.e2e.house import (
    Locator,
    Page,
    Server,
    Visitor,
    accessible,
    expect,
    fits,
    focus,
    keyed,
    settled,
    title,
)
from translearn_core.lessons.lesson import Guess, GuessKind, Quiz, Reflect
from translearn_core.lessons.lesson_file import lesson
from translearn_core.runs import LessonProgress

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

LESSON = lesson("luck")


def test_a_whole_lesson_by_the_keyboard_alone(server: Server, visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    tab = visitor.open("lessons")
    title(tab, "lessons")
    settled(tab)
    press(tab, f"open_lesson-{LESSON.id}")
    for number, step in enumerate(LESSON.steps, 1):
        expect(tab.get_by_role("heading", level=3)).to_have_text(step.title)
        settled(tab, bars=1)
        assert f"step {number} of {len(LESSON.steps)}" in tab.get_by_test_id("stMain").inner_text()
        assert tab.get_by_test_id("stMain").evaluate("part => part.scrollTop") == 0
        accessible(tab)
        fits(tab)
        if isinstance(step, Guess):
            answer(tab, step)
            press(tab, "lock_guess")
            continue
        if isinstance(step, Quiz):
            choose(tab)
            expect(tab.get_by_text("(your choice)")).to_be_visible()
        if isinstance(step, Reflect):
            write(tab, tab.get_by_role("textbox"), "Three seeds would have been better.")
        press(tab, "lesson_next" if number < len(LESSON.steps) else "lesson_finish")
    expect(tab.get_by_text(LESSON.learned)).to_be_visible()
    press(tab, "all_lessons")
    expect(keyed(tab, f"open_lesson-{LESSON.id}")).to_contain_text("Look again")
    answers = LessonProgress(server.store).answers(server.owner(visitor.context), LESSON.id)
    locked = {name for name, one in answers.items() if one.locked is not None}
    assert locked == {step.id for step in LESSON.steps if isinstance(step, Guess)}
    assert answers["yours"].value == "Three seeds would have been better."
    tab.emulate_media(color_scheme="dark")
    tab.set_viewport_size({"width": 400, "height": 900})
    for step in LESSON.steps:
        tab.goto(f"{server.url}/lessons?lesson={LESSON.id}&step={step.id}")
        expect(tab.get_by_role("heading", level=3)).to_have_text(step.title)
        settled(tab, bars=1)
        accessible(tab)
        fits(tab)


def press(tab: Page, key: str) -> None:
    """Press a button by the keyboard."""
    button = keyed(tab, key).get_by_role("button")
    expect(button).to_be_enabled()
    focus(tab, button)
    tab.keyboard.press("Enter")


def answer(tab: Page, guess: Guess) -> None:
    """Guess and give a reason."""
    if guess.of is GuessKind.NUMBER:
        write(tab, tab.get_by_role("spinbutton"), "12")
    else:
        choose(tab)
    write(tab, tab.get_by_label("Why?"), "Little data leaves much to chance.")


def write(tab: Page, field: Locator, text: str) -> None:
    """Type into a field, and leave it."""
    focus(tab, field)
    tab.keyboard.type(text)
    tab.keyboard.press("Tab")
    settled(tab, bars=1)


def choose(tab: Page) -> None:
    """Choose the first of several by the space bar."""
    focus(tab, tab.get_by_test_id("stMain").get_by_role("radiogroup"))
    tab.keyboard.press("Space")
    settled(tab, bars=1)
