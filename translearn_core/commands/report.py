"""``translearn report``: what is known of a finished run or a study as one HTML file."""

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from translearn_core.commands.client import LISTED, answer, ask, find
from translearn_core.commands.errors import valid
from translearn_core.commands.options import AsJson
from translearn_core.commands.output import check_writable, say, screen, sentence
from translearn_core.config import (
    KIND_OF,
    AnatomyConfig,
    DataConfig,
    ExperimentConfig,
    Frozen,
    JobKind,
    ReportConfig,
    identity,
)
from translearn_core.errors import ConfigError, NotFoundError, TrainingError, in_short
from translearn_core.results import Anatomy, Report
from translearn_core.runs import LOCAL, Run, State, Studies, Study, artifacts, open_store
from translearn_core.runs.report_jobs import evidence, study_evidence
from translearn_core.runs.reproduce import command as command_of


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
    told = answer(made, Report)
    shutil.copyfile(open_store().workspace.run(made.job.id) / told.file, out)
    lists = {"sections": list(told.sections), "missing": list(told.missing)}
    say({"about": found.id, "out": str(out), "bytes": told.bytes, **lists}, show, as_json=as_json)


def _question(found: Run | Study, question: str) -> tuple[ReportConfig, tuple[Frozen, ...]]:
    """Return what is asked for about a run or a study, and the questions to be answered before."""
    if isinstance(found, Study):
        parts = _about_study(found)
        asked = valid(
            ReportConfig,
            parts=tuple(map(identity, parts)),
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
    parts = evidence(open_store(), found)
    asked = valid(
        ReportConfig,
        job=found.job.id,
        parts=tuple(map(identity, parts)),
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
        raise NotFoundError(f"There is no run or study {in_short(what)} here: {LISTED}.") from None


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


def _anatomy(config: ExperimentConfig) -> Anatomy | None:
    """Return the parts of a run's backbone, where they were found here."""
    store = open_store()
    return artifacts.load(store.workspace.run(identity(AnatomyConfig(backbone=config.backbone))), Anatomy)


def _about_study(study: Study) -> tuple[Frozen, ...]:
    """Return the questions about the finished runs of a study and its data."""
    parts = study_evidence(study, Studies(open_store()).standing(LOCAL, study.jobs).done)
    if not parts:
        raise TrainingError(f"No run of {study.name} is finished: let one finish, then ask again.")
    return parts


def _find_out(part: Frozen) -> None:
    """Have a part answered; one that fails is told and left out, one that a person stops ends the command."""
    from translearn_core.reporting import EVIDENCE  # brings Plotly: only when asked for

    called = EVIDENCE[KIND_OF[type(part)]].called
    try:
        ask(part, called)
    except TrainingError as error:
        if open_store().run(LOCAL, identity(part)).state is State.STOPPED:
            raise
        sentence(f"Left out: {called}. {error}", screen)


def _afresh(asked: ReportConfig) -> Run:
    """Write the report; one that was written before may lack what is there now, so it is written again."""
    store = open_store()
    for old in store.runs(LOCAL, JobKind.REPORT):
        if old.job.config == asked and not old.state.live:
            store.delete_run(LOCAL, old.id)
    return ask(asked, f"report of {asked.name}"[:200])


def show(found: dict[str, Any], page: Console) -> None:
    """Print where the report is and what it lacks."""
    sentence(f"{len(found['sections'])} sections written to {found['out']}", page)
    for name in found["missing"]:
        sentence(f"Not in it: {name}", page)
