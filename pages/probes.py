"""Probes page: linear probing of every layer."""

import streamlit as st

from pages._ui.diagnostics import probing
from pages._ui.forms import config_fields
from pages._ui.runs import run_picker
from pages._ui.shell import jobs, page_header, stop
from translearn_core.config import ProbeConfig
from translearn_core.results import ProbeScores

page_header.header(
    "probes",
    "A linear probe is a linear classifier trained on the frozen output of one layer. Its score says how "
    "much of your labels can be read from that layer, and the last layer is not always the best.",
)
run = run_picker.finished()
probe_config = ProbeConfig(job=run.job.id, about=probing.about(run))
with st.expander("More settings", icon=":material/tune:"), st.grid(4, min_column_width=140):
    probe_config = config_fields.edit(probe_config, ("fresh", "controls", "folds", "seed"), "probe")
if jobs.found(probe_config) is None:
    st.markdown(
        "Every layer is probed in three models: pretrained, after your training, and with random weights. "
        "Look for the best layer, and for where the lines diverge. It takes a few seconds on a small table."
    )
    if not st.button("Probe every layer", key="probe", type="primary", icon=":material/straighten:"):
        stop.stop_page()
    jobs.submit(probe_config)
scores = jobs.submit_and_watch(probe_config, ProbeScores, "Probing")
if scores is not None:
    probing.figure(scores)
