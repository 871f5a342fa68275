"""``translearn runs``: what was done in this workspace."""

from typing import Any

from rich.console import Console
from rich.table import Column, Table

from translearn_core.commands.options import AsJson
from translearn_core.commands.saying import say
from translearn_core.results import RunSummary
from translearn_core.runs import LOCAL, Run, artifacts, open_store


def runs(as_json: AsJson = False) -> None:
    """List the runs of this workspace."""
    say({"runs": [line(run) for run in open_store().runs(LOCAL)]}, show, as_json=as_json)


def line(run: Run) -> dict[str, Any]:
    """Return a run as one line of a list."""
    summary = artifacts.load(open_store().workspace.run(run.job.id), RunSummary)
    return {
        "run": run.id,
        "name": run.name,
        "state": str(run.state),
        "reason": run.job.reason,
        "accuracy": summary.test.accuracy if summary else None,
        "macro_f1": summary.test.macro_f1 if summary else None,
        "seconds": summary.seconds["total"] if summary else None,
    }


def show(found: dict[str, Any], screen: Console) -> None:
    """Print the runs as a table."""
    if not found["runs"]:
        screen.print("No runs yet: start one with 'translearn train FILE --text COL --label COL'.")
        return
    table = Table(Column("run", no_wrap=True), "name", "state", "accuracy", "macro-F1", "seconds")
    for one in found["runs"]:
        numbers = [f"{one[k]:.3f}" if one[k] is not None else "" for k in ("accuracy", "macro_f1")]
        table.add_row(one["run"], one["name"], one["state"], *numbers, str(one["seconds"] or ""))
    screen.print(table)
