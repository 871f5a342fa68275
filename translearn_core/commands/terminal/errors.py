"""Errors of commands as one line that names the option or field."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import typer
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from translearn_core.commands.terminal.output import console, print_line
from translearn_core.config import BaseConfig
from translearn_core.config.settings import settings
from translearn_core.errors import TranslearnError
from translearn_core.errors.os_errors import explain_os_error
from translearn_core.errors.validation_errors import explain_validation_error
from translearn_core.runs.workspace import absolute

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=BaseConfig)


def explain_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Decorate a command: known errors become one line and exit code 2."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except TranslearnError as error:
            print_error(str(error))
            raise typer.Exit(2) from None
        except BrokenPipeError:  # the reader of the output is gone
            raise
        except OSError as error:
            explained = explain_os_error(error, absolute(settings().workspace))
            print_error(str(explained or f"The system refuses something: {error}."))
            raise typer.Exit(2) from None
        except SQLAlchemyError as error:
            print_error(f"The database refuses something: {str(error).splitlines()[0]}.")
            raise typer.Exit(2) from None

    return guarded


def print_error(sentence: str) -> None:
    """Print an error on stderr."""
    print_line(f"translearn: {sentence}", console, style="red")


def valid(kind: type[M], **values: Any) -> M:
    """Build a configuration; invalid values become errors that name the option."""
    with naming_fields():
        return kind(**values)


@contextmanager
def naming_fields() -> Iterator[None]:
    """Turn validation errors into errors that name the field."""
    try:
        yield
    except ValidationError as error:
        raise explain_validation_error(error) from None
