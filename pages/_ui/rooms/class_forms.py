"""Forms to join a class and to open one, and the list of one's own classes."""

from collections.abc import Sequence

import streamlit as st

from pages._ui.rooms import current
from pages._ui.shell import errors, navigation, state
from pages._ui.shell.formatting import ago
from translearn_core.errors import TranslearnError
from translearn_core.lessons import outcomes
from translearn_core.lessons.lesson_file import lesson, lesson_ids
from translearn_core.runs import Room, Seat
from translearn_core.runs.rooms.codes import LENGTH, normalised
from translearn_core.runs.rooms.store import LONGEST_ROOM_NAME, LONGEST_SEAT_NAME

FREE = "No lesson: your own data or settings"
"""Choice of a class that takes no lesson."""


def matching(owned: Sequence[Room], code: str) -> Room | None:
    """Return the one of the owner's rooms that a code in the address names."""
    return next((room for room in owned if room.code == normalised(code)), None)


def leads_elsewhere(seat: Seat, code: str) -> bool:
    """Whether a code in the address is that of another class than the seat's."""
    return bool(code) and normalised(code) != current.rooms().room_of(seat).code


def join(code: str) -> None:
    """Ask for a code and a seat name, and join."""
    st.subheader("Join a class", anchor=False)
    state.init_widget("class_code", normalised(code))
    with st.form("join_class", border=True):
        typed = st.text_input(
            "Code of the class",
            key="class_code",
            max_chars=LENGTH + 4,
            placeholder="six characters",
            help="Your teacher shows it. Capitals and spaces do not matter.",
        )
        name = st.text_input(
            "Your name in this class",
            key="seat_name",
            max_chars=LONGEST_SEAT_NAME,
            placeholder="any name that nobody else there has",
        )
        pressed = st.form_submit_button("Join", key="join", type="primary", icon=":material/login:")
    st.caption(
        "No account is needed. In a class your teacher sees your name, where you are in the lesson, your "
        "guesses with your reasons, and the scores of what you train there. Your earlier work stays yours "
        "alone."
    )
    if pressed:
        try:
            current.rooms().join(state.owner(), typed, name)
        except TranslearnError as problem:
            errors.show_error(problem)
            return
        state.reset("lesson")  # answers in a class are apart from earlier ones
        navigation.switch_to("class")


def lesson_choices() -> dict[str, str]:
    """Return the titles of the lessons that can be taken, by id, and the choice of none."""
    taken = [one for one in map(lesson, lesson_ids()) if outcomes.available(one)]
    return {"": FREE} | {one.id: f"{one.number}. {one.title}" for one in taken}


def open_room() -> None:
    """Ask for the name and lesson of a class, and open it."""
    st.subheader("Teach: open a class", anchor=False)
    choices = lesson_choices()
    with st.form("open_class", border=True):
        name = st.text_input(
            "Name of the class",
            key="room_name",
            max_chars=LONGEST_ROOM_NAME,
            placeholder="such as: Monday, 10 am",
        )
        chosen = st.selectbox("Lesson", list(choices), key="room_lesson", format_func=choices.__getitem__)
        hidden = st.checkbox(
            "The board shows no names",
            key="room_hidden",
            help="Seats are numbers on the board and in its CSV.",
        )
        shared = st.checkbox(
            "Seats may open the board",
            key="room_shared",
            help="Each guess only after they have locked their own.",
        )
        pressed = st.form_submit_button("Open a class", key="open_room", icon=":material/add:")
    if pressed:
        with errors.show_errors():
            room = current.rooms().open(
                state.owner(), name, lesson=chosen or None, names_hidden=hidden, board_shared=shared
            )
            navigation.switch_to("class", code=room.code)


def rooms(owned: Sequence[Room]) -> None:
    """Show the owner's classes as rows."""
    if not owned:
        return
    st.subheader("Your classes", anchor=False)
    for room in owned:
        with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"room-{room.id}"):
            st.text(room.name, width="stretch")
            words = f"{room.code} · {ago(room.created)}{' · closed' if room.closed else ''}"
            st.caption(words, width="content")
            if st.button("Show", key=f"show-{room.id}", type="tertiary", icon=":material/arrow_forward:"):
                navigation.switch_to("class", code=room.code)
