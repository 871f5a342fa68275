"""Configuration of a study: a grid of runs."""

from typing import Annotated, Any, Self

from pydantic import (
    Field,
    FieldSerializationInfo,
    JsonValue,
    ValidationInfo,
    field_serializer,
    field_validator,
    model_validator,
)

from translearn_core.config.adaptation import Way
from translearn_core.config.base import BaseConfig, Seed
from translearn_core.config.data import DataConfig
from translearn_core.config.domains import MAX_DOMAINS
from translearn_core.config.enums import Optimizer
from translearn_core.config.experiment import ExperimentConfig
from translearn_core.config.model import BackboneConfig
from translearn_core.config.overrides import setting_name
from translearn_core.config.recipes.recipe import UNCHANGED_SETTINGS, RecipeName
from translearn_core.config.training import TrainingConfig

FULL_FINE_TUNING = -1
"""Boundary below block 0: the embeddings train too."""

CUSTOM = ("data", "backbone", "freeze", "stages", "resume_from", "training.seed")
"""Settings that a study sets or varies by fields of its own."""

METHODS = ("distil", "contrastive", "self_training", "adaptation")
"""Parts of an experiment that are methods of learning; none is usual."""

Size = Annotated[int, Field(ge=0)]


class StudyConfig(BaseConfig):
    """Factors of a study, and settings common to all its runs."""

    data: DataConfig
    backbones: tuple[BackboneConfig, ...] = Field((BackboneConfig(),), max_length=20)
    recipes: tuple[RecipeName, ...] = Field((), description="ways to transfer; none: plain plans by boundary")
    boundaries: tuple[Annotated[int, Field(ge=FULL_FINE_TUNING)], ...] = Field(
        (),
        max_length=200,
        description="lowest block that trains; the number of blocks: head only; -1: the embeddings too",
    )
    ways: tuple[Way, ...] = Field(
        (),
        description="adaptation methods from the source to the target domain of the data; sizes are then "
        "labelled rows of the target",
    )
    sources: tuple[tuple[str, ...], ...] = Field(
        (),
        max_length=2 * MAX_DOMAINS + 1,
        description="domains that a run learns from, tested on all of the data; an empty one: all",
    )
    seeds: tuple[Seed, ...] = Field((0,), max_length=200)
    sizes: tuple[Size | None, ...] = Field(
        (None,), max_length=100, description="training rows to learn from; none: all"
    )
    custom_recipe: ExperimentConfig | None = Field(
        None,
        description="one arm more: these settings as they are, on the study's rows and with its seeds",
    )
    resample: bool = Field(
        False, description="each seed learns from its own draw of rows, fewer ones still among more"
    )
    k_folds: int | None = Field(
        None, ge=2, le=20, description="cross-validation: every run once for each fold, which it is tested on"
    )
    redraw_folds: bool = Field(False, description="each seed draws its own folds: repeated cross-validation")
    min_steps: int = Field(
        0, ge=0, le=500, description="where rows are few, as many times the epochs as make so many steps"
    )
    words_per_text: float | None = Field(
        None, ge=1, description="words of a sentence of these data, which the steps are counted by"
    )
    settings: dict[str, JsonValue] = Field({}, description="settings of every run by their dotted names")
    teacher: str | None = Field(None, description="the finished run that teaches, for recipes that need one")

    @field_validator("backbones", "seeds", "sizes")
    @classmethod
    def _check_not_empty(cls, values: tuple[object, ...]) -> tuple[object, ...]:
        if not values:
            raise ValueError("at least one")
        return values

    @field_validator("backbones", "recipes", "seeds")
    @classmethod
    def _drop_duplicates(cls, values: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(dict.fromkeys(values))

    @field_validator("boundaries")
    @classmethod
    def _sort_boundaries(cls, boundaries: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(set(boundaries)))

    @field_validator("sizes")
    @classmethod
    def _sort_sizes(cls, sizes: tuple[int | None, ...], info: ValidationInfo) -> tuple[int | None, ...]:
        few = [size for size in sizes if size is not None and size < 2]
        if few and not info.data.get("ways"):
            raise ValueError(f"{few[0]} training rows are too few: give 2 at least")
        return tuple(sorted(set(sizes), key=lambda size: (size is None, size or 0)))

    @field_validator("backbones")
    @classmethod
    def _check_labels(cls, backbones: tuple[BackboneConfig, ...]) -> tuple[BackboneConfig, ...]:
        labels = [backbone.label for backbone in backbones]
        if repeated := [label for label in labels if labels.count(label) > 1]:
            raise ValueError(f"backbones that are not both called {repeated[0]}")
        return backbones

    @field_validator("settings")
    @classmethod
    def _check_settings(cls, settings: dict[str, JsonValue]) -> dict[str, JsonValue]:
        settings = {setting_name(name): value for name, value in settings.items()}
        for name in settings:
            if taken := [o for o in CUSTOM if name == o or name.startswith(f"{o}.")]:
                raise ValueError(f"{taken[0]} is the study's to set: leave {name} out")
        return settings

    @field_serializer("settings")
    def _rename_settings(self, settings: dict[str, JsonValue], info: FieldSerializationInfo) -> Any:
        return {setting_name(name, first=bool(info.by_alias)): value for name, value in settings.items()}

    @model_validator(mode="after")
    def _check_consistency(self) -> Self:
        if not self.recipes and not self.boundaries and self.custom_recipe is None:
            raise ValueError("a study needs recipes, or boundaries to train from: give at least one")
        if self.ways and not (self.data.domains and self.data.domains.source and self.data.domains.target):
            raise ValueError(
                "ways are adaptation methods from a source to a target domain: name both in data.domains"
            )
        if self.sources and (self.data.domains is None or self.data.domains.source):
            raise ValueError("sources are domains: name their column in data.domains, and no source there")
        if self.sources and self.ways:
            raise ValueError("sources: ways have one source: leave the sources out")
        if self.data.train_rows is not None:
            raise ValueError("data.train_rows is the study's to set: give sizes instead")
        if self.data.several_targets:
            raise ValueError(
                "data.targets: the runs of a study have one target: choose one column to predict"
            )
        if self.data.split.k_folds is not None:
            raise ValueError("data.split.k_folds is the study's to set: give k_folds instead")
        if self.resample and self.data.subset_seed is not None:
            raise ValueError("data.subset_seed is each run's seed where rows are drawn again: leave it out")
        if self.custom_recipe is not None and self.custom_recipe.resume_from is not None:
            raise ValueError("custom_recipe.resume_from: every run of a study begins at the beginning")
        return self

    @property
    def combinations(self) -> int:
        """Number of combinations of the factors but the seed; those that train the same are one arm."""
        strategies = max(1, len(self.recipes)) * max(1, len(self.boundaries))
        varied = strategies if self.recipes or self.boundaries else 0
        arms = (varied + (self.custom_recipe is not None)) * len(self.backbones) * len(self.sizes)
        return arms * max(1, len(self.ways), len(self.sources))


def custom_overrides(config: ExperimentConfig, *, recipes: bool) -> dict[str, JsonValue]:
    """Return the settings that differ from the defaults for an experiment's plan, by dotted name.

    `recipes`: only those that a recipe leaves unchanged.
    """
    defaults = TrainingConfig.defaults_for(config.freeze, config.data.problem)
    training = defaults.with_optimizer(config.training.optimizer)
    plain = ExperimentConfig(
        data=config.data, backbone=config.backbone, freeze=config.freeze, training=training
    )
    values, usual = config.model_dump(mode="json"), plain.model_dump(mode="json")
    usual["training"]["optimizer"] = str(Optimizer.ADAMW)
    parts = {part: set(names) for part, names in UNCHANGED_SETTINGS.items()}
    if not recipes:
        parts |= {part: set(values[part]) for part in ("augment", "head", "tuning")}
        parts["training"] = set(values["training"]) - {"seed"}
    overrides: dict[str, JsonValue] = {
        f"{part}.{name}": values[part][name]
        for part, names in parts.items()
        for name in sorted(names)
        if values[part][name] != usual[part][name]
    }
    if config.data.text_pair is not None and not recipes:  # whatever trains, the encoding is the same
        overrides["features.pair_encoding"] = values["features"]["pair_encoding"]
    if not recipes:
        overrides |= {part: values[part] for part in METHODS if values[part] is not None}
    return overrides
