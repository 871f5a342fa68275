"""Rounds of self-training, on the Results page and while a run trains."""

import streamlit as st

from pages._ui.shell import page_header, result_cache, tables
from pages._ui.shell.formatting import plain
from translearn_core import plots
from translearn_core.config import ExperimentConfig, SelfTrainingMethod
from translearn_core.results import SelfTraining
from translearn_core.runs import Run

TITLE = "What did rows without a label add? Self-training"
LIVE_TITLE = "Rows without a label: self-training"
NOTHING = "No row without a label could be learned from, so the labelled rows trained alone."
ROUNDS = (
    "After each training the model predicts the rows without a label; predictions above the threshold become "
    "labels, and training starts again from the same weights. The last model adds none."
)
EPOCHS = (
    "In each step an altered copy of a text is to get the label that the model gives the text, where it is "
    "confident. Texts are predicted after every epoch."
)
CLASSES = (
    "Class balance: a class with a larger share of the pseudo-labels than of the labelled rows is favoured; "
    "one whose pseudo-labels are seldom right teaches errors."
)
ALT = "Pseudo-labels added in each round, and how often they were right"
COLUMNS: dict[str, object] = tables.fractions(
    "validation score", "right of these", "right of all", "share of added", "share of labelled"
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
        alt=ALT,
    )
    classes = result.class_frame()
    if len(classes):
        with st.expander("Pseudo-labels of each class", icon=":material/balance:"):
            st.caption(CLASSES)
            tables.table(classes, "pseudo_labels", key="pseudo_labels", config=COLUMNS)


def live(run: Run[ExperimentConfig]) -> None:
    """Show the rounds so far of a run that trains, or all of a finished one."""
    if run.job.config.self_training is None:
        return
    result = result_cache.cached_result(run, SelfTraining)
    if result is None:
        return
    st.subheader(LIVE_TITLE, anchor=False)
    st.markdown(plain(result.so_far() if run.state.live else result.summary()))
    if result.rounds:
        tables.figure(
            plots.self_training_rounds(result, page_header.dark()),
            result.frame(),
            "self_training_rounds",
            key=f"self_training-{run.id}",
            alt=ALT,
        )
