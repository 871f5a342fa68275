"""A class as its teacher sees it: the code, who is where, pins, pause, close and delete."""

from functools import partial

import pandas as pd

from pages._ui.rooms import board_scores, class_address, class_forms, current, pin_form
from pages._ui.share.address import address
from pages._ui.shell import errors, language, navigation, st, state, tables
from pages._ui.shell.formatting import ago, plain, size
from translearn_core.config.settings import settings
from translearn_core.errors import NotFoundError
from translearn_core.lessons import board
from translearn_core.lessons.lesson_file import lesson
from translearn_core.runs import Room
from translearn_core.runs.rooms.overview import room_guesses, seat_statuses
from translearn_core.runs.rooms.records import SeatStatus

REFRESH_SECONDS = 2.0
"""Time between two looks at the seats, while the page is open."""
ACTIVITIES = {
    "training": "training",
    "waiting": "waiting for the engine",
    "in a lesson": "in a lesson",
    "joined": "joined",
    "done": "finished the lesson",
    "left": "left the class",
}

SEAT_COLUMNS: dict[str, object] = {
    "seat": "Seat",
    "name": st.column_config.TextColumn("Name", width="small"),
    "activity": "Activity",
    "step": st.column_config.TextColumn("Step", width="medium"),
    "trainings done": "Trainings done",
    "last active": "Last active",
}
"""Titles and widths of the table of seats."""


def show(room: Room) -> None:
    """Show everything about a class of this owner."""
    st.subheader(plain(room.name), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.metric("Code", room.code, width="content")
        if room.closed is not None:
            st.badge("Closed: nobody can join", icon=":material/lock:", color="orange")
        if room.paused:
            st.badge("Trainings are paused", icon=":material/pause_circle:", color="orange")
    if room.closed is None:
        class_address.show(room)
    with st.container(horizontal=True, key="room_buttons"):
        if st.button("Show the board", key="to_board", type="primary", icon=":material/co_present:"):
            navigation.switch_to(navigation.BOARD, code=room.code)
        _switches(room)
    st.fragment(run_every=REFRESH_SECONDS)(_seats)(room)
    pin_form.show(room)
    _settings(room)
    navigation.link("class", "All classes")


def _switches(room: Room) -> None:
    """Draw the buttons that pause, close and delete a class."""
    if room.paused:
        label, icon, help_ = "Resume trainings", "play_arrow", "What waits starts in turn."
    else:
        label, icon = "Pause trainings", "pause"
        help_ = "New trainings of this class wait until you resume them; those that run go on."
    st.button(label, key="pause_room", icon=f":material/{icon}:", help=help_, on_click=_change, args=(room,),
              kwargs={"paused": not room.paused})  # fmt: skip
    if room.closed is None:
        st.button("Close", key="close_room", icon=":material/lock:", on_click=_close, args=(room, True),
                  help="Nobody else can join; who is in the class goes on, and the board stays.")  # fmt: skip
    else:
        st.button("Open again", key="reopen_room", icon=":material/lock_open:", on_click=_close,
                  args=(room, False))  # fmt: skip
    with st.popover("Delete", icon=":material/delete:"):
        st.markdown(
            "Everything that was made in the class goes: seats, guesses, pins, and the runs and data sets "
            "that its seats made there. This cannot be undone."
        )
        sure = st.checkbox("Yes, delete all of it", key="room_sure")
        if st.button("Delete the class", key="delete_room", icon=":material/delete:", disabled=not sure):
            with errors.show_errors():
                current.rooms().delete(state.owner(), room.id)
                navigation.switch_to("class")


def _change(room: Room, **values: object) -> None:
    with errors.show_errors():
        current.rooms().change(state.owner(), room.id, **values)


def _close(room: Room, closed: bool) -> None:
    with errors.show_errors():
        act = current.rooms().close if closed else current.rooms().reopen
        act(state.owner(), room.id)


def _seats(room: Room) -> None:
    """Show who is where, by seat."""
    with errors.show_errors():
        statuses = seat_statuses(state.store(), room.id)
        if not statuses:
            st.caption("Nobody has joined yet. This page shows people as they come.")
            return
        counts = {name: sum(one.activity == name for one in statuses) for name in ACTIVITIES}
        with st.container(horizontal=True):
            st.metric("Seats", len(statuses) - counts["left"], border=True)
            st.metric("Training", counts["training"], border=True)
            st.metric("Waiting for the engine", counts["waiting"], border=True)
            st.metric("Finished", counts["done"], border=True)
        tables.table(_frame(statuses), "class", key=f"seats-{room.code}", config=SEAT_COLUMNS)


def _frame(statuses: list[SeatStatus]) -> pd.DataFrame:
    """Return who is where as a table."""
    rows = [
        {
            "seat": one.seat.number,
            "name": one.seat.name,
            "activity": language.word(ACTIVITIES[one.activity]),
            "step": language.translate(_step(one)),
            "trainings done": one.done,
            "last active": language.translate(ago(one.last_active)),
        }
        for one in statuses
    ]
    return pd.DataFrame(rows)


def _step(status: SeatStatus) -> str:
    """Return the place of a seat in its lesson."""
    if status.lesson is None:
        return ""
    try:
        taken = lesson(status.lesson)
    except NotFoundError:
        return ""
    step = taken.step(status.step or "")
    if step is None:
        return taken.title
    return f"{taken.title}, {taken.steps.index(step) + 1} of {len(taken.steps)}: {step.title}"


def _settings(room: Room) -> None:
    """Draw lesson, board and files of a class."""
    with st.expander("Lesson, board and files", icon=":material/settings:"):
        choices = class_forms.lesson_choices()
        state.init_widget("change_lesson", room.lesson or "")
        st.selectbox(
            "Lesson", list(choices), key="change_lesson", format_func=choices.__getitem__,
            on_change=_set_lesson, args=(room,),
        )  # fmt: skip
        for field, label in (
            ("names_hidden", "The board shows no names"),
            ("board_shared", "Seats may open the board, each guess after they have locked their own"),
        ):
            state.init_widget(f"change_{field}", getattr(room, field))
            st.checkbox(label, key=f"change_{field}", on_change=_set, args=(room, field))
        st.markdown(
            "The board on another computer, such as the one at the projector. Whoever has this address sees "
            "the board, and nothing else:"
        )
        st.code(address(navigation.BOARD, key=room.board_key), language=None, wrap_lines=True)
        used = size(state.store().room_disk(room.id))
        st.caption(f"The class has {used} of {settings().max_room_mb:,} MB on this server.")
        if room.lesson is not None:
            _downloads(room)


def _set_lesson(room: Room) -> None:
    _change(room, lesson=state.get_value("change_lesson") or None)


def _set(room: Room, field: str) -> None:
    _change(room, **{field: bool(state.get_value(f"change_{field}"))})


def _downloads(room: Room) -> None:
    """Offer the guesses and scores of the class as files."""
    assert room.lesson is not None
    taken, store, hidden = lesson(room.lesson), state.store(), room.names_hidden

    def guesses() -> pd.DataFrame:
        return board.guess_frame(taken, room_guesses(store, room.id, taken.id), hidden=hidden)

    with st.container(horizontal=True):
        tables.download(guesses, f"class_{room.code}_guesses", key="room_guesses", label="CSV of the guesses")
        tables.download(
            partial(board_scores.score_frame, room, taken), f"class_{room.code}_scores", key="room_scores",
            label="CSV of the scores",
        )  # fmt: skip
