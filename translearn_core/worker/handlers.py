"""Handlers of jobs, imported when first needed, so that reading a file needs no torch."""

import sys
from collections.abc import Callable
from importlib import import_module
from threading import Lock
from typing import Any

from translearn_core.jobs import SPECS, JobSpec, Slot
from translearn_core.worker.context import Context

IMPORTS = Lock()
"""Serialises slow imports: two threads importing transformers at once can see a half-initialised module."""


def handler(spec: JobSpec[Any, Any]) -> Callable[[Context[Any]], None]:
    """Return the function that executes a kind of job."""
    function: Callable[[Context[Any]], None] = getattr(import_handler(spec), spec.handler.split(":")[1])
    return function


def import_handler(spec: JobSpec[Any, Any]) -> Any:
    """Import the module of a kind of job, and return it."""
    name = f"translearn_core.worker.{spec.handler.split(':')[0]}"
    if name not in sys.modules:
        with IMPORTS:
            import_module(name)
    return import_module(name)


def warm_up_specs(slot: Slot | None = None) -> list[JobSpec[Any, Any]]:
    """Return the kinds of jobs of a slot, or of all, whose handlers a worker imports when it starts."""
    return [spec for spec in SPECS.values() if spec.warm_up and (slot is None or spec.slot is slot)]
