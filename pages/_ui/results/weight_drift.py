"""How far the weights of each part went in a training, and of every tensor."""

import streamlit as st

from pages._ui.shell import page_header, result_cache, tables
from translearn_core import plots
from translearn_core.results import Drift, RunSummary
from translearn_core.runs import Run


def panel(run: Run) -> None:
    """Show what a run's weights did, where it was measured."""
    drift = result_cache.cached_result(run, Drift)
    if drift is None:
        return
    st.subheader("What moved", anchor=False)
    st.caption(
        "How far each part went from where it started. Frozen parts must stand still: this is measured, "
        "not assumed."
    )
    tables.figure(
        plots.drift_bars(drift, page_header.dark()),
        drift.by_part(),
        "what_moved",
        key="drift",
        alt="Change of each part",
    )
    if (of_epoch := best_epoch_note(run)) is not None:
        st.caption(of_epoch)
    with st.expander("Every tensor", icon=":material/data_array:"):
        tables.table(drift.frame(), "tensors", key="tensors")


def best_epoch_note(run: Run) -> str | None:
    """Return of which epoch a run's weights are; None where they are those of the last."""
    found = result_cache.cached_result(run, RunSummary)
    if found is None or found.best_epoch == found.epochs:
        return None
    return (
        f"These are the weights of epoch {found.best_epoch} of {found.epochs}: it was the best on "
        "validation, so it was kept. What later epochs moved was let go."
    )
