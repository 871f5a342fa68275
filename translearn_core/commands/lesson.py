"""``translearn lesson``: list and check lessons, compute their outcomes, write sheets for a class."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table

from translearn_core.commands.study import follow
from translearn_core.commands.terminal.client import backbone_info, result, submit
from translearn_core.commands.terminal.errors import naming_fields
from translearn_core.commands.terminal.options import AsJson
from translearn_core.commands.terminal.output import check_writable, console, print_line, print_result
from translearn_core.config import BackboneConfig
from translearn_core.errors import ConfigError, TrainingError
from translearn_core.jobs import spec_of
from translearn_core.lessons import outcomes, sheets
from translearn_core.lessons.lesson import Lesson
from translearn_core.lessons.lesson_file import lesson as load_lesson
from translearn_core.lessons.lesson_file import lesson_ids, read_lesson
from translearn_core.results import RunSummary
from translearn_core.runs import LOCAL, Studies, Study, artifacts, open_store


class Action(StrEnum):
    """What to do with a lesson."""

    LIST = "list"
    CHECK = "check"
    COMPUTE = "compute"
    WORKSHEET = "worksheet"
    TEACHER = "teacher"


def lesson(
    action: Annotated[
        Action, typer.Argument(help="list or check lessons, compute outcomes, or write a sheet.")
    ],
    name: Annotated[str | None, typer.Argument(help="Lesson by its name, or a lesson file.")] = None,
    experiment: Annotated[
        list[str] | None, typer.Option(help="Experiment to compute; may be repeated; default: all.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of outcomes, by default that of the lessons; or file of the sheet."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List lessons, check a lesson file, compute its outcomes, or write its sheets as HTML."""
    if action is Action.LIST:
        records = [_record(load_lesson(one)) for one in lesson_ids()]
        print_result(records, show, as_json=as_json)
        return
    chosen = _find(name)
    if action in (Action.WORKSHEET, Action.TEACHER):
        write_sheet(chosen, action, out)
        return
    if action is Action.COMPUTE:
        for one in experiment or chosen.experiments:
            compute(chosen, one, out)
    print_result([_record(chosen)], show, as_json=as_json)


def _find(name: str | None) -> Lesson:
    if name is None:
        raise ConfigError("lesson", name, f"a lesson file or one of {', '.join(lesson_ids())}")
    with naming_fields():
        return read_lesson(Path(name)) if name.endswith(".md") else load_lesson(name)


def write_sheet(chosen: Lesson, action: Action, out: Path | None) -> None:
    """Write a sheet of a lesson to a file, and print its name."""
    path = Path(f"{chosen.id}_{action}.html") if out is None else out
    check_writable(path)
    page = sheets.worksheet(chosen) if action is Action.WORKSHEET else sheets.teacher_sheet(chosen)
    path.write_text(page, encoding="utf-8")
    print_line(f"{chosen.title}: written to {path}", Console())


def _record(one: Lesson) -> dict[str, Any]:
    return {
        "lesson": one.id, "number": one.number, "title": one.title, "minutes": one.minutes,
        "claim": one.claim, "source": f"arXiv:{one.source}", "steps": len(one.steps),
    }  # fmt: skip


def show(records: Sequence[dict[str, Any]], screen: Console) -> None:
    """Print lessons as a table."""
    table = Table(Column("lesson", no_wrap=True), "claim", "source", "minutes", "steps", show_lines=True)
    for one in records:
        title = f"{one['lesson']}\n[dim]{one['title']}[/dim]"
        table.add_row(title, one["claim"], one["source"], str(one["minutes"]), str(one["steps"]))
    screen.print(table)


def compute(chosen: Lesson, name: str, out: Path | None = None) -> None:
    """Run an experiment of a lesson and keep its outcome.

    Raises
    ------
    ConfigError
        If the lesson has no such experiment.
    TrainingError
        If a run failed or was stopped.
    """
    if name not in chosen.experiments:
        raise ConfigError("experiment", name, f"one of {', '.join(chosen.experiments)}")
    experiment = chosen.experiments[name]
    store = open_store()
    dataset = store.add_dataset(LOCAL, experiment.file, {"train": experiment.table()})
    n_blocks = backbone_info(BackboneConfig()).n_blocks
    config = experiment.config(dataset.digest, n_blocks)
    study = Studies(store).add(LOCAL, experiment.name, config, experiment.blocks(n_blocks))
    progress = follow(study)
    if len(progress.done) < progress.total:
        reasons = [run.job.reason for run in Studies(store).failed(study)] or ["it was stopped"]
        raise TrainingError(
            f"{experiment.name}: {len(progress.done)} of {progress.total} runs ended well: {reasons[0]}"
        )
    job = experiment.evaluation(study, progress.done)
    assert job is not None  # all runs are done
    found = result(submit(job, experiment.name), spec_of(job).result)
    about = outcomes.Provenance(
        kind=job.kind,
        runs=progress.total,
        seconds=_seconds(study),
        computed=datetime.fromtimestamp(time.time(), UTC).date().isoformat(),
        n_blocks=n_blocks,
        experiment=outcomes.fingerprint(experiment),
    )
    home = outcomes.outcome_folder(chosen.id, name, out)
    outcomes.save(home, found, about)
    print_line(f"{experiment.name}: written to {home}", console)


def _seconds(study: Study) -> float:
    """Return the seconds of all runs of a study."""
    workspace = open_store().workspace
    summaries = [artifacts.load(workspace.run(job), RunSummary) for job in study.jobs]
    return sum(one.seconds["total"] for one in summaries if one is not None)
