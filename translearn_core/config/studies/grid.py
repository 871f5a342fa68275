"""From a study to its runs: every cell of the grid, every seed, each question once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from translearn_core.config.base import BaseConfig
from translearn_core.config.data import DataConfig
from translearn_core.config.experiment import ExperimentConfig
from translearn_core.config.jobs import job_id
from translearn_core.config.min_steps import with_min_steps
from translearn_core.config.model import BackboneConfig, FreezePlan
from translearn_core.config.overrides import apply_overrides
from translearn_core.config.recipes.catalog import RECIPES
from translearn_core.config.recipes.recipe import Recipe, RecipeName
from translearn_core.config.studies.study import FULL_FINE_TUNING, StudyConfig, custom_overrides
from translearn_core.config.training import TrainingConfig
from translearn_core.errors import ConfigError, TranslearnError
from translearn_core.validation_errors import explain_validation_error

MOST_RUNS = 500
"""A larger grid is a mistake more often than a question."""

PLAIN, HEAD_ONLY = "top blocks", "head only"
"""Lines of plans without a recipe: those that train from a boundary up, and what each recipe ends in."""

OWN_LINE = "own settings"
"""Line of the study's own experiment."""


@dataclass(frozen=True)
class PlannedRun:
    """One run of a study: its cell by what is varied and by name, its seed, and the experiment."""

    cell: dict[str, str]
    name: str
    seed: int
    config: ExperimentConfig


@dataclass(frozen=True)
class _Arm:
    """One way to transfer on one backbone: how it is called, its line and boundary, and what it makes."""

    name: str
    line: str
    boundary: int | None
    make: Callable[[ExperimentConfig], ExperimentConfig]


def expand_grid(study: StudyConfig, n_blocks: Mapping[str, int]) -> tuple[PlannedRun, ...]:
    """Return a study's runs, all cells with the first seed first.

    Parameters
    ----------
    study : StudyConfig
    n_blocks : mapping of backbone label to its number of blocks

    Returns
    -------
    tuple of Planned
        The seed sets head, batch order and dropout, fresh weights where there are some, and with `redraw`
        which fewer rows are learnt from; how rows are dealt stays, so that all runs are scored on the same
        test rows. Of two that ask the same the first is kept.

    Raises
    ------
    ConfigError
        If a backbone cannot do what is asked, or there are more than `MOST_RUNS`.
    """
    cells = list(_cells(study, n_blocks))
    planned: dict[str, PlannedRun] = {}
    for seed in study.seeds:
        for factors, name, config in cells:
            made = _seeded(config, seed, redraw=study.redraw)
            planned.setdefault(job_id(made), PlannedRun(factors, name, seed, made))
            if len(planned) > MOST_RUNS:
                fewer = f"at most {MOST_RUNS}, by fewer recipes, boundaries, seeds or sizes"
                raise ConfigError("study", f"more than {MOST_RUNS} runs", fewer)
    return tuple(planned.values())


def depth_study(config: ExperimentConfig, n_blocks: int, *, seeds: int = 3) -> StudyConfig:
    """Return the study of how deep an experiment should train: its settings from every boundary up.

    What trains in stages trains at once there, for as many epochs as all stages have together.
    """
    epochs = sum(stage.epochs for stage in config.resolved_stages)
    at_once = config.model_copy(
        update={"stages": (), "training": config.training.model_copy(update={"epochs": epochs})}
    )
    common: dict[str, Any] = {
        "data": config.data.model_copy(update={"train_rows": None}),
        "backbones": (config.backbone,),
        "seeds": tuple(range(config.training.seed, config.training.seed + seeds)),
        "sizes": (config.data.train_rows,),
        "settings": custom_overrides(at_once, recipes=False),
    }
    possible = []
    for boundary in range(FULL_FINE_TUNING, n_blocks + 1):
        try:
            expand_grid(StudyConfig(**common, boundaries=(boundary,)), {config.backbone.label: n_blocks})
        except TranslearnError:  # LoRA, for one, needs a block that trains
            continue
        possible.append(boundary)
    return StudyConfig(**common, boundaries=tuple(possible))


