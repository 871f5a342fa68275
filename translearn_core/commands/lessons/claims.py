"""``translearn claims``: list claims of sources, show what came out, run or compute their experiments."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table

from translearn_core.claims.claim_file import claim as load_claim
from translearn_core.claims.claim_file import claim_ids, read_claim
from translearn_core.claims.findings import ClaimFinding, finding, outcome_file, own_studies, record
from translearn_core.claims.source_claim import SourceClaim
from translearn_core.commands.lessons.outcome import compute, run_experiment
from translearn_core.commands.terminal.errors import naming_fields
from translearn_core.commands.terminal.options import AsJson
from translearn_core.commands.terminal.output import print_result
from translearn_core.errors import ConfigError
from translearn_core.runs import LOCAL, open_store


class Action(StrEnum):
    """What to do with claims."""

    LIST = "list"
    SHOW = "show"
    RUN = "run"
    CHECK = "check"
    COMPUTE = "compute"


def claims(
    action: Annotated[
        Action,
        typer.Argument(
            help="list all, show what came out, run one here, check a file, or compute outcomes to ship."
        ),
    ],
    name: Annotated[
        str | None, typer.Argument(help="Claim by its name, or a claim file; show: all by default.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of computed outcomes, by default that of the claims.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Test here what the sources of recipes and lessons claim, and say whether it was reproduced."""
    if action in (Action.LIST, Action.SHOW) and name is None:
        found = [_found(load_claim(one)) for one in claim_ids()]
        print_result([record(one) for one in found], show, as_json=as_json)
        return
    chosen = _find(name)
    if action is Action.RUN:
        result, _ = run_experiment(chosen.experiment)
        found = [finding(chosen, chosen.experiment.present(result))]
    else:
        if action is Action.COMPUTE:
            compute(outcome_file(chosen, out))
        found = [_found(chosen)]
    print_result([record(one) for one in found], show, as_json=as_json)


def _find(name: str | None) -> SourceClaim:
    if name is None:
        raise ConfigError("claim", name, f"a claim file or one of {', '.join(claim_ids())}")
    with naming_fields():
        return read_claim(Path(name)) if name.endswith(".yaml") else load_claim(name)


def _found(claim: SourceClaim) -> ClaimFinding:
    """Return what came out of a claim, of the command line's own runs first."""
    return finding(claim, own_studies(claim, open_store(), LOCAL).result())


def show(records: Sequence[dict[str, Any]], screen: Console) -> None:
    """Print claims as a table: what the source says, what came out, and the verdict."""
    table = Table(
        Column("claim", no_wrap=True), "the source says", "expected here", "came out", "verdict",
        show_lines=True,
    )  # fmt: skip
    for one in records:
        came_out = f"{one['what came out'] or 'Nothing yet.'}\n[dim]{one['origin']}[/dim]"
        source = f"{one['sentence']}\n[dim]{one['authors']}, {one['source']}[/dim]"
        table.add_row(one["claim"], source, one["expected"], came_out, one["verdict"])
    screen.print(table)
