"""``translearn runs``: list or delete the runs of the workspace."""

from typing import Annotated, Any

import typer
from rich.console import Console

from translearn_core.commands.terminal.options import AsJson
from translearn_core.commands.terminal.output import print_result
from translearn_core.commands.terminal.tables import print_table
from translearn_core.errors import DamagedFileError
from translearn_core.results import RunSummary
from translearn_core.results.metric import metric_of
from translearn_core.runs import LOCAL, UNREADABLE, Run, Unreadable, artifacts, open_store

Deleted = Annotated[
    str | None, typer.Option("--delete", metavar="RUN", help="Delete this run first, with its results.")
]


def runs(delete: Deleted = None, as_json: AsJson = False) -> None:
    """List the runs of this workspace."""
    store = open_store()
    if delete is not None:
        store.delete_run(LOCAL, delete)
    listed: list[Run | Unreadable] = [*store.runs(LOCAL), *store.unreadable(LOCAL)]
    print_result({"runs": [line(run) for run in listed]}, show, as_json=as_json)


def line(run: Run | Unreadable) -> dict[str, Any]:
    """Return one run of the output of ``runs --json``."""
    if isinstance(run, Unreadable):
        unreadable = {"state": "unreadable", "reason": UNREADABLE}
        return {"run": run.id, "name": run.name, **unreadable, "scores": {}, "seconds": None}
    try:
        summary = artifacts.read(open_store().workspace.run(run.job.id), RunSummary)
    except DamagedFileError as error:
        if open_store().mark_damaged(error):
            return line(open_store().run(LOCAL, run.id))
        summary = None
    return {
        "run": run.id,
        "name": run.name,
        "state": str(run.state),
        "reason": run.job.reason,
        "scores": {name: score.value for name, score in summary.test.scores.items()} if summary else {},
        "seconds": summary.seconds["total"] if summary else None,
    }


def show(record: dict[str, Any], screen: Console) -> None:
    """Print the runs as a table."""
    if not record["runs"]:
        screen.print("No runs yet: start one with 'translearn train FILE --text COL --label COL'.")
        return
    names = list(dict.fromkeys(name for one in record["runs"] for name in one["scores"]))
    rows = [
        (one["run"], one["name"], one["state"], *(_number(one["scores"].get(name)) for name in names),
         _number(one["seconds"], 1))
        for one in record["runs"]
    ]  # fmt: skip
    numbers = (*(metric_of(name).label for name in names), "seconds")
    print_table(screen, ("run", "name", "state", *numbers), rows, numbers=numbers, whole=("run", "state"))
    if any(one["state"] == "unreadable" for one in record["runs"]):
        screen.print(f"unreadable: {UNREADABLE} 'translearn runs --delete RUN' deletes the old one.")


def _number(value: float | None, digits: int = 3) -> str:
    return "" if value is None else f"{value:.{digits}f}"
