"""Quiz of a lesson: choices, each explained once one is taken."""

import streamlit as st

from pages._ui.lessons.lesson_list import learner, progress
from pages._ui.shell import errors, state
from pages._ui.shell.formatting import plain
from translearn_core.lessons.lesson import Lesson, Quiz
from translearn_core.runs import LessonAnswer


def show(lesson: Lesson, quiz: Quiz, answer: LessonAnswer | None) -> None:
    """Ask the question; when it is answered, show why each choice is right or wrong."""
    key = f"lesson.{lesson.id}.{quiz.id}.choice"
    state.init_widget(key, answer.value if answer is not None else None)
    st.radio(
        quiz.question, [choice.text for choice in quiz.choices], None, format_func=plain, key=key,
        on_change=_save, args=(lesson.id, quiz.id, key),
    )  # fmt: skip
    chosen = state.get_value(key)
    if chosen is None:
        st.caption("Choose one: each is explained then.")
        return
    for choice in quiz.choices:
        icon, colour = (":material/check_circle:", "green") if choice.right else (":material/cancel:", "red")
        mark = " (your choice)" if choice.text == chosen else ""
        st.markdown(f":{colour}[{icon}] **{plain(choice.text)}**{mark}  \n{plain(choice.why)}")


def _save(lesson: str, step: str, key: str) -> None:
    with errors.show_errors():
        progress().save(learner(), lesson, step, state.get_value(key))
