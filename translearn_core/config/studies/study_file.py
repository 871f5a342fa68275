"""Study files: YAML read into a study's configuration and written from it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import Field, JsonValue, field_validator

from translearn_core.config.adaptation import Way
from translearn_core.config.base import BaseConfig
from translearn_core.config.data import DataConfig, SplitConfig, TargetConfig
from translearn_core.config.domains import DomainConfig
from translearn_core.config.enums import CleaningRule, ProblemType, Split
from translearn_core.config.experiment import ExperimentConfig
from translearn_core.config.model import BackboneConfig
from translearn_core.config.studies.study import StudyConfig
from translearn_core.errors import UNSET, ConfigError, DataError
from translearn_core.storage.documents import DocumentError, parse_yaml, read_text

MAX_BYTES = 1_000_000
"""Largest study file."""


class StudyFile(BaseConfig):
    """Contents of a study file."""

    name: str = Field(min_length=1, max_length=200, description="the study")
    files: dict[Split, Path] = Field(
        {}, description="train, and where there are such files validation and test"
    )
    text: str = Field(description="the column that holds the texts")
    text_pair: str | None = Field(None, description="the column of the second texts of pairs")
    sentence: str | None = Field(None, description="the column that numbers the sentences, of words")
    label: str = Field(description="the column that holds the classes")
    problem: ProblemType = Field(ProblemType.SINGLE_LABEL, description="shape of the label column's values")
    separator: str | None = Field(None, description="sign between the labels of a cell; none: found")
    columns: tuple[str, ...] = Field((), description="one-hot columns of the labels; label is their name")
    other_targets: tuple[TargetConfig, ...] = Field((), description="targets that the split is shared with")
    split: SplitConfig = SplitConfig()
    cleaning: tuple[CleaningRule, ...] = Field((), description="decisions taken on findings")
    rare_class_below: int = Field(5, description="a class with fewer rows than this is rare")
    backbones: tuple[BackboneConfig, ...] = (BackboneConfig(),)
    recipes: tuple[str, ...] = ()
    boundaries: tuple[int, ...] = ()
    seeds: tuple[int, ...] = (0,)
    sizes: tuple[int | None, ...] = (None,)
    domains: DomainConfig | None = Field(None, description="column of the domains, source and target")
    ways: tuple[Way, ...] = Field((), description="ways from source to target; sizes are target labels")
    sources: tuple[tuple[str, ...], ...] = Field((), description="domains that a run learns from")
    custom_recipe: dict[str, JsonValue] | None = Field(
        None, description="one arm more: an experiment's settings as they are, on these rows"
    )
    balanced_subset: bool = Field(False, description="take fewer rows from all classes alike")
    subset_seed: int | None = Field(None, description="which fewer rows; none: the split's own seed")
    resample: bool = Field(False, description="each seed learns from its own draw of rows")
    k_folds: int | None = Field(None, description="cross-validation: folds, each tested on once")
    redraw_folds: bool = Field(False, description="each seed draws its own folds: repeated cross-validation")
    min_steps: int = Field(0, description="steps at least where rows are few, by more epochs")
    settings: dict[str, JsonValue] = Field({})
    teacher: str | None = None
    baseline: str | None = Field(None, description="arm or recipe the others are held against")

    @field_validator("split", mode="before")
    @classmethod
    def _split_column(cls, split: Any) -> Any:
        return {"column": split} if isinstance(split, str) else split

    @field_validator("backbones", mode="before")
    @classmethod
    def _backbone_ids(cls, backbones: Any) -> Any:
        if not isinstance(backbones, list):
            return backbones
        return [{"id": backbone} if isinstance(backbone, str) else backbone for backbone in backbones]

    @field_validator("sizes", mode="before")
    @classmethod
    def _all_rows(cls, sizes: Any) -> Any:
        return [None if size == "all" else size for size in sizes] if isinstance(sizes, list) else sizes

    @classmethod
    def of(cls, study: StudyConfig, name: str, files: Mapping[str, str], baseline: str | None = None) -> Self:
        """Return the file for `study`, with the data `files` by part."""
        target = study.data.targets[0]
        of_target = {name: value for name, value in target if name not in ("column", "loss_weight")}
        fields = _shared(study) | _shared(study.data) | {"label": target.column} | of_target
        if study.custom_recipe is not None:
            fields["custom_recipe"] = study.custom_recipe.model_dump(
                mode="json", exclude={"data"}, exclude_defaults=True
            )
        return cls.model_validate({"name": name, "files": files, "baseline": baseline, **fields})

    def study(self, dataset: str, **changed: Any) -> StudyConfig:
        """Return the study on the data set with this digest, with fields replaced by `changed`."""
        target = TargetConfig(
            column=self.label, problem=self.problem, separator=self.separator, columns=self.columns
        )
        shared = {f: getattr(self, f) for f in _common_fields(DataConfig)}
        data = DataConfig(dataset=dataset, targets=(target,), **shared)
        fields = {f: getattr(self, f) for f in _common_fields(StudyConfig)}
        if self.custom_recipe is not None:
            fields["custom_recipe"] = ExperimentConfig.model_validate({**self.custom_recipe, "data": data})
        return StudyConfig.model_validate({"data": data, **fields, **changed})

    def written(self) -> str:
        """Return the file's text: YAML without defaults."""
        values = self.model_dump(mode="json", exclude_defaults=True)
        values["backbones"] = [_backbone_value(backbone) for backbone in self.backbones]
        if "sizes" in values:
            values["sizes"] = ["all" if size is None else size for size in self.sizes]
        in_order = {name: values[name] for name in type(self).model_fields if name in values}
        return str(yaml.safe_dump(in_order, sort_keys=False, allow_unicode=True, default_flow_style=None))


