"""Probes: what a linear classifier finds in every layer."""

import streamlit as st

from pages._ui.diagnostics import probing
from pages._ui.forms import config_fields
from pages._ui.runs import run_picker
from pages._ui.shell import jobs, page_header, stop
from translearn_core.config import ProbeConfig
from translearn_core.results import ProbeScores

page_header.header(
    "probes",
    "A probe is the simplest classifier, trained on one layer of the model while the model stays as it is. "
    "Its score says how much that layer knows about your labels, and the last layer is not always the one "
    "that knows most.",
)
run = run_picker.finished()
asked = ProbeConfig(job=run.job.id, about=probing.about(run))
with st.expander("More settings", icon=":material/tune:"), st.grid(4, min_column_width=140):
    asked = config_fields.edit(asked, ("fresh", "controls", "folds", "seed"), "probe")
if jobs.found(asked) is None:
    st.markdown(
        "Every layer is probed in three models: as it came, after your training, and with fresh weights, "
        "which know nothing. Look for the layer that knows most, and for where the lines part. It takes a "
        "few seconds on a small table."
    )
    if not st.button("Probe every layer", key="probe", type="primary", icon=":material/straighten:"):
        stop.stop_page()
    jobs.submit(asked)
scores = jobs.submit_and_watch(asked, ProbeScores, "Probing")
if scores is not None:
    probing.figure(scores)
