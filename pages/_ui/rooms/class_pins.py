"""What a class has pinned: shown to its seats, opened as their own draft."""

import streamlit as st

from pages._ui.rooms import current
from pages._ui.shell import errors, navigation, state
from translearn_core.data import SAMPLES
from translearn_core.runs import Pins, Seat
from translearn_core.runs.rooms.records import Pin, PinnedSettings


def panel() -> None:
    """Show what the class of this browser has pinned, if it sits in one that has."""
    seat = current.seat()
    if seat is not None and Pins(state.store()).all(seat.room):
        with st.container(border=True, key="from_your_class"):
            list_pins(seat)


def list_pins(seat: Seat) -> None:
    """Show the pins of a seat's room, each with the button that opens it."""
    pins = Pins(state.store()).all(seat.room)
    if pins:
        st.markdown(":material/keep: **From your class**")
    for pin in pins:
        with st.container(horizontal=True, vertical_alignment="center", key=f"pin-{pin.id}"):
            st.text(pin.name, width="stretch")
            settings = isinstance(pin.subject, PinnedSettings)
            st.caption("settings with their data" if settings else "a data set", width="content")
            if st.button("Use it", key=f"take-{pin.id}", icon=":material/arrow_forward:"):
                _take(seat, pin)


def _take(seat: Seat, pin: Pin) -> None:
    with errors.show_errors():
        pin, dataset = Pins(state.store()).take(state.owner(), seat.room, pin.id)
        if isinstance(pin.subject, PinnedSettings):
            state.open_settings(pin.subject.experiment)
            navigation.switch_to("train")
        state.open_dataset(dataset.digest)
        for sample in SAMPLES:
            if sample.file == dataset.name:
                state.change(text=sample.text, text_pair=sample.text_pair, label=sample.label)
        navigation.switch_to("data")
