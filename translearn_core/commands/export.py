"""``translearn export``: write a finished run's model as a self-contained folder."""

import zipfile
from pathlib import Path
from shlex import quote
from typing import Annotated, Any

import typer
from rich.console import Console

from translearn_core.commands.terminal.client import find_one_target, result, submit
from translearn_core.commands.terminal.options import AsJson, FinishedRun
from translearn_core.commands.terminal.output import print_line, print_result
from translearn_core.config import ExperimentConfig
from translearn_core.config.optional_deps import missing_onnx_message
from translearn_core.errors import DataError, NotFoundError, TranslearnError
from translearn_core.jobs import ExportConfig
from translearn_core.results import ExportFile
from translearn_core.runs import LOCAL, Run, open_store


def export(
    run: FinishedRun,
    out: Annotated[Path, typer.Option(help="Folder to write to: a new or an empty one.")],
    onnx: Annotated[bool, typer.Option("--onnx", help="An ONNX file too; needs the extra 'onnx'.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a finished run's model to a folder: weights, tokenizer, labels, card, programs to use it."""
    if onnx and (message := missing_onnx_message()):
        raise TranslearnError(message)
    finished = find_one_target(run)
    config = export_config(finished, onnx=onnx)
    check_empty(out)
    exported = submit(config, f"export of {finished.name}"[:200])
    file = result(exported, ExportFile)
    with zipfile.ZipFile(open_store().workspace.run(exported.job.id) / file.file) as packed:
        packed.extractall(out)
    record = {"run": finished.id, "out": str(out), "bytes": file.bytes, "files": list(file.files)}
    print_result(record | {"onnx_difference": file.onnx_difference}, show, as_json=as_json)


def export_config(finished: Run[ExperimentConfig], *, onnx: bool) -> ExportConfig:
    """Return the export job, with the names of the run and its data set."""
    try:
        data = open_store().dataset(LOCAL, finished.job.config.data.dataset).name
    except NotFoundError:  # deleted since
        data = ""
    return ExportConfig(job=finished.job.id, onnx=onnx, name=finished.name, data=data[:200])


def check_empty(out: Path) -> None:
    """Raise `DataError` if a folder is not writable or not empty."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        full = any(out.iterdir())
    except OSError as error:
        raise DataError(f"{str(out)!r} cannot be written ({error.strerror}): choose another --out.") from None
    if full:
        raise DataError(f"{str(out)!r} is not empty: give a new folder, or empty it first.")


def show(record: dict[str, Any], screen: Console) -> None:
    """Print the folder and how to use it."""
    print_line(f"{len(record['files'])} files written to {record['out']}", screen)
    if record["onnx_difference"] is not None:
        difference = record["onnx_difference"]
        print_line(f"The ONNX file's probabilities differ by at most {difference:.1e} on test texts.", screen)
    print_line(f'Try it: python {quote(str(Path(record["out"]) / "predict.py"))} "a text"', screen)
