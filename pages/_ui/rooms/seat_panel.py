"""A seat in a class: its lesson, what is pinned, the board, rename and leave."""

import streamlit as st

from pages._ui.rooms import class_pins, class_texts, current
from pages._ui.shell import errors, navigation, state
from pages._ui.shell.formatting import plain
from translearn_core.errors import NotFoundError
from translearn_core.lessons.lesson_file import lesson
from translearn_core.runs import Room, Seat
from translearn_core.runs.rooms.store import LONGEST_SEAT_NAME


def show(seat: Seat) -> None:
    """Show what a seat can do in its class."""
    room = current.rooms().room_of(seat)
    st.subheader(f"You are in {plain(room.name)}", anchor=False)
    with st.container(border=True, key="seat"):
        st.markdown(f":material/event_seat: Your name here is **{plain(seat.name)}**, seat {seat.number}.")
        current.paused_notice()
        if room.lesson is not None:
            _lesson(seat, room)
        class_pins.list_pins(seat)
        if room.board_shared and st.button("See the board", key="see_board", icon=":material/co_present:"):
            navigation.switch_to(navigation.BOARD, code=room.code)
        with st.container(horizontal=True):
            with st.popover("Rename", icon=":material/edit:", type="tertiary"):
                _rename(seat)
            st.button("Leave the class", key="leave_class", icon=":material/logout:", type="tertiary",
                      on_click=_leave)  # fmt: skip
    st.caption(
        "What you guess and train now belongs to the class: it counts to the share of disk and queue that "
        "the class has, and it goes when your teacher deletes the class. Leave, and you work for yourself "
        "again; the code brings you back to your seat."
    )


def _lesson(seat: Seat, room: Room) -> None:
    assert room.lesson is not None
    try:
        one = lesson(room.lesson)
    except NotFoundError as problem:
        errors.show_error(problem)
        return
    st.markdown(f"The lesson: **{one.number}. {plain(one.title)}** ({one.minutes} min)")
    if st.button("To the lesson", key="to_lesson", type="primary", icon=":material/arrow_forward:"):
        navigation.switch_to("lessons", lesson=one.id)
    class_texts.write(seat, one)


def _rename(seat: Seat) -> None:
    state.init_widget("new_seat_name", seat.name)
    name = st.text_input("Your name in this class", key="new_seat_name", max_chars=LONGEST_SEAT_NAME)
    if st.button("Rename", key="rename_seat", icon=":material/check:"):
        with errors.show_errors():
            current.rooms().rename(state.owner(), name)
            st.rerun()


def _leave() -> None:
    with errors.show_errors():
        current.rooms().leave(state.owner())
        state.reset("lesson")
