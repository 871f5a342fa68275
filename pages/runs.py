"""Runs: everything of yours that is kept here."""

import streamlit as st

from pages._ui import backbones, chosen, heading, shelf, state
from pages._ui.words import size
from translearn_core.runs import Studies
from translearn_core.settings import settings

heading.top(
    "runs",
    "This is everything of yours that is kept here, and what it weighs. Whoever has this browser has this "
    "workspace; what you delete is gone.",
)
store, owner = state.store(), state.owner()
runs, made, datasets = chosen.runs(), backbones.pretrainings(), store.datasets(owner)
stale = store.unreadable(owner), Studies(store).unreadable(owner)
with st.grid(4, min_column_width=150):
    st.metric("Runs", len(runs), border=True)
    st.metric("Data sets", len(datasets), border=True)
    st.metric(
        "Disk used",
        size(store.disk(owner)),
        border=True,
        help=f"of {size(1e6 * settings().max_owner_mb)} you may use",
    )
    shelf.engine()
if weight := store.workspace.activations_weight():
    most = size(1e6 * settings().max_activations_mb)
    st.caption(
        f"Beside that, {size(weight)} of what frozen backbones made of texts is kept for all who work here: "
        f"no text is encoded twice. It takes {most} at most; what is used least goes first."
    )
if not (runs or made or datasets or any(stale)):
    heading.empty("There is nothing here yet.", "Get some data", "data")
if runs:
    st.subheader("Runs", anchor=False)
    shelf.runs(runs, [*runs, *made])
if made:
    st.subheader("Backbones made here", anchor=False)
    st.caption("Continued pre-trainings: a backbone that has read texts of yours.")
    shelf.pretrainings(made, [*runs, *made])
if datasets:
    st.subheader("Data sets", anchor=False)
    shelf.datasets(datasets)
if any(stale):
    st.subheader("Cannot be read", anchor=False)
    shelf.unreadable(*stale)
