"""Imports for the process that workers are forked from."""

import importlib
import logging

MODULES = (
    "distributed.nanny",
    "translearn_core.worker.resource_limits",
    "translearn_core.worker.runtime",
    "translearn_core.worker.data_loading",
    "translearn_core.worker.diagnosis",
    "translearn_core.worker.models",
    "translearn_core.worker.predictions",
)

for name in MODULES:
    try:
        importlib.import_module(name)
    except Exception:  # jobs that need the module report the error
        logging.getLogger(__name__).exception("what jobs need could not be imported")
