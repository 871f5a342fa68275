"""What a study tried: how many runs, which ways, how deep, on how many rows, with which settings."""

from collections.abc import Iterator, Sequence

import pandas as pd

from translearn_core.config import RECIPES, PlannedRun, StudyConfig
from translearn_core.config.recipes.recipe import KEPT
from translearn_core.config.studies.labels import cell_titles
from translearn_core.reporting.blocks import Section, TableBlock
from translearn_core.reporting.report_data import ReportData

PLAIN = "No recipe: the same settings throughout, and only how deep it trains differs."


def study_section(study: StudyConfig, about: ReportData) -> Section:
    """Tell what a study varied, and what stayed the same in all its runs."""
    cells, seeds = len(about.cells), len(study.seeds)
    said = [
        f"{len(about.planned):,} runs: {_many(cells, 'way')}, {_many(seeds, 'seed')} each "
        f"({', '.join(map(str, study.seeds))}).",
        *_ways(study),
        *_varied(study, about.planned),
        _settings(study),
    ]
    sheets = [TableBlock("the ways", _each(about))]
    if study.settings:
        lines = [(name, str(value)) for name, value in study.settings.items()]
        sheets.append(TableBlock("settings of every run", pd.DataFrame(lines, columns=["setting", "value"])))
    return Section("What was tried?", tuple(said), sheets=tuple(sheets))


def _ways(study: StudyConfig) -> Iterator[str]:
    for name in study.recipes:
        yield f"{RECIPES[name].title}: {RECIPES[name].summary}"
    if study.own is not None:
        yield f"Own settings: {study.own.plan.label}, as one run was set."
    if not study.recipes and study.boundaries:
        yield PLAIN


def _varied(study: StudyConfig, planned: Sequence[PlannedRun]) -> Iterator[str]:
    """Say what is varied besides the ways, where it is."""
    if study.boundaries:
        depths = [_from(boundary, planned) for boundary in study.boundaries]
        yield f"How deep, the lowest part that trains: {', '.join(depths)}."
    if study.sizes != (None,):
        rows = ", ".join("all" if size is None else f"{size:,}" for size in study.sizes)
        which = "each seed drew its own" if study.redraw else "all seeds learned from the same"
        alike = ", all classes alike" * study.data.balanced
        yield f"Training rows: {rows}{alike}; fewer are always among the more, and {which}."
    if study.fewest_steps:
        yield f"Where rows are few, epochs were added to make {study.fewest_steps} steps."
    yield f"Pretrained model: {', '.join(backbone.label for backbone in study.backbones)}."


def _from(boundary: int, planned: Sequence[PlannedRun]) -> str:
    if boundary < 0:
        return "the embeddings"
    plans = [one.config.plan for one in planned if one.cell.get("boundary") == str(boundary)]
    return f"block {boundary}" if any(plan.blocks for plan in plans) else "the head"


def _settings(study: StudyConfig) -> str:
    """Say which settings all runs have, and where the others come from."""
    told = ", ".join(f"{name} {value}" for name, value in study.settings.items())
    common = f"Every run was set to {told}. " if told else ""
    if study.recipes:
        kept = ", ".join(name.replace("_", " ") for names in KEPT.values() for name in names)
        usual = "" if told else f", and {kept} are as usual"
        return f"{common}All other settings come from each way{usual}."
    return f"{common}All other settings are what suits the blocks that train."


def _each(about: ReportData) -> pd.DataFrame:
    """Return a line a way: what trains in it, for how long and how fast."""
    called = cell_titles(about.cells)
    found: dict[str, dict[str, object]] = {}
    for one in about.planned:
        config = one.config
        found.setdefault(
            one.name,
            {
                "way": called[one.name],
                "trains": config.plan.label,
                "stages": len(config.resolved_stages),
                "epochs": sum(stage.epochs for stage in config.resolved_stages),
                "rate": config.training.lr if config.trains_backbone else None,
                "rate of the head": config.training.head_lr,
                "training rows": one.cell["rows"],
                "backbone": one.cell["backbone"],
            },
        )
    return pd.DataFrame(list(found.values()))


def _many(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'s' * (number != 1)}"
