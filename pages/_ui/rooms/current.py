"""The seat of this browser, and its room."""

import streamlit as st

from pages._ui.shell import state
from pages._ui.shell.formatting import plain
from translearn_core.runs import Room, Rooms, Seat


def rooms() -> Rooms:
    """Return the rooms of the store."""
    return Rooms(state.store())


def seat() -> Seat | None:
    """Return the seat that this browser's owner sits at, None if in no class."""
    return rooms().seat(state.owner())


def room() -> Room | None:
    """Return the room that this browser's owner sits in, None if in no class."""
    sat = seat()
    return None if sat is None else rooms().room_of(sat)


def paused_notice() -> None:
    """Say that new trainings wait, where the class of this browser is paused."""
    sat = room()
    if sat is not None and sat.paused:
        st.info(
            f"Your teacher has paused new trainings of {plain(sat.name)}. What you start waits in the queue "
            "until they go on; a training that runs is not stopped.",
            icon=":material/pause_circle:",
        )
