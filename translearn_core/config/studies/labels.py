"""What the cells of a study are called to a person: by the titles of recipes, and as lines of a curve."""

from collections.abc import Mapping

from translearn_core.config.recipes.catalog import RECIPES
from translearn_core.config.recipes.recipe import RecipeName

Cells = Mapping[str, Mapping[str, str]]
"""Cells by name: what they are in recipe, backbone, rows and, where it is varied, boundary."""

FACTORS = ("recipe", "boundary", "backbone", "rows")


def cell_titles(cells: Cells) -> dict[str, str]:
    """Return what each cell is called, with its recipe's title in place of the short name."""
    return {
        name: _title(factors["recipe"]) + name.removeprefix(factors["recipe"])
        if factors["recipe"] in RECIPES
        else name
        for name, factors in cells.items()
    }


def group_labels(cells: Cells, along: str) -> dict[str, str]:
    """Return the line of each cell, by its title, on a curve along one factor: what else is varied."""
    others = [
        name
        for name in FACTORS
        if name != along and len({factors.get(name) for factors in cells.values()}) > 1
    ]
    called = cell_titles(cells)
    return {
        called[cell]: ", ".join(_said(name, factors[name]) for name in others if name in factors)
        or _title(factors["recipe"])
        for cell, factors in cells.items()
    }


def _said(name: str, value: str) -> str:
    if name == "boundary":
        return "everything" if int(value) < 0 else f"from block {value}"
    return _title(value) if name == "recipe" else value


def _title(recipe: str) -> str:
    return RECIPES[RecipeName(recipe)].title if recipe in RECIPES else recipe
