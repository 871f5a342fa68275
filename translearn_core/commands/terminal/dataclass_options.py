"""Expansion of dataclass parameters of commands into one option per field."""

import inspect
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from functools import wraps
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import typer
from typer.models import ParameterInfo

R = TypeVar("R")

GIVEN = "given"
"""Field of a dataclass of options for the names of those on the command line; it is no option itself."""
_CONTEXT = "_context"


@dataclass(frozen=True)
class OptionChanges:
    """Changes to a dataclass of options for one command: ``Annotated[Options, OptionChanges(...)]``.

    `without` names fields that keep their default and are no options; `help` has other help texts by field.
    """

    without: tuple[str, ...] = ()
    help: Mapping[str, str] = field(default_factory=dict)


def spread_options(command: Callable[..., R]) -> Callable[..., R]:
    """Return `command` with each dataclass parameter replaced by its fields, in order.

    A field `GIVEN` gets the names of the options that were given, even if their values are the defaults.
    Fields are annotated for typer: ``lr: Annotated[float | None, typer.Option(...)] = None``.

    Raises
    ------
    TypeError
        If `OptionChanges` names an unknown field, or leaves out one without a default.
    """
    parameters: list[inspect.Parameter] = []
    expanded: dict[str, tuple[type[Any], list[str]]] = {}
    for parameter in inspect.signature(command, eval_str=True).parameters.values():
        kind, changes = _kind(parameter.annotation)
        options = [parameter]
        if isinstance(kind, type) and is_dataclass(kind):
            options = _options(kind, changes)
            expanded[parameter.name] = kind, [option.name for option in options]
        parameters += [option.replace(kind=inspect.Parameter.KEYWORD_ONLY) for option in options]
    noting = {name for name, (kind, _) in expanded.items() if GIVEN in {one.name for one in fields(kind)}}
    if noting:
        keyword = inspect.Parameter.KEYWORD_ONLY
        parameters.append(inspect.Parameter(_CONTEXT, keyword, annotation=typer.Context))

    @wraps(command)
    def wrapper(**values: Any) -> R:
        context = values.pop(_CONTEXT, None)
        for name, (kind, names) in expanded.items():
            options = {option: values.pop(option) for option in names}
            given = {GIVEN: _given(context, names)} if name in noting else {}
            values[name] = kind(**options, **given)
        return command(**values)

    wrapper.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return wrapper


def _given(context: typer.Context, names: list[str]) -> frozenset[str]:
    """Return the options that do not have their default because nobody gave them."""
    sources = {name: context.get_parameter_source(name) for name in names}
    return frozenset(name for name, source in sources.items() if source and source.name != "DEFAULT")


def _kind(annotation: Any) -> tuple[Any, OptionChanges]:
    """Return the annotated type and its changes."""
    if get_origin(annotation) is not Annotated:
        return annotation, OptionChanges()
    kind, *metadata = get_args(annotation)
    return kind, next((one for one in reversed(metadata) if isinstance(one, OptionChanges)), OptionChanges())


def _options(kind: type[Any], changes: OptionChanges) -> list[inspect.Parameter]:
    """Return the fields of a dataclass as function parameters."""
    known = {one.name: one for one in fields(kind)}
    if unknown := sorted({*changes.without, *changes.help} - known.keys()):
        raise TypeError(f"{kind.__name__} has no field {unknown[0]!r}: give one of {', '.join(known)}.")
    for name in changes.without:
        if _default(known[name]) is inspect.Parameter.empty:
            raise TypeError(f"{kind.__name__}.{name} has no default: it cannot be left out.")
    hints = get_type_hints(kind, include_extras=True)
    return [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=_default(one),
            annotation=_with_help(hints[name], changes.help.get(name)),
        )
        for name, one in known.items()
        if name not in changes.without and name != GIVEN
    ]


def _default(one: Field[Any]) -> Any:
    return inspect.Parameter.empty if one.default is MISSING else one.default


def _with_help(annotation: Any, text: str | None) -> Any:
    """Return an annotation with another help text."""
    if text is None:
        return annotation
    kind, *metadata = get_args(annotation)
    option = copy(next(one for one in metadata if isinstance(one, ParameterInfo)))
    option.help = text
    return Annotated[kind, option]
