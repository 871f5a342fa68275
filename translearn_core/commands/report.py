"""``translearn report``: what is known of a finished run or a study as one HTML file."""

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from translearn_core.commands.client import LISTED, find, result, submit
from translearn_core.commands.errors import valid
from translearn_core.commands.options import AsJson
from translearn_core.commands.output import check_writable, console, print_line, print_result
from translearn_core.config import (
    JOB_KIND,
    BackboneInfoConfig,
    BaseConfig,
    DataConfig,
    ExperimentConfig,
    JobKind,
    ReportConfig,
    job_id,
)
from translearn_core.errors import ConfigError, NotFoundError, TrainingError, shorten_repr
from translearn_core.results import BackboneInfo, ReportFile
from translearn_core.runs import LOCAL, Run, State, Studies, Study, artifacts, open_store
from translearn_core.runs.report_jobs import run_diagnostics, study_diagnostics
from translearn_core.runs.reproduce import cli_command as command_of


def report(
    what: Annotated[
        str, typer.Argument(metavar="RUN|STUDY", help="Id or name of a finished run or a study.")
    ],
    out: Annotated[Path, typer.Option(help="HTML file to write.")],
    question: Annotated[str, typer.Option(help="What you wanted to know, for the top of the report.")] = "",
    as_json: AsJson = False,
) -> None:
    """Write a finished run or study as one HTML file: evidence, caveats, versions, how to do it again."""
    check_writable(out)
    asked, parts = _question(found := about(what), question)
    for part in parts:
        _find_out(part)
    made = _afresh(asked)
    told = result(made, ReportFile)
    shutil.copyfile(open_store().workspace.run(made.job.id) / told.file, out)
    lists = {"sections": list(told.sections), "missing": list(told.missing)}
    print_result({"about": found.id, "out": str(out), "bytes": told.bytes, **lists}, show, as_json=as_json)


def _question(found: Run | Study, question: str) -> tuple[ReportConfig, tuple[BaseConfig, ...]]:
    """Return what is asked for about a run or a study, and the questions to be answered before."""
    if isinstance(found, Study):
        parts = _about_study(found)
        asked = valid(
            ReportConfig,
            parts=tuple(map(job_id, parts)),
            name=found.name,
            question=question,
            study=found.config,
            blocks=found.blocks,
            data=_files(found.config.data)[0][:200],
        )
        return asked, parts
    config = found.job.config
    if not isinstance(config, ExperimentConfig):
        raise ConfigError("run", found.id, "a training or a study")
    parts = run_diagnostics(open_store(), found)
    asked = valid(
        ReportConfig,
        job=found.job.id,
        parts=tuple(map(job_id, parts)),
        name=found.name,
        question=question,
        command=_command(config)[:20_000],
    )
    return asked, parts


def about(what: str) -> Run | Study:
    """Return a run by its id or name, else a study; raises if there is neither."""
    try:
        return find(what)
    except NotFoundError:
        mine = Studies(open_store()).all(LOCAL)
        for study in mine:
            if what in (study.id, study.name):
                return study
        raise NotFoundError(f"There is no run or study {shorten_repr(what)} here: {LISTED}.") from None


def _files(data: DataConfig) -> tuple[str, Collection[str]]:
    """Return what the table is called, and which parts of it have files of their own."""
    store = open_store()
    try:
        return store.dataset(LOCAL, data.dataset).name, store.workspace.source_paths(data.dataset)
    except NotFoundError:  # deleted since
        return "data.csv", ()


def _command(config: ExperimentConfig) -> str:
    """Return the command line that trains the same again."""
    options = open_store().workspace.read_options(config.data.dataset)
    return command_of(config, *_files(config.data), _anatomy(config), options)


def _anatomy(config: ExperimentConfig) -> BackboneInfo | None:
    """Return the parts of a run's backbone, where they were found here."""
    store = open_store()
    return artifacts.load(
        store.workspace.run(job_id(BackboneInfoConfig(backbone=config.backbone))), BackboneInfo
    )


def _about_study(study: Study) -> tuple[BaseConfig, ...]:
    """Return the questions about the finished runs of a study and its data."""
    parts = study_diagnostics(study, Studies(open_store()).progress(LOCAL, study.jobs).done)
    if not parts:
        raise TrainingError(f"No run of {study.name} is finished: let one finish, then ask again.")
    return parts


def _find_out(part: BaseConfig) -> None:
    """Have a part answered; one that fails is told and left out, one that a person stops ends the command."""
    from translearn_core.reporting import DIAGNOSTIC_SECTIONS  # brings Plotly: only when asked for

    called = DIAGNOSTIC_SECTIONS[JOB_KIND[type(part)]].called
    try:
        submit(part, called)
    except TrainingError as error:
        if open_store().run(LOCAL, job_id(part)).state is State.STOPPED:
            raise
        print_line(f"Left out: {called}. {error}", console)


def _afresh(asked: ReportConfig) -> Run:
    """Write the report; one that was written before may lack what is there now, so it is written again."""
    store = open_store()
    for old in store.runs(LOCAL, JobKind.REPORT):
        if old.job.config == asked and not old.state.live:
            store.delete_run(LOCAL, old.id)
    return submit(asked, f"report of {asked.name}"[:200])


def show(found: dict[str, Any], page: Console) -> None:
    """Print where the report is and what it lacks."""
    print_line(f"{len(found['sections'])} sections written to {found['out']}", page)
    for name in found["missing"]:
        print_line(f"Not in it: {name}", page)
