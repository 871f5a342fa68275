"""Display names of the arms of a study, and of the lines of a curve."""

from collections.abc import Mapping

from translearn_core.config.recipes.catalog import RECIPES
from translearn_core.config.recipes.recipe import RecipeName

Arms = Mapping[str, Mapping[str, str]]
"""Factors of each arm by its name: recipe, backbone, rows and, if varied, boundary."""

FACTORS = ("recipe", "boundary", "way", "source", "backbone", "rows")


def arm_titles(arms: Arms) -> dict[str, str]:
    """Return the display name of each arm: its recipe's title, and rows of ways as labels of the target."""
    return {name: _arm_title(name, factors) for name, factors in arms.items()}


def _arm_title(name: str, factors: Mapping[str, str]) -> str:
    if factors["recipe"] in RECIPES:
        name = _title(factors["recipe"]) + name.removeprefix(factors["recipe"])
    rows = factors.get("rows", "")
    if "way" in factors and name.endswith(f", {rows}"):
        return name.removesuffix(rows) + _label("target labels", rows)
    return name


def group_labels(arms: Arms, along: str) -> dict[str, str]:
    """Return the line of each arm, by display name, on a curve along one factor: its other factors."""
    others = [
        name
        for name in FACTORS
        if name != along and len({factors.get(name) for factors in arms.values()}) > 1
    ]
    titles = arm_titles(arms)
    return {
        titles[arm]: ", ".join(_label(name, factors[name]) for name in others if name in factors)
        or _title(factors["recipe"])
        for arm, factors in arms.items()
    }


def _label(name: str, value: str) -> str:
    if name == "target labels":
        number = value.removesuffix(" rows")
        return f"{number} target label{'' if number == '1' else 's'}"
    if name == "boundary":
        return "everything" if int(value) < 0 else f"from block {value}"
    return _title(value) if name == "recipe" else value


def _title(recipe: str) -> str:
    return RECIPES[RecipeName(recipe)].title if recipe in RECIPES else recipe
