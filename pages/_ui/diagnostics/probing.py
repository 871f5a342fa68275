"""Probes on a page: what to ask every layer for, the figure of all models, and what it says."""

import streamlit as st

from pages._ui.shell import jobs, page_header, result_cache, state, tables
from pages._ui.shell.formatting import plain
from translearn_core import plots
from translearn_core.config import LENGTH, ExperimentConfig, ReadConfig
from translearn_core.results import ProbeScores, TableProfile
from translearn_core.runs import Run

CHOICE = (
    "The best layers are chosen by cross-validation on the training rows, never on test. For the fine-tuned "
    "model that cross-validation is optimistic, because it was trained on those very labels: trust its test "
    "score."
)
"""How the best layers were found, and what that is worth."""
ABOUT = "probe_about"


def about(run: Run) -> str | None:
    """Choose what is probed for: the label (None), the length of the texts, or another column."""
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    label = config.data.label
    choices = {"": f"the label ({label})", LENGTH: "the length of the text"} | {
        name: f"column {name}" for name in _columns(config) if name not in (config.data.text, label)
    }
    if state.get_value(ABOUT, "") not in choices:
        state.set_value(ABOUT, "")
    return (
        st.selectbox(
            "What to probe for",
            list(choices),
            format_func=choices.__getitem__,
            key=ABOUT,
            help="does the model still know what it was not trained for? Numbers are cut into quarters",
            width=360,
        )
        or None
    )


def figure(scores: ProbeScores) -> None:
    """Show the layers' scores, what they say, and the numbers."""
    st.plotly_chart(
        plots.probe_lines(scores, page_header.dark()),
        key="probe_lines",
        config=tables.CONFIG,
        theme=None,
        alt="Probe accuracy by layer and model, and below how far it lies above that on a control task",
    )
    for sentence in scores.sentences:
        st.markdown(plain(sentence))
    below = (
        " The small panel: each bar reaches from the control task up to the real one, its length is the "
        "selectivity."
        if len(scores.control_test)
        else ""
    )
    st.caption(
        "Layer 0 is the embeddings, layer k comes after block k-1. Where the lines part, training changed "
        f"what the layer knows.{below} {CHOICE}"
    )
    numbers = scores.frame()
    shares = tables.fractions(*(name for name in numbers if name not in ("model", "layer")))
    tables.table(numbers, "probes", key="probes", config=shares)


def _columns(config: ExperimentConfig) -> list[str]:
    asked = jobs.found(ReadConfig(dataset=config.data.dataset))
    reading = result_cache.cached_result(asked, TableProfile) if asked is not None else None
    return [column.name for column in reading.columns] if reading is not None else []
