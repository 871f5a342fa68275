"""A command's parameter that is a dataclass becomes one option for each of its fields."""

import inspect
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from functools import wraps
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from typer.models import ParameterInfo

R = TypeVar("R")


@dataclass(frozen=True)
class Offered:
    """How one command offers a dataclass of options; written beside it: ``Annotated[Options, Offered(...)]``.

    `without` names fields that are no options here and keep their default; `told` gives others a help of
    this command's own.
    """

    without: tuple[str, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)


def spread_options(command: Callable[..., R]) -> Callable[..., R]:
    """Return `command` with each parameter that is a dataclass replaced by its fields, in their order.

    A field is annotated as typer wants it: ``lr: Annotated[float | None, typer.Option(...)] = None``.

    Raises
    ------
    TypeError
        If `Offered` names a field that there is not, or leaves out one that has no default.
    """
    parameters: list[inspect.Parameter] = []
    gathered: dict[str, tuple[type[Any], list[str]]] = {}
    for parameter in inspect.signature(command, eval_str=True).parameters.values():
        kind, offered = _kind(parameter.annotation)
        options = [parameter]
        if isinstance(kind, type) and is_dataclass(kind):
            options = _options(kind, offered)
            gathered[parameter.name] = kind, [option.name for option in options]
        parameters += [option.replace(kind=inspect.Parameter.KEYWORD_ONLY) for option in options]

    @wraps(command)
    def taking_each(**words: Any) -> R:
        for name, (kind, names) in gathered.items():
            words[name] = kind(**{option: words.pop(option) for option in names})
        return command(**words)

    taking_each.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return taking_each


def _kind(annotation: Any) -> tuple[Any, Offered]:
    """Return the type that is annotated, and how it is offered."""
    if get_origin(annotation) is not Annotated:
        return annotation, Offered()
    kind, *beside = get_args(annotation)
    return kind, next((one for one in reversed(beside) if isinstance(one, Offered)), Offered())


def _options(kind: type[Any], offered: Offered) -> list[inspect.Parameter]:
    """Return the fields of a dataclass as parameters."""
    known = {one.name: one for one in fields(kind)}
    if unknown := sorted({*offered.without, *offered.told} - known.keys()):
        raise TypeError(f"{kind.__name__} has no field {unknown[0]!r}: give one of {', '.join(known)}.")
    for name in offered.without:
        if _default(known[name]) is inspect.Parameter.empty:
            raise TypeError(f"{kind.__name__}.{name} has no default: it cannot be left out.")
    hints = get_type_hints(kind, include_extras=True)
    return [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=_default(one),
            annotation=_retold(hints[name], offered.told.get(name)),
        )
        for name, one in known.items()
        if name not in offered.without
    ]


def _default(one: Field[Any]) -> Any:
    return inspect.Parameter.empty if one.default is MISSING else one.default


def _retold(annotation: Any, told: str | None) -> Any:
    """Return an annotation with another help."""
    if told is None:
        return annotation
    kind, *beside = get_args(annotation)
    option = copy(next(one for one in beside if isinstance(one, ParameterInfo)))
    option.help = told
    return Annotated[kind, option]
