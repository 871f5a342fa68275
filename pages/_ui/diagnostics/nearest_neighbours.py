"""The texts nearest to one text, before training and after it, side by side."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from pages._ui.diagnostics.neighbourhood_quality import TITLES
from pages._ui.shell import jobs, tables
from pages._ui.shell.formatting import plain, short
from translearn_core.config import NeighboursConfig
from translearn_core.results import Evaluation, NearestNeighbours
from translearn_core.runs import Run

COLUMNS = ["place", "text", "label", "stays", "distance"]
LONGEST = 400
"""Characters of a text that a browser is sent."""
TALL = 76
"""Pixels of a row, room for four lines of a text; up to 64 a browser shows one."""
STAYS = "whether it is among the nearest both before and after"
DISTANCE = (
    "Distances are in units of the typical one, the median from this text to all others: 0.5 is half of it."
)


def panel(run: Run, evaluation: Evaluation, layer: int, index: int) -> None:
    """Show which texts lie nearest to line `index` of a run's predictions in a layer."""
    found = jobs.submit_and_watch(
        NeighboursConfig(job=run.job.id, layer=layer, index=index),
        NearestNeighbours,
        "Looking for its neighbours",
    )
    if found is None:
        return
    predictions = evaluation.predictions
    own = predictions.iloc[index]
    with st.container(border=True, key="neighbourhood"):
        st.markdown(f"Nearest to **“{plain(short(own['text'], 160))}”** ({plain(own['label'])})")
        st.markdown(caption(found, predictions["label"]))
        for number, column in enumerate(st.columns(len(found.variants))):
            with column:
                _list(found, number, predictions)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(DISTANCE)
            tables.download(listed(found, predictions), "neighbours", key="neighbours")


def caption(found: NearestNeighbours, labels: pd.Series) -> str:
    """Return how many neighbours stay, and how many carry the text's label under each variant."""
    size = found.neighbours.shape[1]
    own = [int((labels.iloc[lines] == labels.iloc[found.index]).sum()) for lines in found.neighbours]
    stay = f"**{len(found.kept)} of its {size}** nearest texts are the same before and after."
    return f"{stay} **{own[0]} of {size}** carried its label before, **{own[-1]} of {size}** after."


def listed(found: NearestNeighbours, predictions: pd.DataFrame) -> pd.DataFrame:
    """Return the neighbours with their texts: one line per variant and neighbour."""
    frame = found.frame()
    rows = predictions.iloc[frame["index"]]
    return frame.assign(
        stays=np.isin(frame["index"], found.kept),
        **{name: rows[name].to_numpy() for name in ("text", "label", "split", "row")},
    ).drop(columns="index")


def _list(found: NearestNeighbours, number: int, predictions: pd.DataFrame) -> None:
    variant = found.variants[number]
    st.markdown(f"**{TITLES.get(variant, plain(variant))}**")
    frame = listed(found, predictions)
    frame = frame.loc[frame["model"] == variant, COLUMNS]
    st.dataframe(
        frame.assign(text=frame["text"].map(partial(short, limit=LONGEST))),
        hide_index=True,
        key=f"neighbours_{variant}",
        row_height=TALL,
        height="content",
        column_config={
            "place": st.column_config.NumberColumn("", width=34),
            "text": st.column_config.TextColumn(width=180),
            "label": st.column_config.TextColumn(width=56),
            "stays": st.column_config.CheckboxColumn(help=STAYS, width=48),
            "distance": st.column_config.NumberColumn(format="%.2f", width=66),
        },
    )
