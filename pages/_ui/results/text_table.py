"""The texts a person circled or searched for, and the neighbours of the one they choose."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from pages._ui.diagnostics import nearest_neighbours
from pages._ui.results.selection import NONE, PointSelection
from pages._ui.runs import run_picker
from pages._ui.shell import state, tables
from pages._ui.shell.formatting import percent, plain, short
from translearn_core.results import Evaluation, Projection
from translearn_core.runs import Run

MOST = 1_000
"""Texts at most that a browser is sent; the CSV holds all."""
COLUMNS = ["text", "label", "predicted", "confidence", "split", "row"]

HOW = (
    "Draw around points in either picture, with the lasso or the box: the same texts are ringed in the other "
    "one, and listed here. A double click lets go of them."
)
CHOOSE = "Tick one at the left to see which texts lie nearest to it, before training and after."


def picked(run: Run) -> str:
    """Return where a visit keeps what is picked among a run's texts."""
    return f"picked-{run.job.id}"


def filters(run: Run) -> str:
    """Return the key of the box to search a run's texts with."""
    return f"wanted-{run.job.id}"


def panel(run: Run, projection: Projection, now: PointSelection) -> None:
    """List what is picked, and show the neighbours of the text that is chosen there."""
    st.subheader("The texts you circled", anchor=False)
    evaluation = run_picker.evaluation(run)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Find texts",
            key=filters(run),
            on_change=partial(_search, run, projection),
            placeholder="or search for words",
            icon=":material/search:",
            persist_state="session",
            width=360,
        )
        if len(now.lines):
            st.button("Let go", key="reset_backbone", icon=":material/close:", on_click=_let_go, args=(run,))
    sought = state.get_value(filters(run), "").strip()
    if not len(now.lines):
        st.caption(f"No text holds “{plain(short(sought))}”." if sought else HOW)
        return
    line = _table(evaluation, projection, now)
    if line is not None:
        nearest_neighbours.panel(run, evaluation, int(projection.settings["layer"]), line)


def _table(evaluation: Evaluation, projection: Projection, now: PointSelection) -> int | None:
    """List texts, and return the line of the one that is chosen."""
    rows = evaluation.predictions.iloc[now.lines][COLUMNS]
    st.markdown(caption(rows, len(rows) - int(np.isin(now.lines, projection.index[projection.shown]).sum())))
    shown = rows.head(MOST)
    event = st.dataframe(
        shown.assign(text=shown["text"].map(partial(short, limit=nearest_neighbours.LONGEST))),
        hide_index=True,
        key=f"circled_table-{now.turn}",
        column_config={"text": st.column_config.TextColumn(width="large"), **tables.fractions("confidence")},
        selection_mode="single-row",
        on_select="rerun",
        placeholder="–",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(CHOOSE if len(shown) == len(rows) else f"These are the first {MOST:,}. {CHOOSE}")
        tables.download(rows, "circled", key="circled", label="All as CSV")
    place = event["selection"]["rows"]
    return int(now.lines[place[0]]) if place else None


def caption(rows: pd.DataFrame, hidden: int) -> str:
    """Return how many texts these are, what their commonest label is, and how many were taken for another."""
    commonest = rows["label"].value_counts()
    unseen = f", {hidden:,} of them not drawn" if hidden else ""
    share = percent(commonest.iloc[0] / len(rows))
    wrong = int((rows["label"] != rows["predicted"]).sum())
    texts = "text" if len(rows) == 1 else "texts"
    return (
        f"**{len(rows):,} {texts}**{unseen}: {share} labelled **{plain(commonest.index[0])}**, "
        f"{wrong:,} taken for another class."
    )


def _search(run: Run, projection: Projection) -> None:
    """Pick the texts on the map that hold the words, however they are capitalised; none, where none stand."""
    words, now = state.get_value(filters(run)).strip(), state.get_value(picked(run))
    lines = NONE
    if words:
        texts = run_picker.evaluation(run).predictions["text"].iloc[projection.index]
        lines = projection.index[texts.str.contains(words, case=False, regex=False).to_numpy(bool)]
    state.set_value(picked(run), now.find(lines))


def _let_go(run: Run) -> None:
    state.set_value(picked(run), state.get_value(picked(run)).find(NONE))
    state.set_value(filters(run), "")
