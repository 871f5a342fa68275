"""``translearn runs``: list or delete the runs of the workspace."""

from typing import Annotated, Any

import typer
from rich.console import Console

from translearn_core.commands.terminal.client import find_training
from translearn_core.commands.terminal.options import AsJson
from translearn_core.commands.terminal.output import print_result
from translearn_core.commands.terminal.tables import print_table
from translearn_core.errors import ConfigError, DamagedFileError
from translearn_core.results import RunSummary
from translearn_core.results.metric import TARGET_SIGN, metric_of
from translearn_core.runs import LOCAL, UNREADABLE, Run, RunTags, Unreadable, artifacts, open_store
from translearn_core.runs.joint_runs import shared_name, target_of, with_targets_together

Deleted = Annotated[
    str | None, typer.Option("--delete", metavar="RUN", help="Delete this run first, with its results.")
]

Tagged = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="RUN=TAG,…", help="Replace the tags of a run first; may be repeated."),
]
WithoutWeights = Annotated[
    str | None,
    typer.Option(
        "--delete-weights", metavar="RUN", help="Delete the weights of this run first, and keep its results."
    ),
]
Search = Annotated[str | None, typer.Option(help="Only runs whose name or tags hold these words.")]


def runs(
    delete: Deleted = None,
    delete_weights: WithoutWeights = None,
    tag: Tagged = None,
    search: Search = None,
    as_json: AsJson = False,
) -> None:
    """List the runs of this workspace."""
    store = open_store()
    if delete is not None:
        store.delete_run(LOCAL, delete)
    if delete_weights is not None:
        store.delete_weights(LOCAL, find_training(delete_weights).id)
    for word in tag or []:
        name, sign, tags = word.rpartition("=")
        if not sign:
            raise ConfigError("--tag", word, "RUN=TAG,…, and RUN= for no tags")
        RunTags(store).set(LOCAL, find_training(name).id, tags.split(","))
    listed: list[Run | Unreadable] = [*with_targets_together(store.runs(LOCAL)), *store.unreadable(LOCAL)]
    tagged = RunTags(store).all(LOCAL)
    lines = [line(run) | {"tags": list(tagged.get(run.id, ()))} for run in listed]
    print_result({"runs": [one for one in lines if _matches(one, search)]}, show, as_json=as_json)


def _matches(record: dict[str, Any], words: str | None) -> bool:
    text = " ".join((record["name"], *record["tags"])).casefold()
    return all(word in text for word in (words or "").casefold().split())


def line(run: Run | Unreadable) -> dict[str, Any]:
    """Return one run of the output of ``runs --json``."""
    if isinstance(run, Unreadable):
        no_target = {"target": None, "shared_name": run.name}
        unreadable = {"state": "unreadable", "reason": UNREADABLE, "bytes": 0, "weights_deleted": False}
        return {"run": run.id, "name": run.name, **no_target, **unreadable, "scores": {}, "seconds": None}
    try:
        summary = artifacts.read(open_store().workspace.run(run.job.id), RunSummary)
    except DamagedFileError as error:
        if open_store().mark_damaged(error):
            return line(open_store().run(LOCAL, run.id))
        summary = None
    return {
        "run": run.id,
        "name": run.name,
        "target": target_of(run),
        "shared_name": shared_name(run),
        "state": str(run.state),
        "reason": run.job.reason,
        "bytes": open_store().disk_of(run.job.id),
        "weights_deleted": open_store().workspace.weights_deleted(run.job.id),
        "scores": {name: score.value for name, score in summary.test.scores.items()} if summary else {},
        "seconds": summary.seconds["total"] if summary else None,
    }


def show(record: dict[str, Any], screen: Console) -> None:
    """Print the runs as a table."""
    if not record["runs"]:
        screen.print("No runs yet: start one with 'translearn train FILE --text COL --label COL'.")
        return
    scores = (name for one in record["runs"] for name in one["scores"] if TARGET_SIGN not in name)
    names, by_target = list(dict.fromkeys(scores)), any(one["target"] for one in record["runs"])
    rows = [
        (one["run"], one["shared_name"], *[one["target"] or ""] * by_target, ", ".join(one["tags"]),
         one["state"],
         *(_number(one["scores"].get(name)) for name in names),
         _number(one["seconds"], 1), f"{one['bytes'] / 1e6:.1f}")
        for one in record["runs"]
    ]  # fmt: skip
    numbers = (*(metric_of(name).label for name in names), "seconds", "MB")
    columns = ("run", "name", *["target"] * by_target, "tags", "state", *numbers)
    print_table(screen, columns, rows, numbers=numbers, whole=("run", "state"))
    if any(one["state"] == "unreadable" for one in record["runs"]):
        screen.print(f"unreadable: {UNREADABLE} 'translearn runs --delete RUN' deletes the old one.")


def _number(value: float | None, digits: int = 3) -> str:
    return "" if value is None else f"{value:.{digits}f}"
