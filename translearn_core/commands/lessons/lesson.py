"""``translearn lesson``: list and check lessons, compute their outcomes, write sheets for a class."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table

from translearn_core.commands.lessons.outcome import compute
from translearn_core.commands.terminal.errors import naming_fields
from translearn_core.commands.terminal.options import AsJson, LanguageOfTexts
from translearn_core.commands.terminal.output import check_writable, print_line, print_result
from translearn_core.errors import ConfigError
from translearn_core.lessons import outcomes, sheets
from translearn_core.lessons.lesson import Lesson
from translearn_core.lessons.lesson_file import lesson as load_lesson
from translearn_core.lessons.lesson_file import lesson_ids, read_lesson
from translearn_core.translation import Language


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
    language: LanguageOfTexts = Language.ENGLISH,
    as_json: AsJson = False,
) -> None:
    """List lessons, check a lesson file, compute its outcomes, or write its sheets as HTML."""
    if action is Action.LIST:
        records = [_record(load_lesson(one)) for one in lesson_ids()]
        print_result(records, show, as_json=as_json)
        return
    chosen = _find(name)
    if action in (Action.WORKSHEET, Action.TEACHER):
        write_sheet(chosen, action, out, language)
        return
    if action is Action.COMPUTE:
        for one in experiment or chosen.experiments:
            if one not in chosen.experiments:
                raise ConfigError("experiment", one, f"one of {', '.join(chosen.experiments)}")
            compute(outcomes.outcome_file(chosen, one, out))
    print_result([_record(chosen)], show, as_json=as_json)


def _find(name: str | None) -> Lesson:
    if name is None:
        raise ConfigError("lesson", name, f"a lesson file or one of {', '.join(lesson_ids())}")
    with naming_fields():
        return read_lesson(Path(name)) if name.endswith(".md") else load_lesson(name)


def write_sheet(chosen: Lesson, action: Action, out: Path | None, language: Language) -> None:
    """Write a sheet of a lesson to a file, and print its name."""
    path = Path(f"{chosen.id}_{action}.html") if out is None else out
    check_writable(path)
    make = sheets.worksheet if action is Action.WORKSHEET else sheets.teacher_sheet
    path.write_text(make(chosen, language), encoding="utf-8")
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
