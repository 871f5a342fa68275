"""A study as a file: YAML that a person writes, read into its configuration and written from it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import Field, JsonValue, field_validator

from translearn_core.config.base import BaseConfig
from translearn_core.config.data import DataConfig, SplitConfig
from translearn_core.config.enums import CleaningRule, Split
from translearn_core.config.experiment import ExperimentConfig
from translearn_core.config.model import BackboneConfig
from translearn_core.config.studies.study import StudyConfig
from translearn_core.documents import DocumentError, parse_yaml, read_text
from translearn_core.errors import UNSET, ConfigError, DataError

MAX_BYTES = 1_000_000
"""Largest study file: people write some lines, and a program that writes them some thousand."""


class StudyFile(BaseConfig):
    """What stands in a study's file."""

    name: str = Field(min_length=1, max_length=200, description="the study")
    files: dict[Split, Path] = Field(
        {}, description="train, and where there are such files validation and test"
    )
    text: str = Field(description="the column that holds the texts")
    label: str = Field(description="the column that holds the classes")
    split: SplitConfig = SplitConfig()
    fixes: tuple[CleaningRule, ...] = Field((), description="decisions taken on findings")
    rare_below: int = Field(5, description="a class with fewer rows than this is rare")
    backbones: tuple[BackboneConfig, ...] = (BackboneConfig(),)
    recipes: tuple[str, ...] = ()
    boundaries: tuple[int, ...] = ()
    seeds: tuple[int, ...] = (0,)
    sizes: tuple[int | None, ...] = (None,)
    own: dict[str, JsonValue] | None = Field(
        None, description="one way more: an experiment's settings as they are, on these rows"
    )
    balanced: bool = Field(False, description="take fewer rows from all classes alike")
    rows_seed: int | None = Field(None, description="which fewer rows; none: the split's own seed")
    redraw: bool = Field(False, description="each seed learns from its own draw of rows")
    fewest_steps: int = Field(0, description="steps at least where rows are few, by more epochs")
    settings: dict[str, JsonValue] = Field({})
    teacher: str | None = None
    baseline: str | None = Field(None, description="cell or recipe the others are held against")

    @field_validator("split", mode="before")
    @classmethod
    def _a_column(cls, split: Any) -> Any:
        return {"column": split} if isinstance(split, str) else split

    @field_validator("backbones", mode="before")
    @classmethod
    def _by_name(cls, backbones: Any) -> Any:
        if not isinstance(backbones, list):
            return backbones
        return [{"id": one} if isinstance(one, str) else one for one in backbones]

    @field_validator("sizes", mode="before")
    @classmethod
    def _all_rows(cls, sizes: Any) -> Any:
        return [None if size == "all" else size for size in sizes] if isinstance(sizes, list) else sizes

    @classmethod
    def of(cls, study: StudyConfig, name: str, files: Mapping[str, str], baseline: str | None = None) -> Self:
        """Return the file that gives `study` again, on data `files` by their part."""
        given = _shared(study) | _shared(study.data)
        if study.own is not None:
            own = study.own.model_dump(mode="json", exclude={"data"}, exclude_defaults=True)
            given["own"] = own
        return cls.model_validate({"name": name, "files": files, "baseline": baseline, **given})

    def study(self, dataset: str, **changed: Any) -> StudyConfig:
        """Return the study on the data set with this digest; `changed` replaces fields of it."""
        data = DataConfig(dataset=dataset, **{f: getattr(self, f) for f in _alike(DataConfig)})
        given = {f: getattr(self, f) for f in _alike(StudyConfig)}
        if self.own is not None:
            given["own"] = ExperimentConfig.model_validate({**self.own, "data": data})
        return StudyConfig.model_validate({"data": data, **given, **changed})

    def written(self) -> str:
        """Return what to write: YAML without what would be so anyway."""
        told = self.model_dump(mode="json", exclude_defaults=True)
        told["backbones"] = [_named(one) for one in self.backbones]
        if "sizes" in told:
            told["sizes"] = ["all" if size is None else size for size in self.sizes]
        in_order = {name: told[name] for name in type(self).model_fields if name in told}
        return str(yaml.safe_dump(in_order, sort_keys=False, allow_unicode=True, default_flow_style=None))


def _alike(other: type[BaseConfig]) -> list[str]:
    """Return the fields that a study's file has in common with another configuration."""
    return [name for name in other.model_fields if name in StudyFile.model_fields]


def _shared(config: BaseConfig) -> dict[str, Any]:
    return {name: getattr(config, name) for name in _alike(type(config))}


def _named(backbone: BackboneConfig) -> JsonValue:
    told = {"id": backbone.id} | backbone.model_dump(mode="json", exclude_defaults=True)
    return backbone.id if len(told) == 1 else told


class _Values(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML has no types
    """Reads what a safe loader does, and says in which line a value is none that its looks promise."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError):  # each kind of value fails in its own way
            where = f"study file, line {node.start_mark.line + 1},"
            expected = "a date or number that can be, or quotes around it"
            raise ConfigError(where, node.value, expected) from None


def read_study_file(path: Path, files: Mapping[str, Path]) -> dict[str, Any]:
    """Return what stands in a study's file, as `StudyFile` takes it.

    Parameters
    ----------
    path : Path
        Data files that it names are looked for beside it.
    files : mapping of part to path
        Instead of those that it names, or on top of them.

    Raises
    ------
    DataError
        If it is no YAML file of names and values.
    ConfigError
        If it lacks a name, or holds one that means nothing or a value that cannot be.
    """
    try:
        told = parse_yaml(read_text(path, MAX_BYTES), _Values)
    except DocumentError as error:
        raise DataError(f"{str(path)!r} {error}: give a YAML file, one 'name: value' a line.") from None
    if not isinstance(told, dict):
        raise DataError(
            f"{str(path)!r} holds no study: write one 'name: value' a line, such as 'text: review'."
        )
    if unknown := [name for name in told if name not in StudyFile.model_fields]:
        raise ConfigError("study file", str(unknown[0]), f"one of {', '.join(StudyFile.model_fields)}")
    for name, field in StudyFile.model_fields.items():
        if field.is_required() and name not in told:
            raise ConfigError(name, UNSET, str(field.description), verb="name")
    named = told.get("files") or {}
    if isinstance(named, dict):
        beside = {part: path.parent / name if isinstance(name, str) else name for part, name in named.items()}
        told["files"] = beside | dict(files)
    return told
