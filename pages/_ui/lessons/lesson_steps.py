"""A step of a lesson: its place, text and parts, and the way back and on."""

from collections.abc import Mapping

from pages._ui.lessons import guess_form, lesson_end, prepared_experiment, quiz, reveal
from pages._ui.lessons.lesson_list import learner, progress
from pages._ui.shell import navigation, st, state
from pages._ui.shell.formatting import plain
from translearn_core.lessons.lesson import AnyStep, Do, Guess, Lesson, Quiz, Reflect, Reveal
from translearn_core.runs import LessonAnswer

SHOWN = "lesson.shown_step"
"""Entry of the session that holds the step that was shown last."""
END = "end"
"""Step in the address of the screen after the last one."""


def show(lesson: Lesson) -> None:
    """Show the step in the page's address, or the one that the person was at."""
    owner = learner()
    answers = progress().answers(owner, lesson.id)
    locked = frozenset(step for step, answer in answers.items() if answer.locked is not None)
    open_steps = lesson.open_steps(locked)
    place = progress().place(owner, lesson.id)
    requested = st.query_params.get("step") or (place[0] if place else lesson.steps[0].id)
    step = lesson.step(requested)
    st.title(plain(lesson.title), anchor=False)
    if requested == END and place is not None and place[1]:
        lesson_end.show(lesson)
        return
    if step is None:
        step = open_steps[0]
    if step not in open_steps:
        _closed(lesson, step, open_steps[-1])
        return
    st.query_params["step"] = step.id
    progress().move(owner, lesson.id, step.id)
    number, total = lesson.steps.index(step) + 1, len(lesson.steps)
    st.progress(number / total, text=f"Lesson {lesson.number}, step {number} of {total}")
    _top(step.id)
    with st.container(width=900, key="lesson_step"):
        st.subheader(plain(step.title), anchor=False)
        if step.text:
            st.markdown(step.text)
        _part(lesson, step, answers)
        _ways(lesson, step, locked)


def _top(step: str) -> None:
    """Move a page that was scrolled down to the top of a new step."""
    if state.get_value(SHOWN) not in (None, step):
        st.html(
            f"<script>document.querySelector('[data-testid=stMain]').scrollTo(0, 0) // {step}</script>",
            unsafe_allow_javascript=True,
        )
    state.set_value(SHOWN, step)


def _closed(lesson: Lesson, step: AnyStep, guess: AnyStep) -> None:
    """Say that a step is closed until a guess is locked, and lead to the guess."""
    with st.container(border=True, key="closed_step"):
        st.markdown(
            f"**Guess first.** The guess of the earlier step “{plain(guess.title)}” is not locked yet."
            if isinstance(step, Guess)
            else "This step shows what came out. **Guess first**: then you can compare."
        )
        if st.button("To the guess", key="to_guess", type="primary", icon=":material/arrow_forward:"):
            go(lesson, guess.id)


def _part(lesson: Lesson, step: AnyStep, answers: Mapping[str, LessonAnswer]) -> None:
    if isinstance(step, Guess):
        guess_form.show(lesson, step, answers.get(step.id))
    elif isinstance(step, Do):
        prepared_experiment.show(lesson, step)
    elif isinstance(step, Reveal):
        reveal.show(lesson, step, answers)
    elif isinstance(step, Quiz):
        quiz.show(lesson, step, answers.get(step.id))
    elif isinstance(step, Reflect):
        _reflect(lesson, step, answers.get(step.id))


def _reflect(lesson: Lesson, step: Reflect, answer: LessonAnswer | None) -> None:
    key = f"lesson.{lesson.id}.{step.id}.text"
    state.init_widget(key, str(answer.value) if answer is not None else "")
    st.markdown(f"**{plain(step.question)}**")
    st.text_area(
        "Your notes, for yourself",
        key=key,
        max_chars=2000,
        on_change=_save_text,
        args=(lesson.id, step.id, key),
    )


def _save_text(lesson: str, step: str, key: str) -> None:
    progress().save(learner(), lesson, step, str(state.get_value(key)))


def _ways(lesson: Lesson, step: AnyStep, locked: frozenset[str]) -> None:
    """Draw the buttons back and on."""
    k = lesson.steps.index(step)
    waiting = isinstance(step, Guess) and step.id not in locked
    with st.container(horizontal=True, horizontal_alignment="distribute", key="lesson_ways"):
        if st.button("Back", key="lesson_back", icon=":material/arrow_back:", disabled=k == 0):
            go(lesson, lesson.steps[k - 1].id)
        if k + 1 == len(lesson.steps):
            if st.button("Finish", key="lesson_finish", type="primary", icon=":material/check:"):
                progress().move(learner(), lesson.id, step.id, done=True)
                go(lesson, END)
        elif not waiting and st.button(
            "Next", key="lesson_next", type="primary", icon=":material/arrow_forward:"
        ):
            go(lesson, lesson.steps[k + 1].id)


def go(lesson: Lesson, step: str) -> None:
    """Go to a step."""
    navigation.switch_to("lessons", lesson=lesson.id, step=step)
