"""Probes: what a linear classifier finds in every layer."""

import streamlit as st

from pages._ui import chosen, forms, heading, live, probed, tables
from translearn_core import plots
from translearn_core.config import ProbeConfig
from translearn_core.results import ProbeScores

heading.top(
    "probes",
    "A probe is the simplest classifier, trained on one layer of the model while the model stays as it is. "
    "Its score says how much "
    "that layer knows about your labels, and the last layer is not always the one that knows most.",
)
run = chosen.finished()
asked = ProbeConfig(job=run.job.id)
with st.expander("More settings", icon=":material/tune:"), st.grid(4, min_column_width=140):
    asked = forms.edit(asked, ("folds", "seed"), "probe")
if live.found(asked) is None:
    st.markdown(
        "Every layer is probed twice: as it came, and after your training. It takes a few seconds on a "
        "small table."
    )
    if not st.button("Probe every layer", key="probe", type="primary", icon=":material/straighten:"):
        st.stop()
    live.submit(asked)
scores = live.ask(asked, ProbeScores, "Probing")
if scores is None:
    st.stop()

st.markdown(probed.said(scores))
st.plotly_chart(
    plots.probe_lines(scores, heading.dark()),
    key="probe_lines",
    config=tables.CONFIG,
    theme=None,
    alt="Probe accuracy by layer",
)
st.caption(
    "Layer 0 is the embeddings, layer k comes after block k-1. Where the lines part, training changed what "
    f"the layer knows. {probed.CHOICE}"
)
shares = tables.fractions("cross-validated", "fold deviation", "test", "test low", "test high")
tables.table(scores.frame(), "probes", key="probes", config=shares)