def _cells(
    study: StudyConfig, n_blocks: Mapping[str, int]
) -> Iterator[tuple[dict[str, str], str, ExperimentConfig]]:
    for backbone in study.backbones:
        label = backbone.label
        if label not in n_blocks:
            raise ConfigError("n_blocks", sorted(n_blocks), f"the number of blocks of {label}")
        for way in _arms(study, label, n_blocks[label]):
            for size in study.sizes:
                rows = "all rows" if size is None else f"{size:,} rows"
                factors = {"recipe": way.line, "backbone": label, "rows": rows}
                factors |= {} if way.boundary is None else {"boundary": str(way.boundary)}
                said = [way.name]
                said += [label if len(label) <= 80 else f"…{label[-79:]}"] * (len(study.backbones) > 1)
                said += [rows] * (len(study.sizes) > 1)
                made = way.make(ExperimentConfig(data=_rows(study, size), backbone=backbone))
                checked = _checked(study, made, n_blocks[label])
                if size is not None:
                    checked = with_min_steps(checked, size, study.fewest_steps)
                yield factors, ", ".join(said), checked


def _rows(study: StudyConfig, size: int | None) -> DataConfig:
    if size is None:  # how fewer would be chosen means nothing: such a run is the same in every study
        return study.data.model_copy(update={"rows_seed": None, "balanced": False})
    return study.data.model_copy(update={"train_rows": size})


def _arms(study: StudyConfig, label: str, n: int) -> Iterator[_Arm]:
    lowest = 0 if study.recipes else FULL_FINE_TUNING
    for boundary in study.boundaries:
        if not lowest <= boundary <= n:
            why = f"{label} has {n} blocks"
            why += ", and -1 is for studies without recipes" * (boundary == FULL_FINE_TUNING)
            raise ConfigError("boundaries", boundary, f"{lowest} to {n}: {why}")
    if (own := study.own) is not None:
        yield _Arm(OWN_LINE, OWN_LINE, None, lambda base: own.model_copy(update={"data": base.data}))
    if not study.recipes:
        for boundary in study.boundaries:
            yield _plain(boundary, n, PLAIN)
    for name in study.recipes:
        one = RECIPES[name]
        plan = one.plan_of(n)
        if one.teacher and study.teacher is None:
            raise ConfigError("teacher", None, f"the finished run that teaches, for the recipe {name}")
        if not study.boundaries or name is RecipeName.SCRATCH or not (plan.blocks or plan.embeddings):
            yield _Arm(str(name), str(name), None, _done(one, n, None, study.teacher))
            continue
        for boundary in study.boundaries:
            if boundary == n:  # a recipe with nothing left to train is the head alone
                yield _plain(boundary, n, HEAD_ONLY)
                continue
            make = _done(one, n, n - boundary, study.teacher)
            yield _Arm(f"{name} from block {boundary}", str(name), boundary, make)


def _plain(boundary: int, n: int, line: str) -> _Arm:
    plan = FreezePlan.full(n) if boundary == FULL_FINE_TUNING else FreezePlan.last_n(n - boundary, n)

    def make(base: ExperimentConfig) -> ExperimentConfig:
        return base.model_copy(update={"plan": plan, "training": TrainingConfig.defaults_for(plan)})

    return _Arm(plan.label, line, boundary, make)


def _done(
    recipe: Recipe, n: int, depth: int | None, teacher: str | None
) -> Callable[[ExperimentConfig], ExperimentConfig]:
    def make(base: ExperimentConfig) -> ExperimentConfig:
        made = recipe.apply(base, n, depth=depth, teacher=teacher)
        # a recipe starts from the whole pretrained backbone: what it does not change, the study has chosen
        said = {
            name: getattr(made.backbone, name)
            for name in ("random_init", "blocks", "fresh_top")
            if getattr(made.backbone, name) != BackboneConfig.model_fields[name].default
        }
        return made.model_copy(update={"backbone": base.backbone.model_copy(update=said)})

    return make


def _checked(study: StudyConfig, config: ExperimentConfig, n: int) -> ExperimentConfig:
    try:
        config = apply_overrides(config, dict(study.settings))
    except ConfigError as error:
        raise ConfigError("settings", error.value, error.expected) from None
    except ValidationError as error:
        raise explain_validation_error(error, "settings: {}".format) from None
    config.check(config.backbone.blocks or n)
    return config


def _seeded(config: ExperimentConfig, seed: int, *, redraw: bool) -> ExperimentConfig:
    parts: dict[str, BaseConfig] = {"training": config.training.model_copy(update={"seed": seed})}
    if redraw and config.data.train_rows is not None:
        parts["data"] = config.data.model_copy(update={"rows_seed": seed})
    if config.backbone.random_init or config.backbone.fresh_top:
        parts["backbone"] = config.backbone.model_copy(update={"init_seed": seed})
    return config.model_copy(update=parts)
