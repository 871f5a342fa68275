"""Imports for the process that workers are forked from."""

import logging

import distributed.nanny  # noqa: F401

from translearn_core.worker.handlers import import_handler, warm_up_specs
from translearn_core.worker.process import setup  # noqa: F401  (imported for all workers)

for spec in warm_up_specs():
    try:
        import_handler(spec)
    except Exception:  # jobs that need the module report the error
        logging.getLogger(__name__).exception("what jobs need could not be imported")
