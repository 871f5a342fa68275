"""How far the weights of each part went in a training, and of every tensor."""

import streamlit as st

from pages._ui import heading, kept, tables
from translearn_core import plots
from translearn_core.results import Drift
from translearn_core.runs import Run


def panel(run: Run) -> None:
    """Show what a run's weights did, where it was measured."""
    drift = kept.result(run, Drift)
    if drift is None:
        return
    st.subheader("What moved", anchor=False)
    st.caption(
        "How far each part went from where it started. Frozen parts must stand still: this is measured, "
        "not assumed."
    )
    tables.figure(
        plots.drift_bars(drift, heading.dark()),
        drift.by_part(),
        "what_moved",
        key="drift",
        alt="Change of each part",
    )
    with st.expander("Every tensor", icon=":material/data_array:"):
        tables.table(drift.frame(), "tensors", key="tensors")
