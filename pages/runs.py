"""Runs: everything of yours that is kept here."""

import streamlit as st

from pages._ui.backbones import backbone_picker
from pages._ui.runs import run_list, run_picker
from pages._ui.shell import page_header, state
from pages._ui.shell.formatting import size
from translearn_core.runs import Studies
from translearn_core.settings import settings

page_header.header(
    "runs",
    "This is everything of yours that is kept here, and what it weighs. Whoever has this browser has this "
    "workspace; what you delete is gone.",
)
store, owner = state.store(), state.owner()
runs, made, datasets = run_picker.pick_runs(), backbone_picker.pretrainings(), store.datasets(owner)
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
    run_list.engine()
if weight := store.workspace.activations_weight():
    most = size(1e6 * settings().max_activations_mb)
    st.caption(
        f"Beside that, {size(weight)} of what frozen backbones made of texts is kept for all who work here: "
        f"no text is encoded twice. It takes {most} at most; what is used least goes first."
    )
if not (runs or made or datasets or any(stale)):
    page_header.empty("There is nothing here yet.", "Get some data", "data")
if runs:
    st.subheader("Runs", anchor=False)
    run_list.runs(runs, [*runs, *made])
if made:
    st.subheader("Backbones made here", anchor=False)
    st.caption("Continued pre-trainings: a backbone that has read texts of yours.")
    run_list.pretrainings(made, [*runs, *made])
if datasets:
    st.subheader("Data sets", anchor=False)
    run_list.datasets(datasets)
if any(stale):
    st.subheader("Cannot be read", anchor=False)
    run_list.unreadable(*stale)
