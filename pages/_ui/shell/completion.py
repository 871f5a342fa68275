"""Changes of a session that are made whole, also when the browser asks for another page meanwhile."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from streamlit.runtime.scriptrunner import RerunException

P = ParamSpec("P")
R = TypeVar("R")


def complete(change: Callable[P, R]) -> Callable[P, R]:
    """Return `change`, made a second time if a request for another page interrupts it.

    Streamlit ends a script at its next use of the session's state once another page was asked for, so that
    a choice could be lost between two lines. `change` must have the same effect when it is made twice.
    """

    @wraps(change)
    def completed(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return change(*args, **kwargs)
        except RerunException:
            change(*args, **kwargs)
            raise

    return completed
