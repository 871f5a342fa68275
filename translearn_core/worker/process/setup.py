"""Set-up of a worker process: memory limit and warm-up imports; Dask preloads this module by name."""

import logging
import threading
from typing import Any

from translearn_core.config.settings import settings
from translearn_core.engine import memory
from translearn_core.jobs import Slot
from translearn_core.worker import runtime  # noqa: F401  (its imports belong to the warm-up)
from translearn_core.worker.handlers import import_handler, warm_up_specs
from translearn_core.worker.process import resource_limits

log = logging.getLogger(__name__)


def dask_setup(worker: Any) -> None:
    """Limit this process's memory by its slot and start the warm-up imports; called once by Dask."""
    slot = next((slot for slot in Slot if slot.value in worker.state.total_resources), Slot.TRAINING)
    resource_limits.apply(memory.worker_bytes(settings(), slot))
    threading.Thread(target=_warm_up, args=(slot,), name="warm-up", daemon=True).start()


def _warm_up(slot: Slot) -> None:
    try:
        for spec in warm_up_specs(slot):
            import_handler(spec)
    except Exception:  # jobs that need the module report the error
        log.exception("the worker could not import what its jobs need")