def _common_fields(other: type[BaseConfig]) -> list[str]:
    """Return the fields shared by study files and another configuration."""
    return [name for name in other.model_fields if name in StudyFile.model_fields]


def _shared(config: BaseConfig) -> dict[str, Any]:
    return {name: getattr(config, name) for name in _common_fields(type(config))}


def _backbone_value(backbone: BackboneConfig) -> JsonValue:
    values = {"id": backbone.id} | backbone.model_dump(mode="json", exclude_defaults=True)
    return backbone.id if len(values) == 1 else values


class _Values(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML has no types
    """Safe loader that reports the line of an invalid value."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError):  # scalar constructors raise any of these
            where = f"study file, line {node.start_mark.line + 1},"
            expected = "a date or number that can be, or quotes around it"
            raise ConfigError(where, node.value, expected) from None


def read_study_file(path: Path, files: Mapping[str, Path]) -> dict[str, Any]:
    """Read the fields of a study file, for `StudyFile`.

    Parameters
    ----------
    path : Path
        Data files are relative to its folder.
    files : mapping of part to path
        Added to those in the file, or replacing them.

    Raises
    ------
    DataError
        If it is not a YAML mapping.
    ConfigError
        If a required field is missing, a field is unknown or a value is invalid.
    """
    try:
        fields = parse_yaml(read_text(path, MAX_BYTES), _Values)
    except DocumentError as error:
        raise DataError(f"{str(path)!r} {error}: give a YAML file, one 'name: value' a line.") from None
    if not isinstance(fields, dict):
        raise DataError(
            f"{str(path)!r} holds no study: write one 'name: value' a line, such as 'text: review'."
        )
    aliases = {field.serialization_alias for field in StudyFile.model_fields.values()}
    if unknown := [name for name in fields if name not in StudyFile.model_fields.keys() | aliases]:
        raise ConfigError("study file", str(unknown[0]), f"one of {', '.join(StudyFile.model_fields)}")
    for name, field in StudyFile.model_fields.items():
        if field.is_required() and name not in fields:
            raise ConfigError(name, UNSET, str(field.description), verb="name")
    names = fields.get("files") or {}
    if isinstance(names, dict):
        paths = {part: path.parent / name if isinstance(name, str) else name for part, name in names.items()}
        fields["files"] = paths | dict(files)
    return fields
