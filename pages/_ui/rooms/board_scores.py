"""Scores of the seats' finished runs of a lesson, each read once."""

import pandas as pd
import streamlit as st

from pages._ui.shell import state
from translearn_core.lessons import board
from translearn_core.lessons.lesson import Lesson
from translearn_core.runs import Room, RunStore
from translearn_core.runs.rooms.records import RoomRun


def seat_scores(room: Room, taken: Lesson) -> list[board.SeatScore]:
    """Return the test scores of the seats' finished runs of a lesson, by seat."""
    return board.seat_scores(state.store(), room.id, taken, _score)


def _score(store: RunStore, run: RoomRun) -> float | None:
    return _read(run.job, run.finished, store, run)


@st.cache_data(max_entries=10_000, show_spinner=False)
def _read(job: str, finished: float, _store: RunStore, _run: RoomRun) -> float | None:  # noqa: ARG001
    return board.read_score(_store, _run)


def score_frame(room: Room, taken: Lesson) -> pd.DataFrame:
    """Return the scores of the seats' finished runs as a table."""
    return board.score_frame(seat_scores(room, taken), hidden=room.names_hidden)
