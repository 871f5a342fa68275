"""Guess of a lesson: a number, choice, order or drawn curve with a reason; kept as made, then locked."""

from typing import Any

from pages._ui.lessons.lesson_list import learner, progress
from pages._ui.shell import errors, navigation, page_header, st, state, tables
from pages._ui.shell.formatting import plain
from translearn_core.lessons.guess import missing_part, written
from translearn_core.lessons.lesson import Guess, GuessKind, Lesson
from translearn_core.plots import lesson_guess
from translearn_core.runs import LessonAnswer

LOCKED = "Your guess is locked. Further on it is drawn into what came out."


def show(lesson: Lesson, guess: Guess, answer: LessonAnswer | None) -> None:
    """Ask for a guess and a reason; the button locks them."""
    stored: dict[str, Any] = answer.value if answer is not None else {}
    key = f"lesson.{lesson.id}.{guess.id}"
    st.markdown(f"**{plain(guess.question)}**")
    if answer is not None and answer.locked is not None:
        _locked(guess, stored)
        return
    {
        GuessKind.NUMBER: _number,
        GuessKind.CHOICE: _choice,
        GuessKind.ORDER: _order,
        GuessKind.CURVE: _curve,
    }[guess.of](lesson, guess, stored.get("value"), key)
    state.init_widget(f"{key}.reason", stored.get("reason", ""))
    st.text_input(
        "Why? One sentence is enough.", key=f"{key}.reason", max_chars=300,
        on_change=_save, args=(lesson, guess, key),
    )  # fmt: skip
    st.caption("You see what came out when your guess is locked. It cannot be changed afterwards.")
    if st.button("Lock my guess", key="lock_guess", type="primary", icon=":material/lock:"):
        _lock(lesson, guess, key)


def _locked(guess: Guess, stored: dict[str, Any]) -> None:
    """Show a locked guess."""
    value = stored["value"]
    with st.container(border=True, key="locked_guess"):
        st.markdown(f"Your guess: **{plain(written(guess, value))}**")
        if stored["reason"]:
            st.markdown(f"Your reason: {plain(stored['reason'])}")
        if guess.of is GuessKind.CURVE:
            _line(guess, value)
        st.caption(f":material/lock: {LOCKED}")


def _number(lesson: Lesson, guess: Guess, value: Any, key: str) -> None:
    state.init_widget(f"{key}.value", value)
    unit = "" if guess.unit == "none" else f" in {guess.unit}"
    st.number_input(
        f"Your guess{unit}, from {guess.low:g} to {guess.high:g}", guess.low, guess.high, None, guess.step,
        key=f"{key}.value", on_change=_save, args=(lesson, guess, key), width=320,
        format="%.1f" if guess.step < 1 else "%.0f", placeholder="Type a number",
    )  # fmt: skip


def _choice(lesson: Lesson, guess: Guess, value: Any, key: str) -> None:
    state.init_widget(f"{key}.value", value)
    st.radio(
        "Your guess", guess.options, None, format_func=plain, key=f"{key}.value",
        on_change=_save, args=(lesson, guess, key),
    )  # fmt: skip


def _order(lesson: Lesson, guess: Guess, value: Any, key: str) -> None:
    state.init_widget(f"{key}.value", value or [])
    st.multiselect(
        "Choose them in your order, the highest first" if not guess.lowest else "The lowest first",
        guess.options, key=f"{key}.value", on_change=_save, args=(lesson, guess, key),
        placeholder="the first one",
    )  # fmt: skip


def _curve(lesson: Lesson, guess: Guess, value: Any, key: str) -> None:
    middle = (guess.low + guess.high) / 2
    columns = st.columns(min(4, len(guess.points)))
    for k, point in enumerate(guess.points):
        one = f"{key}.value.{k}"
        state.init_widget(one, float(value[k]) if value else middle)
        with columns[k % len(columns)]:
            st.slider(
                f"{guess.axis} {point}".strip(), guess.low, guess.high, middle, guess.step, key=one,
                on_change=_save, args=(lesson, guess, key), format="%g",
            )  # fmt: skip
    _line(guess, [float(state.get_value(f"{key}.value.{k}", middle)) for k in range(len(guess.points))])


def _line(guess: Guess, values: list[float]) -> None:
    """Draw the curve of a guess."""
    tables.chart(
        lesson_guess.drawn_curve(
            guess.points,
            values,
            (guess.low, guess.high),
            (guess.axis, guess.measure.title),
            page_header.dark(),
        ),
        key=f"drawn-{guess.id}",
        alt=f"Your line: {', '.join(f'{p} {v:g}' for p, v in zip(guess.points, values, strict=True))}",
    )


def _read(guess: Guess, key: str) -> dict[str, Any]:
    """Return the values of the widgets."""
    if guess.of is GuessKind.CURVE:
        value: Any = [state.get_value(f"{key}.value.{k}") for k in range(len(guess.points))]
    else:
        value = state.get_value(f"{key}.value")
    return {"value": value, "reason": str(state.get_value(f"{key}.reason") or "")}


def _save(lesson: Lesson, guess: Guess, key: str) -> None:
    with errors.show_errors():
        progress().save(learner(), lesson.id, guess.id, _read(guess, key))


def _lock(lesson: Lesson, guess: Guess, key: str) -> None:
    answer = _read(guess, key)
    if lacking := missing_part(guess, answer):
        errors.show_error(lacking)
        return
    progress().save(learner(), lesson.id, guess.id, answer, lock=True)
    following = lesson.steps[min(lesson.steps.index(guess) + 1, len(lesson.steps) - 1)]
    navigation.switch_to("lessons", lesson=lesson.id, step=following.id)
