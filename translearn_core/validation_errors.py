"""What a configuration refuses, as an error of ours: the field, the value and the fix in one sentence."""

from collections.abc import Callable, Mapping

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from translearn_core.errors import UNSET, ConfigError, DataError, TranslearnError

MESSAGES: dict[str, str] = {
    "bool": "true or false",
    "dict": "names with values",
    "float": "a number",
    "int": "a whole number",
    "list": "a list",
    "mapping": "names with values",
    "model": "names with values",
    "path": "the path of a file",
    "string": "a text",
    "tuple": "a list",
}
"""What to give where a value is of another kind, by the first word of pydantic's name for the error."""

MORE: dict[str, Callable[[dict[str, object]], str]] = {
    "finite_number": lambda _: "a finite number",
    "invalid-json-value": lambda _: "a text, a number, true or false, or a list of these",
    "recursion_loop": lambda _: "a value that does not hold itself",
    "string_too_long": lambda limits: f"at most {limits['max_length']} characters",
    "string_too_short": lambda limits: (
        "a text that is not empty"
        if limits["min_length"] == 1
        else f"at least {limits['min_length']} characters"
    ),
    "too_long": lambda limits: f"at most {limits['max_length']} of them",
    "too_short": lambda limits: f"at least {limits['min_length']}",
}
"""What to give after other errors of pydantic, by its name for them and the limits it tells."""


def explain_validation_error(error: ValidationError, named: Callable[[str], str] = str) -> TranslearnError:
    """Return the first thing that a configuration refuses as an error of ours.

    Parameters
    ----------
    error : ValidationError
    named : callable, optional
        From a dotted field to what a person knows it by.

    Returns
    -------
    ConfigError
        About one field.
    DataError
        About values that cannot be together, which no single one of them is to blame for.
    """
    first = error.errors()[0]
    if first["type"] == "value_error":
        said = first["msg"].removeprefix("Value error, ")
        if not first["loc"]:
            return DataError(f"{said[0].upper()}{said[1:]}.")
        if isinstance(first["input"], Mapping | BaseModel):
            return DataError(f"{named(_field(first))}: {said}.")
    field = named(_field(first))
    if first["type"] == "missing":
        return ConfigError(field, UNSET, "it")
    if first["type"] == "extra_forbidden":
        return ConfigError(field, first["input"], "it out: there is no such setting", verb="leave")
    return ConfigError(field, first["input"], _expected(first))


def _field(refused: ErrorDetails) -> str:
    """Return where it is; of a key that cannot be, what it is a key of."""
    place = refused["loc"][:-2] if refused["loc"][-1:] == ("[key]",) else refused["loc"]
    return ".".join(map(str, place))


def _expected(refused: ErrorDetails) -> str:
    kind, said = refused["type"], refused["msg"].removeprefix("Value error, ")
    if kind in MORE:
        return MORE[kind](refused.get("ctx", {}))
    if kind.startswith(("greater_than", "less_than")):
        return f"a number {said.removeprefix('Input should be ')}"
    first, _, rest = kind.partition("_")
    if first in MESSAGES and rest in {"type", "parsing", "parsing_size", "from_float", "attributes_type"}:
        return MESSAGES[first]
    return said.removeprefix("Input should be ")
