"""What reading, diagnosing and preparing a file may take of time and memory: so much for each megabyte.

A file within the limits of size can still be made to take hours or all memory. Time is processor time, so
that a busy machine refuses nobody. Three things hold it: a limit on the data segment (Linux) turns too much
memory into an error; a thread that looks at the clock raises one in the job's thread; and, since a regular
expression or a parser in C may never come back to the interpreter, the process ends itself later.
"""

import ctypes
import faulthandler
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from translearn_core.errors import DataError
from translearn_core.settings import Settings, settings

LOOK_SECONDS = 0.2

WALL_FACTOR, WALL_SECONDS = 4.0, 10.0
"""The process ends after so many times the processor time that is allowed, and so many seconds more."""


class _OutOfTimeError(BaseException):
    """Raised in the job's thread from outside; no library's ``except Exception`` may swallow it."""


@contextmanager
def read_budget(files: Iterable[Path], limits: Settings | None = None) -> Iterator[None]:
    """Hold what is done to some files within the block to their budget.

    Raises
    ------
    DataError
        If it took more time or memory than files of their size may take.
    """
    limits = limits or settings()
    size = sum(path.stat().st_size for path in files if path.exists()) / 1e6
    seconds = limits.read_seconds + size * limits.read_seconds_per_mb
    memory = limits.read_memory_mb + size * limits.read_memory_per_mb
    thread, over = threading.get_ident(), threading.Event()
    faulthandler.dump_traceback_later(WALL_FACTOR * seconds + WALL_SECONDS, exit=True, file=2)
    threading.Thread(target=_watch, args=(thread, seconds, over), name="read budget", daemon=True).start()
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
        over.set()
        faulthandler.cancel_dump_traceback_later()


def _watch(thread: int, seconds: float, over: threading.Event) -> None:
    began = time.process_time()
    while not over.wait(LOOK_SECONDS):
        if time.process_time() - began > seconds:
            error = ctypes.py_object(_OutOfTimeError)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), error)
            return


@contextmanager
def _data_limit(more: int) -> Iterator[None]:
    """Let the data segment grow by so many bytes at most, on Linux; elsewhere a watchdog looks at it."""
    if sys.platform != "linux":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = _data_bytes() + more
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if soft < 0 else min(soft, wanted), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data_bytes() -> int:
    """Bytes of this process's data segment."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0
