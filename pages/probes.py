"""Probes: what a linear classifier finds in every layer."""

import streamlit as st

from pages._ui import chosen, ending, forms, heading, live, probed
from translearn_core.config import ProbeConfig
from translearn_core.results import ProbeScores

heading.top(
    "probes",
    "A probe is the simplest classifier, trained on one layer of the model while the model stays as it is. "
    "Its score says how much that layer knows about your labels, and the last layer is not always the one "
    "that knows most.",
)
run = chosen.finished()
asked = ProbeConfig(job=run.job.id, about=probed.about(run))
with st.expander("More settings", icon=":material/tune:"), st.grid(4, min_column_width=140):
    asked = forms.edit(asked, ("fresh", "controls", "folds", "seed"), "probe")
if live.found(asked) is None:
    st.markdown(
        "Every layer is probed in three models: as it came, after your training, and with fresh weights, "
        "which know nothing. Look for the layer that knows most, and for where the lines part. It takes a "
        "few seconds on a small table."
    )
    if not st.button("Probe every layer", key="probe", type="primary", icon=":material/straighten:"):
        ending.end()
    live.submit(asked)
scores = live.ask(asked, ProbeScores, "Probing")
if scores is not None:
    probed.figure(scores)
