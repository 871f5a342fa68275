"""Export panel: the trained model as a zip file."""

import pandas as pd

from pages._ui.runs import run_actions
from pages._ui.server import downloads
from pages._ui.shell import jobs, st, state, tables
from pages._ui.shell.formatting import plain, size
from translearn_core.config import ExperimentConfig
from translearn_core.config.optional_deps import missing_onnx_message
from translearn_core.errors import NotFoundError
from translearn_core.jobs import ExportConfig
from translearn_core.results import ExportFile
from translearn_core.runs import Run

ONNX = "export_onnx"
WHAT = (
    "Use the trained model anywhere: one zip with the weights, the tokenizer, the labels, a model card with "
    "purpose, scores and limits, and a small program. "
    '`python predict.py "a text"` needs PyTorch and Transformers only, nothing of this laboratory. '
    "`python repeat.py FILE` trains it again."
)
WHAT_TFIDF = (
    "Use the trained model anywhere: one zip with the words, their weights, the labels, a model card with "
    "purpose, scores and limits, and a small program. "
    '`python predict.py "a text"` needs numpy and safetensors only, nothing of this laboratory. '
    "`python repeat.py FILE` trains it again."
)
ONNX_HELP = "a file that programs in many languages can run, without PyTorch"
PURPOSES = {
    "README.md": "model card: purpose, data, scores, limits, how it was made",
    "predict.py": "classifies texts, typed or in a CSV",
    "predict_onnx.py": "the same with the ONNX file",
    "prediction_output.py": "prints predictions, or writes them as new columns of a table",
    "table_input.py": "reads the texts, typed or in a table",
    "sentence_input.py": "splits sentences into words, and reads tables of words",
    "repeat.py": "trains it again from the CSV",
    "model.onnx": "the whole model as one ONNX file",
    "labels.json": "the labels, in the order of the probabilities",
    "head.json": "how a text becomes what the head sees",
    "head.safetensors": "weights of the head",
    "experiment.json": "every setting of the run",
    "scores.json": "scores on validation and test",
    "terms.json": "words and word pairs that are counted",
    "trained.safetensors": "their weights and the classifier",
    "backbone/model.safetensors": "weights of the backbone",
    "backbone/config.json": "architecture of the backbone",
    "backbone/tokenizer.json": "how texts are split into tokens",
}
"""Descriptions of the exported files."""


def panel(run: Run[ExperimentConfig]) -> None:
    """Offer the export of a run's model."""
    st.subheader("Export the model", anchor=False)
    counted = run.job.config.backbone.is_tfidf
    st.markdown(WHAT_TFIDF if counted else WHAT)
    if run_actions.weights_deleted(run):
        return
    config = export_config(run, onnx=not counted and _with_onnx())
    pressed = f"export-{config.model_dump_json()}"
    if jobs.find_run(config) is None and not state.get_value(pressed):
        if not st.button("Make the file", key="export", icon=":material/inventory_2:"):
            return
        state.set_value(pressed, True)
    export_file = run_actions.result_or_stop(config, "stop-export")
    export_run = jobs.find_run(config)
    if export_file is not None and export_run is not None:
        _show(run, export_run, export_file)


def export_config(run: Run[ExperimentConfig], *, onnx: bool) -> ExportConfig:
    """Return the export config of a run."""
    config = run.job.config
    try:
        data = state.store().dataset(state.owner(), config.data.dataset).name
    except NotFoundError:  # deleted since
        data = ""
    return ExportConfig(job=run.job.id, onnx=onnx, name=run.name, data=data[:200])


def _with_onnx() -> bool:
    lacking = missing_onnx_message()
    state.init_widget(ONNX, False)
    with_onnx = st.toggle("With an ONNX file", key=ONNX, disabled=lacking is not None, help=ONNX_HELP)
    if lacking is not None:
        st.caption(plain(lacking))
    return with_onnx and lacking is None


def _show(run: Run[ExperimentConfig], export_run: Run, export_file: ExportFile) -> None:
    address = downloads.link(export_run.id, file_name(run.name))
    st.link_button(
        f"Download ({size(export_file.bytes)})",
        address,
        icon=":material/download:",
        type="primary",
        key="export_file",
    )
    if export_file.onnx_difference is not None:
        st.caption(
            "On test texts, short and long, one and many at a time, the probabilities of the ONNX file "
            f"differed from the model's by at most {export_file.onnx_difference:.1e}."
        )
    with st.expander("What is in it", icon=":material/folder_zip:"):
        lines = [
            (name, PURPOSES.get(name, "belongs to the tokenizer or the backbone"))
            for name in export_file.files
        ]
        tables.table(pd.DataFrame(lines, columns=["file", "what it is"]), "files", key="exported")


def file_name(name: str) -> str:
    """Return a file name that is valid on every system."""
    plainer = "".join(c if c.isalnum() else "-" for c in name).strip("-")[:60]
    return f"{plainer or 'model'}.zip"
