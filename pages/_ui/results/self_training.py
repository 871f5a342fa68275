"""Rounds of self-training on the Results page."""

import streamlit as st

from pages._ui.shell import page_header, result_cache, tables
from pages._ui.shell.formatting import plain
from translearn_core import plots
from translearn_core.config import ExperimentConfig, SelfTrainingMethod
from translearn_core.results import SelfTraining
from translearn_core.runs import Run

TITLE = "What did rows without a label add? Self-training"
NOTHING = "No row without a label could be learned from, so the labelled rows trained alone."
ROUNDS = (
    "After each training the model predicts the rows without a label; predictions above the threshold become "
    "labels, and training starts again from the same weights."
)
EPOCHS = (
    "In each step an altered copy of a text is to get the label that the model gives the text, where it is "
    "confident. A round is an epoch."
)


def panel(run: Run[ExperimentConfig]) -> None:
    """Show the rounds of a run that learned from rows without a label."""
    chosen = run.job.config.self_training
    if chosen is None:
        return
    st.subheader(TITLE, anchor=False)
    result = result_cache.cached_result(run, SelfTraining)
    if result is None:
        st.caption(NOTHING)
        return
    st.markdown(plain(result.summary()))
    st.caption(EPOCHS if chosen.method is SelfTrainingMethod.CONSISTENCY else ROUNDS)
    tables.figure(
        plots.self_training_rounds(result, page_header.dark()),
        result.frame(),
        "self_training_rounds",
        key="self_training_rounds",
        alt="Pseudo-labels added in each round, and how often they were right",
    )
