"""Settings by their dotted names: told, and changed."""

from collections.abc import Iterator
from typing import Any

from translearn_core.config.experiment import ExperimentConfig
from translearn_core.errors import ConfigError


def apply_overrides(config: ExperimentConfig, settings: dict[str, Any]) -> ExperimentConfig:
    """Return `config` with settings changed by their dotted names, such as ``training.epochs``.

    Raises
    ------
    ConfigError
        If there is no such field.
    pydantic.ValidationError
        If the value cannot be.
    """
    told = config.model_dump(mode="json")
    for path, value in settings.items():
        *above, last = path.split(".")
        place: Any = told
        for name in above:
            place = place.get(name) if isinstance(place, dict) else None
        if not isinstance(place, dict) or last not in place:
            fields = ", ".join(sorted(place)) if isinstance(place, dict) else ", ".join(sorted(told))
            raise ConfigError("set", path, f"a setting that there is: {fields}")
        place[last] = value
    return ExperimentConfig.model_validate(told)


def flatten(told: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield what a configuration says by dotted names."""
    for name, value in told.items():
        path = f"{above}{name}"
        if isinstance(value, dict):
            yield from flatten(value, f"{path}.")
        else:
            yield path, value
