"""Results: how good, how sure, where it errs, and what moved."""

import streamlit as st

from pages._ui import (
    baselines,
    chosen,
    heading,
    kept,
    mixed,
    scores,
    state,
    studies,
    tables,
    timeline,
    training,
    weights,
)
from translearn_core import plots
from translearn_core.config import ExperimentConfig
from translearn_core.results import RunSummary

heading.top(
    "results",
    "This is how well the model answers on texts it never saw, with how sure that number is and the score of "
    "always giving the commonest answer: a score means something only beside its baseline.",
)
run = chosen.finished()
evaluation, dark = chosen.evaluation(run), heading.dark()
config = run.job.config
assert isinstance(config, ExperimentConfig)
found = kept.result(run, RunSummary)
scores.headline(evaluation, found, baselines.to_beat(run))
baselines.panel(run)

st.subheader("Learning curves", anchor=False)
history = state.store().history(run.job.id)
measure = training.measure("results_measure")
tables.figure(
    plots.learning_curves(history, measure, dark, lines=baselines.cheap(run)),
    training.numbers(history, measure),
    "history",
    key="curves",
    alt="Training against validation",
)

st.subheader("What is taken for what", anchor=False)
st.caption(
    "Each row of the picture is a class, each column an answer; what lies off the diagonal are mistakes."
)
tables.figure(
    plots.confusion_matrix(evaluation, dark),
    evaluation.confusion_frame(),
    "confusion",
    key="confusion",
    alt="Confusion matrix",
)
st.subheader("Class by class", anchor=False)
shares = tables.fractions("precision", "recall", "f1")
tables.table(evaluation.per_class, "classes", key="per_class", config=shares)
st.subheader("Most confident mistakes", anchor=False)
st.caption("Read them: often it is the label that is wrong, not the model.")
wide = {"text": st.column_config.TextColumn(width="large"), **tables.fractions("confidence")}
tables.table(evaluation.mistakes(), "mistakes", key="mistakes", config=wide)

weights.panel(run)
timeline.afterwards(run)
mixed.layers(run)
studies.depth(run, config)

st.subheader("How it was made", anchor=False)
scores.how(run, config, found)
