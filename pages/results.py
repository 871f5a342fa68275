"""Results: how good, how sure, where it errs, and what moved."""

import streamlit as st

from pages._ui.diagnostics import baselines
from pages._ui.forms import training_timeline
from pages._ui.results import layer_weights, scores, weight_drift
from pages._ui.runs import run_picker, training_monitor
from pages._ui.shell import page_header, result_cache, state, tables
from pages._ui.studies import study_list
from translearn_core import plots
from translearn_core.config import ExperimentConfig
from translearn_core.results import RunSummary

page_header.header(
    "results",
    "This is how well the model answers on texts it never saw, with how sure that number is and the score of "
    "always giving the commonest answer: a score means something only beside its baseline.",
)
run = run_picker.finished()
evaluation, dark = run_picker.evaluation(run), page_header.dark()
config = run.job.config
assert isinstance(config, ExperimentConfig)
found = result_cache.cached_result(run, RunSummary)
scores.headline(evaluation, found, baselines.to_beat(run))
baselines.panel(run)

st.subheader("Learning curves", anchor=False)
history = state.store().history(run.job.id)
measure = training_monitor.measure("results_measure")
tables.figure(
    plots.training_curves(history, measure, dark, lines=baselines.cheap(run)),
    training_monitor.numbers(history, measure),
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

weight_drift.panel(run)
training_timeline.show_actual(run)
layer_weights.layers(run)
study_list.depth(run, config)

st.subheader("How it was made", anchor=False)
scores.how(run, config, found)
