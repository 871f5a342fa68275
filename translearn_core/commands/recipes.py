"""``translearn recipes``: list the transfer strategies."""

from rich.console import Console
from rich.table import Column, Table

from translearn_core.commands.terminal.options import AsJson
from translearn_core.commands.terminal.output import print_result
from translearn_core.config import RECIPES


def list_recipes(as_json: AsJson = False) -> None:
    """List the transfer strategies (recipes)."""
    print_result(report(), show, as_json=as_json)


def report() -> list[dict[str, str]]:
    """Return the output of ``recipes --json``."""
    return [
        {
            "recipe": str(recipe.name), "title": recipe.title, "does": recipe.summary,
            "when": recipe.use_when, "cost": recipe.cost, "source": recipe.source,
        }
        for recipe in RECIPES.values()
    ]  # fmt: skip


def show(records: list[dict[str, str]], screen: Console) -> None:
    """Print the recipes as a table."""
    table = Table(Column("recipe", no_wrap=True), "what it does", "when", "cost", show_lines=True)
    for recipe in records:
        table.add_row(
            recipe["recipe"],
            f"{recipe['does']}\n[dim]{recipe['source']}[/dim]",
            recipe["when"],
            recipe["cost"],
        )
    screen.print(table)
