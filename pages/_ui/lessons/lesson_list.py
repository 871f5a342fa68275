"""List of lessons with what each needs and how far one is."""

from collections.abc import Callable
from functools import partial

from pages._ui.rooms import current
from pages._ui.shell import errors, language, navigation, st, state
from pages._ui.shell.formatting import plain
from translearn_core.errors import NotFoundError
from translearn_core.lessons import outcomes, sheets
from translearn_core.lessons.lesson import Lesson
from translearn_core.lessons.lesson_file import lesson, lesson_ids
from translearn_core.runs import LessonProgress
from translearn_core.translation import Language


def progress() -> LessonProgress:
    """Return the answers and places of the store."""
    return LessonProgress(state.store())


def learner() -> str:
    """Return the owner of this browser's answers: in a class they are apart from those given outside it."""
    seat = current.seat()
    return state.owner() if seat is None else seat.learner


def linked() -> Lesson | None:
    """Return the lesson in the page's address; end the page if there is no such lesson."""
    requested = st.query_params.get("lesson")
    if requested is None:
        return None
    try:
        found = lesson(requested)
        for name in found.experiments:
            outcomes.load(found, name)
        return found
    except NotFoundError as problem:
        errors.show_error(problem)
        navigation.link("lessons", "All lessons")
        navigation.stop_page()


def show() -> None:
    """Show the lessons as cards."""
    with st.grid(2, min_column_width=320):
        for one in map(lesson, lesson_ids()):
            if outcomes.available(one):
                with st.container(border=True, height="stretch", key=f"lesson-{one.id}"):
                    _card(one)


def _card(one: Lesson) -> None:
    place = progress().place(learner(), one.id)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{one.number}. {plain(one.title)}**", width="stretch")
        st.badge(f"{one.minutes} min", icon=":material/schedule:", color="gray")
    st.markdown(plain(one.claim))
    st.caption(f"{plain(one.authors)} · arXiv:{one.source}")
    for need in one.needs:
        st.caption(f":material/check: {plain(need)}")
    st.space("stretch")
    with st.container(horizontal=True):
        _sheet(one, "worksheet", "Worksheet", sheets.worksheet)
        with st.popover("For teachers", type="tertiary", icon=":material/school:"):
            st.caption("The sheet holds what comes out and all answers.")
            _sheet(one, "teacher", "Teacher's sheet", sheets.teacher_sheet)
    label, icon = "Start", "play_arrow"
    if place is not None:
        label, icon = ("Look again", "replay") if place[1] else ("Go on", "arrow_forward")
    if st.button(
        label, key=f"open_lesson-{one.id}", icon=f":material/{icon}:", width="stretch",
        type="primary" if place is None or not place[1] else "secondary",
    ):  # fmt: skip
        params = {} if place is None else {"step": place[0]}
        navigation.switch_to("lessons", lesson=one.id, **params)


def _sheet(one: Lesson, name: str, title: str, make: Callable[[Lesson, Language], str]) -> None:
    st.download_button(
        title,
        partial(make, one, language.current()),
        f"{one.id}_{name}.html",
        "text/html",
        key=f"{name}-{one.id}",
        icon=":material/print:",
        type="tertiary",
        on_click="ignore",
    )
