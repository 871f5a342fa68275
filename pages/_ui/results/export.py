"""The model as files to take away: what is in them, how far the making is, and the download."""

import pandas as pd
import streamlit as st

from pages._ui.shell import downloads, jobs, state, tables
from pages._ui.shell.formatting import plain, size
from translearn_core.config import ExperimentConfig, ExportConfig
from translearn_core.config.optional_deps import missing_onnx_message
from translearn_core.errors import NotFoundError
from translearn_core.results import ExportFile
from translearn_core.runs import Run

ONNX = "export_onnx"
WHAT = (
    "Take the trained model away and use it anywhere: one zip with the weights, the tokenizer, the labels, a "
    "model card that says what it is for, how good it is and where it ends, and a small program. "
    '`python predict.py "a text"` needs PyTorch and Transformers only, nothing of this laboratory. '
    "`python repeat.py FILE` trains it again."
)
ONNX_HELP = "a file that programs in many languages can run, without PyTorch"
PURPOSES = {
    "README.md": "model card: purpose, data, scores, limits, how it was made",
    "predict.py": "classifies texts, typed or in a CSV",
    "predict_onnx.py": "the same with the ONNX file",
    "repeat.py": "trains it again from the CSV",
    "model.onnx": "the whole model as one ONNX file",
    "labels.json": "the labels, in the order of the probabilities",
    "head.json": "how a text becomes what the head sees",
    "head.safetensors": "weights of the head",
    "experiment.json": "every setting of the run",
    "scores.json": "scores on validation and test",
    "backbone/model.safetensors": "weights of the backbone",
    "backbone/config.json": "architecture of the backbone",
    "backbone/tokenizer.json": "how texts are split into tokens",
}
"""What each file is for."""


def panel(run: Run) -> None:
    """Offer a run's model as one file."""
    st.subheader("The model", anchor=False)
    st.markdown(WHAT)
    asked = question(run, onnx=_with_onnx())
    pressed = f"export-{asked.model_dump_json()}"
    if jobs.found(asked) is None and not state.get_value(pressed):
        if not st.button("Make the file", key="export", icon=":material/inventory_2:"):
            return
        state.set_value(pressed, True)
    found = jobs.submit_and_watch(asked, ExportFile, "Packing the model")
    made = jobs.found(asked)
    if found is not None and made is not None:
        _show(run, made, found)


def question(run: Run, *, onnx: bool) -> ExportConfig:
    """Return what is asked for: the model of `run`, called as its owner calls it."""
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    try:
        data = state.store().dataset(state.owner(), config.data.dataset).name
    except NotFoundError:  # deleted since
        data = ""
    return ExportConfig(job=run.job.id, onnx=onnx, name=run.name, data=data[:200])


def _with_onnx() -> bool:
    lacking = missing_onnx_message()
    state.init_widget(ONNX, False)
    wanted = st.toggle("With an ONNX file", key=ONNX, disabled=lacking is not None, help=ONNX_HELP)
    if lacking is not None:
        st.caption(plain(lacking))
    return wanted and lacking is None


def _show(run: Run, made: Run, found: ExportFile) -> None:
    address = downloads.link(made.id, file_name(run.name))
    st.link_button(
        f"Download ({size(found.bytes)})",
        address,
        icon=":material/download:",
        type="primary",
        key="export_file",
    )
    if found.onnx_difference is not None:
        st.caption(
            "On test texts, short and long, one and many at a time, the probabilities of the ONNX file "
            f"differed from the model's by at most {found.onnx_difference:.1e}."
        )
    with st.expander("What is in it", icon=":material/folder_zip:"):
        lines = [
            (name, PURPOSES.get(name, "belongs to the tokenizer or the backbone")) for name in found.files
        ]
        tables.table(pd.DataFrame(lines, columns=["file", "what it is"]), "files", key="exported")


def file_name(name: str) -> str:
    """Return a name for the download that every system can keep."""
    plainer = "".join(c if c.isalnum() else "-" for c in name).strip("-")[:60]
    return f"{plainer or 'model'}.zip"
