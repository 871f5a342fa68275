"""``translearn report``: write a finished run or a study as one HTML file."""

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from translearn_core.commands.terminal.client import RUNS_HINT, find_one_target, result, submit
from translearn_core.commands.terminal.errors import valid
from translearn_core.commands.terminal.options import AsJson, LanguageOfTexts
from translearn_core.commands.terminal.output import check_writable, console, print_line, print_result
from translearn_core.config import DataConfig, ExperimentConfig, JobConfig, job_id
from translearn_core.errors import NotFoundError, TrainingError, shorten_repr
from translearn_core.jobs import REPORT, BackboneInfoConfig, ReportConfig, spec_of
from translearn_core.results import BackboneInfo, ReportFile
from translearn_core.runs import LOCAL, Notes, Run, State, Studies, Study, artifacts, open_store
from translearn_core.runs.report_jobs import run_diagnostics, study_diagnostics
from translearn_core.runs.reproduce import cli_command as command_of
from translearn_core.translation import Language


def report(
    what: Annotated[
        str, typer.Argument(metavar="RUN|STUDY", help="Id or name of a finished run or a study.")
    ],
    out: Annotated[Path, typer.Option(help="HTML file to write.")],
    question: Annotated[str, typer.Option(help="What you wanted to know, for the top of the report.")] = "",
    language: LanguageOfTexts = Language.ENGLISH,
    as_json: AsJson = False,
) -> None:
    """Write a finished run or study as one HTML file: evidence, caveats, versions, how to do it again."""
    check_writable(out)
    config, parts = _report_config(subject := find_subject(what), question)
    config = config.model_copy(update={"language": language})
    for part in parts:
        _compute(part)
    written = _submit_again(config)
    file = result(written, ReportFile)
    shutil.copyfile(open_store().workspace.run(written.job.id) / file.file, out)
    lists = {"sections": list(file.sections), "missing": list(file.missing)}
    print_result({"about": subject.id, "out": str(out), "bytes": file.bytes, **lists}, show, as_json=as_json)


def _report_config(
    subject: Run[ExperimentConfig] | Study, question: str
) -> tuple[ReportConfig, tuple[JobConfig, ...]]:
    """Return the report job of a run or a study, and the diagnostics it includes."""
    if isinstance(subject, Study):
        parts = _study_parts(subject)
        report_config = valid(
            ReportConfig,
            parts=tuple(map(job_id, parts)),
            name=subject.name,
            question=question,
            study=subject.config,
            blocks=subject.blocks,
            data=_files(subject.config.data)[0][:200],
            notes=Notes(open_store()).all(LOCAL, subject.id),
        )
        return report_config, parts
    config = subject.job.config
    parts = run_diagnostics(open_store(), subject)
    report_config = valid(
        ReportConfig,
        job=subject.job.id,
        parts=tuple(map(job_id, parts)),
        name=subject.name,
        question=question,
        command=_command(config)[:20_000],
        notes=Notes(open_store()).all(LOCAL, subject.id),
    )
    return report_config, parts


def find_subject(what: str) -> Run[ExperimentConfig] | Study:
    """Return the run, or else the study, with this id or name; raise `NotFoundError` if there is none."""
    try:
        return find_one_target(what)
    except NotFoundError:
        for study in Studies(open_store()).all(LOCAL):
            if what in (study.id, study.name):
                return study
        raise NotFoundError(f"There is no run or study {shorten_repr(what)} here: {RUNS_HINT}.") from None


def _files(data: DataConfig) -> tuple[str, Collection[str]]:
    """Return the data set's name and the splits that have their own files."""
    store = open_store()
    try:
        return store.dataset(LOCAL, data.dataset).name, store.workspace.source_paths(data.dataset)
    except NotFoundError:  # deleted since
        return "data.csv", ()


def _command(config: ExperimentConfig) -> str:
    """Return the command line that repeats the training."""
    options = open_store().workspace.read_options(config.data.dataset)
    return command_of(config, *_files(config.data), _backbone_info(config), options)


def _backbone_info(config: ExperimentConfig) -> BackboneInfo | None:
    """Return the info of a run's backbone, or None if it was not computed here."""
    store = open_store()
    return artifacts.load(
        store.workspace.run(job_id(BackboneInfoConfig(backbone=config.backbone))), BackboneInfo
    )


def _study_parts(study: Study) -> tuple[JobConfig, ...]:
    """Return the diagnostics of a study's finished runs and its data."""
    parts = study_diagnostics(study, Studies(open_store()).progress(LOCAL, study.jobs).done)
    if not parts:
        raise TrainingError(f"No run of {study.name} is finished: let one finish, then ask again.")
    return parts


def _compute(part: JobConfig) -> None:
    """Compute a diagnostic; print why one fails, and raise if it was stopped."""
    name = spec_of(part).name
    try:
        submit(part, name)
    except TrainingError as error:
        if open_store().run(LOCAL, job_id(part)).state is State.STOPPED:
            raise
        print_line(f"Left out: {name}. {error}", console)


def _submit_again(config: ReportConfig) -> Run:
    """Submit the report job, deleting an earlier report, which may lack newer results."""
    store = open_store()
    for old in store.runs(LOCAL, REPORT):
        if old.job.config == config and not old.state.live:
            store.delete_run(LOCAL, old.id)
    return submit(config, f"report of {config.name}"[:200])


def show(record: dict[str, Any], screen: Console) -> None:
    """Print the output file and what is missing from it."""
    print_line(f"{len(record['sections'])} sections written to {record['out']}", screen)
    for name in record["missing"]:
        print_line(f"Not in it: {name}", screen)
