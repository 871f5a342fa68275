"""What a worker may take of the machine; Dask loads this module by name as a worker starts.

On Linux the data segment is limited, so that running out of memory is an error the job can report and not the
end of the process. Memory-mapped files do not count. Where that cannot be (another system, or a GPU whose
driver reserves address space), a watchdog looks at the resident memory.
"""

import ctypes
import importlib
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psutil

from translearn_core.config import Slot
from translearn_core.engine import devices
from translearn_core.settings import settings

log = logging.getLogger(__name__)

NICENESS = 10
"""Of analyses that take long: they yield to a training, which has the same cores."""

WATCH_SECONDS = 0.5

FIRST: dict[Slot, tuple[str, ...]] = {
    Slot.TRAIN: ("translearn_core.worker.models",),
    Slot.ASK: ("translearn_core.worker.models", "translearn_core.worker.predictions"),
    Slot.READ: ("translearn_core.worker.data_loading", "translearn_core.worker.diagnosis"),
}
"""What a worker imports before its first job asks for it; seconds a person need not wait."""

IMPORTS = threading.Lock()
"""Held while something slow is imported: two threads that import transformers at once get half of it."""

_job_thread: int | None = None


def dask_setup(worker: Any) -> None:
    """Limit this process as its slot asks, and import what it will need; Dask calls it once."""
    slot = next((slot for slot in Slot if slot.value in worker.state.total_resources), Slot.TRAIN)
    apply(devices.worker_bytes(settings(), slot))
    threading.Thread(target=_warm_up, args=(FIRST[slot],), name="warm-up", daemon=True).start()


def apply(limit: int) -> None:
    """Hold this process to `limit` bytes of memory that is not file-backed."""
    if sys.platform == "linux" and not devices.gpus():
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
    else:
        threading.Thread(target=_watch, args=(limit,), name="memory watchdog", daemon=True).start()


def low_priority(work: Callable[[], None]) -> None:
    """Do `work` in a thread of low priority, with the threads it starts; what it raises comes back.

    A sentence to classify must not yield so: beside a training it took 3 to 6 s at niceness 10, and 0.5 s at
    0. On Linux a thread has a priority of its own, which it can lower but not raise again; elsewhere it
    stays.
    """
    with ThreadPoolExecutor(1, initializer=_lower) as thread:
        thread.submit(work).result()


@contextmanager
def memory_guard() -> Iterator[None]:
    """Name the current thread as the one the watchdog stops while the block runs."""
    global _job_thread
    _job_thread = threading.get_ident()
    try:
        yield
    finally:
        _job_thread = None


def _lower() -> None:
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def _warm_up(modules: tuple[str, ...]) -> None:
    try:
        for name in ("translearn_core.worker.runtime", *modules):
            with IMPORTS:
                importlib.import_module(name)
    except Exception:  # a job that needs it will say so
        log.exception("the worker could not import what its jobs need")


def _watch(limit: int) -> None:
    process = psutil.Process()
    while True:
        time.sleep(WATCH_SECONDS)
        if (thread := _job_thread) is not None and process.memory_info().rss > limit:
            log.warning("the job takes more than %.1f GB", limit / 1e9)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(MemoryError))
            time.sleep(10 * WATCH_SECONDS)  # let it unwind
