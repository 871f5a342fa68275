"""Weight drift of each part and tensor of a run."""

import streamlit as st

from pages._ui.shell import page_header, result_cache, tables
from translearn_core import plots
from translearn_core.results import Drift, RunSummary
from translearn_core.runs import Run


def panel(run: Run) -> None:
    """Show a run's weight drift, if it was measured."""
    drift = result_cache.cached_result(run, Drift)
    if drift is None:
        return
    st.subheader("What moved? Weight drift", anchor=False)
    st.caption(
        "Relative change of the weights of each part since the start of training. That of frozen parts is "
        "measured too, and must be zero."
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
    """Return a note on the best epoch of a run; None if it is the last."""
    run_summary = result_cache.cached_result(run, RunSummary)
    if run_summary is None or run_summary.best_epoch == run_summary.epochs:
        return None
    return (
        f"These are the weights of epoch {run_summary.best_epoch} of {run_summary.epochs}: it was the best "
        "on validation, so it was kept. Later epochs were discarded."
    )
