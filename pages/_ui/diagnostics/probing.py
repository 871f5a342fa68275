"""Linear probing panel: target selection, accuracy by layer and model, sentences."""

import streamlit as st

from pages._ui.shell import jobs, page_header, result_cache, state, tables
from pages._ui.shell.formatting import plain
from translearn_core import plots
from translearn_core.config import LENGTH, ExperimentConfig, ReadConfig
from translearn_core.results import ProbeScores, TableProfile
from translearn_core.runs import Run

CHOICE = (
    "The best layers, and each probe's C (its inverse regularisation strength), are chosen by "
    "cross-validation on the training rows, never on test. For the fine-tuned "
    "model that cross-validation is optimistic, because it was trained on those labels: use its test score."
)
"""Selection of the best layers and of C, and its bias."""
ABOUT = "probe_about"


def about(run: Run) -> str | None:
    """Choose the probing target: the label (None), the text length, or another column."""
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
            help="the target of the linear probe; numeric columns are cut into quartiles",
            width=360,
        )
        or None
    )


def figure(scores: ProbeScores) -> None:
    """Show probe accuracy by layer as figure, sentences and table."""
    st.plotly_chart(
        plots.probe_lines(scores, page_header.dark()),
        key="probe_lines",
        config=tables.CONFIG,
        theme=None,
        alt="Probe accuracy by layer and model, and below it the selectivity",
    )
    for sentence in scores.sentences:
        st.markdown(plain(sentence))
    below = (
        " Small panel: each bar reaches from the accuracy on the control task (random labels) to that on the "
        "real one; its length is the selectivity."
        if len(scores.control_test)
        else ""
    )
    st.caption(
        "Layer 0 is the embeddings, layer k the output of block k-1. Where the lines diverge, training "
        f"changed the layer.{below} {CHOICE}"
    )
    numbers = scores.frame()
    plain_columns = ("model", "layer", *(name for name in numbers if name.endswith("C")))
    shares = tables.fractions(*(name for name in numbers if name not in plain_columns))
    tables.table(numbers, "probes", key="probes", config=shares)


def _columns(config: ExperimentConfig) -> list[str]:
    read_run = jobs.found(ReadConfig(dataset=config.data.dataset))
    reading = result_cache.cached_result(read_run, TableProfile) if read_run is not None else None
    return [column.name for column in reading.columns] if reading is not None else []
