"""Memory limit and priority of a worker.

On Linux the data segment is limited, so that running out of memory is an error that the job can report.
Memory-mapped files do not count. On other systems, and with a GPU, whose driver reserves address space, a
watchdog thread checks the resident memory instead.
"""

import ctypes
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psutil

from translearn_core.engine import devices

log = logging.getLogger(__name__)

NICENESS = 10
"""Niceness of long analyses, which share their cores with training."""

WATCH_SECONDS = 0.5

_job_thread: int | None = None


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


def _watch(limit: int) -> None:
    process = psutil.Process()
    while True:
        time.sleep(WATCH_SECONDS)
        if (thread := _job_thread) is not None and process.memory_info().rss > limit:
            log.warning("the job takes more than %.1f GB", limit / 1e9)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(MemoryError))
            time.sleep(10 * WATCH_SECONDS)  # let the job unwind
