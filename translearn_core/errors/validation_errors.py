"""Messages for pydantic validation errors: field, value and fix in one sentence."""

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
"""Expected value by the first word of pydantic's name for a type error."""

OTHER_MESSAGES: dict[str, Callable[[dict[str, object]], str]] = {
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
"""Expected value by pydantic's name for other errors, from their context."""


def explain_validation_error(
    error: ValidationError, field_name: Callable[[str], str] = str
) -> TranslearnError:
    """Return the first error of a validation as a `TranslearnError`.

    Parameters
    ----------
    error : ValidationError
    field_name : callable, optional
        From a dotted field to the name users know.

    Returns
    -------
    ConfigError
        For a single invalid field.
    DataError
        For values that contradict each other.
    """
    first = error.errors()[0]
    if first["type"] == "value_error":
        message = first["msg"].removeprefix("Value error, ")
        if not first["loc"]:
            return DataError(f"{message[0].upper()}{message[1:]}.")
        if isinstance(first["input"], Mapping | BaseModel):
            return DataError(f"{field_name(_field(first))}: {message}.")
    field = field_name(_field(first))
    if first["type"] == "missing":
        return ConfigError(field, UNSET, "it")
    if first["type"] == "extra_forbidden":
        return ConfigError(field, first["input"], "it out: there is no such setting", verb="leave")
    return ConfigError(field, first["input"], _expected(first))


def _field(details: ErrorDetails) -> str:
    """Return the dotted field; for an invalid key, that of its mapping."""
    location = details["loc"][:-2] if details["loc"][-1:] == ("[key]",) else details["loc"]
    return ".".join(map(str, location))


def _expected(details: ErrorDetails) -> str:
    kind, message = details["type"], details["msg"].removeprefix("Value error, ")
    if kind in OTHER_MESSAGES:
        return OTHER_MESSAGES[kind](details.get("ctx", {}))
    if kind.startswith(("greater_than", "less_than")):
        return f"a number {message.removeprefix('Input should be ')}"
    first, _, rest = kind.partition("_")
    if first in MESSAGES and rest in {"type", "parsing", "parsing_size", "from_float", "attributes_type"}:
        return MESSAGES[first]
    return message.removeprefix("Input should be ")
