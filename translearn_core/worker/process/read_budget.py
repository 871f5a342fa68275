"""Time and memory budget, per megabyte, for reading, diagnosing and preparing files.

Protects against small files that take hours or all memory. Time is processor time, so a busy machine does
not matter. A limit on the data segment (Linux) turns too much memory into an error; a watchdog thread raises
an error in the job's thread; and, since a regular expression or a C parser may never return to the
interpreter, the process is killed after a longer timeout.
"""

import ctypes
import faulthandler
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from translearn_core.config.settings import Settings, settings
from translearn_core.errors import DataError

POLL_SECONDS = 0.2

WALL_FACTOR, WALL_SECONDS = 4.0, 10.0
"""The process is killed after `WALL_FACTOR` times the allowed processor time plus `WALL_SECONDS`."""


class _OutOfTimeError(BaseException):
    """Raised asynchronously in the job's thread; not an Exception, so that libraries do not catch it."""


@contextmanager
def read_budget(files: Iterable[Path], limits: Settings | None = None) -> Iterator[None]:
    """Limit the time and memory of the block in proportion to the size of `files`.

    Raises
    ------
    DataError
        If the block exceeds its budget.
    """
    limits = limits or settings()
    size = sum(path.stat().st_size for path in files if path.exists()) / 1e6
    seconds = limits.read_seconds + size * limits.read_seconds_per_mb
    memory = limits.read_memory_mb + size * limits.read_memory_per_mb
    thread, done = threading.get_ident(), threading.Event()
    faulthandler.dump_traceback_later(WALL_FACTOR * seconds + WALL_SECONDS, exit=True, file=2)
    threading.Thread(target=_watch, args=(thread, seconds, done), name="read budget", daemon=True).start()
    try:
        with _data_limit(int(memory * 1e6)):
            yield
    except _OutOfTimeError:
        raise DataError(
            f"Reading was ended after {seconds:.0f} s, the most that a file of {size:.1f} MB may take here: "
            "keep fewer rows, look for very long cells, or ask whoever runs this installation to raise "
            "TRANSLEARN_READ_SECONDS."
        ) from None
    except MemoryError:
        raise DataError(
            f"Reading took more than {memory:,.0f} MB of memory, the most that a file of {size:.1f} MB may "
            "take here: keep fewer rows or only the columns you need, or ask whoever runs this installation "
            "to raise TRANSLEARN_READ_MEMORY_MB."
        ) from None
    finally:
        done.set()
        faulthandler.cancel_dump_traceback_later()


def _watch(thread: int, seconds: float, done: threading.Event) -> None:
    started = time.process_time()
    while not done.wait(POLL_SECONDS):
        if time.process_time() - started > seconds:
            error = ctypes.py_object(_OutOfTimeError)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), error)
            return


@contextmanager
def _data_limit(more: int) -> Iterator[None]:
    """Limit the growth of the data segment to `more` bytes on Linux; do nothing elsewhere."""
    if sys.platform != "linux":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = _data_bytes() + more
    resource.setrlimit(resource.RLIMIT_DATA, (limit if soft < 0 else min(soft, limit), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data_bytes() -> int:
    """Return the size of this process's data segment in bytes."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0
