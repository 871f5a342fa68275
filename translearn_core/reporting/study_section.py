"""Report section on the design of a study: arms, seeds, depths, rows and settings."""

from collections.abc import Iterator, Sequence

import pandas as pd

from translearn_core.config import RECIPES, PlannedRun, StudyConfig
from translearn_core.config.recipes.recipe import UNCHANGED_SETTINGS
from translearn_core.config.studies.arm_labels import arm_titles
from translearn_core.reporting.blocks import Section, TableBlock
from translearn_core.reporting.report_data import ReportData
from translearn_core.results.format import count_noun, join_list

DESIGN = "What was tried?"
"""Title of the section."""

NO_RECIPE = "No recipe: the same settings throughout, and only how deep it trains differs."


def study_section(study: StudyConfig, data: ReportData) -> Section:
    """Return the section on the factors and the common settings of a study."""
    arms, seeds = len(data.arms), len(study.seeds)
    same = " Combinations that train the same count once." if study.combinations > arms else ""
    sentences = [
        f"{count_noun(len(data.planned), 'run')}: {count_noun(arms, 'configuration')}, "
        f"{count_noun(seeds, 'seed')} each ({', '.join(map(str, study.seeds))}).{same}",
        *_strategies(study),
        *_varied(study, data.planned),
        *(arm.sentence() for arm in data.unsuitable),
        _settings(study),
    ]
    tables = [TableBlock("the configurations", _arms(data))]
    if study.settings:
        lines = [(name, str(value)) for name, value in study.settings.items()]
        tables.append(TableBlock("settings of every run", pd.DataFrame(lines, columns=["setting", "value"])))
    return Section(DESIGN, tuple(sentences), tuple(tables))


def _strategies(study: StudyConfig) -> Iterator[str]:
    for name in study.recipes:
        yield f"{RECIPES[name].title}: {RECIPES[name].summary}"
    if study.custom_recipe is not None:
        yield f"Own settings: {study.custom_recipe.method_name()}, as one run was set."
    if not study.recipes and study.boundaries:
        yield NO_RECIPE


def _varied(study: StudyConfig, planned: Sequence[PlannedRun]) -> Iterator[str]:
    """Yield sentences on the other factors that vary."""
    if study.boundaries:
        depths = [_depth(boundary, planned) for boundary in study.boundaries]
        yield f"How deep, the lowest part that trains: {', '.join(depths)}."
    if study.ways and study.data.domains is not None:
        places = [join_list(list(names)) for names in (study.data.domains.source, study.data.domains.target)]
        yield (
            f"From {places[0]} to {places[1]}: {', '.join(study.ways)}; every adaptation method is tested on "
            "the latter."
        )
    if study.sizes != (None,):
        rows = ", ".join("all" if size is None else f"{size:,}" for size in study.sizes)
        draw = "each seed drew its own" if study.resample else "all seeds learned from the same"
        balance = ", all classes alike" * study.data.balanced_subset
        noun = "Labelled rows of the target" if study.ways else "Training rows"
        yield f"{noun}: {rows}{balance}; fewer are always among the more, and {draw}."
    if study.min_steps:
        yield f"Where rows are few, epochs were added to make {study.min_steps} steps."
    yield f"Pretrained model: {', '.join(backbone.label for backbone in study.backbones)}."


def _depth(boundary: int, planned: Sequence[PlannedRun]) -> str:
    if boundary < 0:
        return "the embeddings"
    plans = [run.config.freeze for run in planned if run.factors.get("boundary") == str(boundary)]
    return f"block {boundary}" if any(plan.blocks for plan in plans) else "the head"


def _settings(study: StudyConfig) -> str:
    """Return a sentence on common settings and the origin of the others."""
    listed = ", ".join(f"{name} {value}" for name, value in study.settings.items())
    common = f"Every run was set to {listed}. " if listed else ""
    if study.recipes:
        shared = ", ".join(name.replace("_", " ") for names in UNCHANGED_SETTINGS.values() for name in names)
        usual = "" if listed else f", and {shared} are as usual"
        return f"{common}All other settings come from each configuration{usual}."
    return f"{common}All other settings are what suits the blocks that train."


def _arms(data: ReportData) -> pd.DataFrame:
    """Return a table of the arms: trained parts, stages, epochs and rates."""
    titles = arm_titles(data.arms)
    arms: dict[str, dict[str, object]] = {}
    for run in data.planned:
        config = run.config
        arms.setdefault(
            run.name,
            {
                "configuration": titles[run.name],
                "trains": config.method_name(),
                "stages": len(config.resolved_stages),
                "epochs": sum(stage.epochs for stage in config.resolved_stages),
                "rate": config.training.lr if config.trains_backbone else None,
                "rate of the head": config.training.head_lr,
                "training rows": run.factors["rows"],
                "backbone": run.factors["backbone"],
            },
        )
    return pd.DataFrame(list(arms.values()))
