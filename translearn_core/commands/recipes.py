"""``translearn recipes``: the ways to transfer that have a name."""

from rich.console import Console
from rich.table import Column, Table

from translearn_core.commands.options import AsJson
from translearn_core.commands.output import print_result
from translearn_core.config import RECIPES


def list_recipes(as_json: AsJson = False) -> None:
    """List the ways to transfer that have a name."""
    print_result(report(), show, as_json=as_json)


def report() -> list[dict[str, str]]:
    """Return what ``recipes --json`` prints: every recipe as plain text."""
    return [
        {
            "recipe": str(one.name), "title": one.title, "does": one.summary, "when": one.use_when,
            "cost": one.cost, "source": one.source,
        }
        for one in RECIPES.values()
    ]  # fmt: skip


def show(found: list[dict[str, str]], screen: Console) -> None:
    """Print the recipes as a table."""
    table = Table(Column("recipe", no_wrap=True), "what it does", "when", "cost", show_lines=True)
    for one in found:
        table.add_row(one["recipe"], f"{one['does']}\n[dim]{one['source']}[/dim]", one["when"], one["cost"])
    screen.print(table)
