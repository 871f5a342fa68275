"""TransLearn core library, without a user interface.

``from translearn_core import read_table, prepare, train, evaluate, diagnose, predict``: see `api`, which is
imported when a name is first used.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

__all__ = [
    "compare",
    "diagnose",
    "evaluate",
    "open_run",
    "predict",
    "prepare",
    "read_table",
    "recipes",
    "train",
]


def __getattr__(name: str) -> Any:
    """Return a public function of `translearn_core.api`."""
    if name in __all__:
        return getattr(import_module("translearn_core.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names."""
    return [*__all__, "__version__"]
