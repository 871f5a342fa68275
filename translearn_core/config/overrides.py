"""Overrides of settings by dotted name."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from translearn_core.config.experiment import ExperimentConfig
from translearn_core.config.training import RATES
from translearn_core.errors import ConfigError

TARGETS = "data.targets"


def apply_overrides(config: ExperimentConfig, settings: dict[str, Any]) -> ExperimentConfig:
    """Return `config` with settings replaced by dotted name, such as ``training.epochs``.

    With ``training.optimizer``, rates that are not among the settings are scaled to suit it.

    Raises
    ------
    ConfigError
        If there is no such field.
    pydantic.ValidationError
        If a value is invalid.
    """
    values = config.model_dump(mode="json")
    if TARGETS in settings:  # stored as the label if it is one column of classes
        values["data"]["targets"] = values["data"].pop("label", None)
    for path, value in settings.items():
        *parents, last = setting_name(path).split(".")
        node: Any = values
        for name in parents:
            node = node.get(name) if isinstance(node, dict) else None
        if not isinstance(node, dict) or last not in node:
            fields = ", ".join(sorted(node if isinstance(node, dict) else values))
            raise ConfigError("set", path, f"a setting that there is: {fields}")
        node[last] = value
    result = ExperimentConfig.model_validate(values)
    given = set(map(setting_name, settings))
    if "training.optimizer" not in given:
        return result
    suited = config.training.with_optimizer(result.training.optimizer)
    rates = {name: getattr(suited, name) for name in RATES if f"training.{name}" not in given}
    return result.model_copy(update={"training": result.training.model_copy(update=rates)})


def setting_name(path: str, config: type[BaseModel] = ExperimentConfig, *, first: bool = False) -> str:
    """Return a setting's dotted name with current names of renamed fields, or their `base.FIRST_NAMES`."""
    start, dot, rest = path.partition(".")
    for name, field in config.model_fields.items():
        if start in (name, field.serialization_alias):
            part = field.annotation
            if isinstance(part, type) and issubclass(part, BaseModel):
                rest = setting_name(rest, part, first=first)
            return f"{field.serialization_alias if first else name}{dot}{rest}"
    return path


def flatten(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values of nested dictionaries by dotted name."""
    for name, value in values.items():
        path = f"{prefix}{name}"
        if isinstance(value, dict):
            yield from flatten(value, f"{path}.")
        else:
            yield path, value
