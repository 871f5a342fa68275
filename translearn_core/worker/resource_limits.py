"""Memory limit, priority and warm-up imports of a worker; Dask preloads this module by name.

On Linux the data segment is limited, so that running out of memory is an error that the job can report.
Memory-mapped files do not count. On other systems, and with a GPU, whose driver reserves address space, a
watchdog thread checks the resident memory instead.
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
"""Niceness of long analyses, which share their cores with training."""

WATCH_SECONDS = 0.5

FIRST: dict[Slot, tuple[str, ...]] = {
    Slot.TRAIN: ("translearn_core.worker.models",),
    Slot.ASK: ("translearn_core.worker.models", "translearn_core.worker.predictions"),
    Slot.READ: ("translearn_core.worker.data_loading", "translearn_core.worker.diagnosis"),
}
"""Modules imported at the start of a worker, before its first job."""

IMPORTS = threading.Lock()
"""Serialises slow imports: two threads importing transformers at once can see a half-initialised module."""

_job_thread: int | None = None


def dask_setup(worker: Any) -> None:
    """Limit this process's memory by its slot and start the warm-up imports; called once by Dask."""
    slot = next((slot for slot in Slot if slot.value in worker.state.total_resources), Slot.TRAIN)
    apply(devices.worker_bytes(settings(), slot))
    threading.Thread(target=_warm_up, args=(FIRST[slot],), name="warm-up", daemon=True).start()


def apply(limit: int) -> None:
    """Limit this process to `limit` bytes of memory that is not file-backed."""
    if sys.platform == "linux" and not devices.gpus():
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
    else:
        threading.Thread(target=_watch, args=(limit,), name="memory watchdog", daemon=True).start()


def low_priority(work: Callable[[], None]) -> None:
    """Run `work` in a low-priority thread (Linux only) and re-raise its errors.

    Not for interactive predictions: beside a training they took 3 to 6 s at niceness 10, and 0.5 s at 0. A
    separate thread, because a thread can lower its priority but not raise it again.
    """
    with ThreadPoolExecutor(1, initializer=_lower) as thread:
        thread.submit(work).result()


@contextmanager
def memory_guard() -> Iterator[None]:
    """Let the memory watchdog interrupt the current thread while the block runs."""
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
    except Exception:  # jobs that need the module report the error
        log.exception("the worker could not import what its jobs need")


def _watch(limit: int) -> None:
    process = psutil.Process()
    while True:
        time.sleep(WATCH_SECONDS)
        if (thread := _job_thread) is not None and process.memory_info().rss > limit:
            log.warning("the job takes more than %.1f GB", limit / 1e9)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(MemoryError))
            time.sleep(10 * WATCH_SECONDS)  # let the job unwind
