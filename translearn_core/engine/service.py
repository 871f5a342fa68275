"""Engine process: lock, signals, status file, and the dispatcher."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from collections import Counter
from dataclasses import replace
from types import FrameType, ModuleType

from filelock import FileLock, Timeout

from translearn_core.config.settings import Settings
from translearn_core.engine.cluster import Cluster, open_cluster
from translearn_core.engine.dispatch import Dispatcher
from translearn_core.engine.launcher import LOCK
from translearn_core.engine.status import EngineStatus, starting, status_file, write_status
from translearn_core.errors import WorkspaceError
from translearn_core.jobs import Slot
from translearn_core.runs import RunStore, Workspace
from translearn_core.storage import sweep

log = logging.getLogger("translearn.engine")


def serve(settings: Settings) -> None:
    """Run the engine of this workspace; see `translearn_core.engine.run_engine`."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("distributed").setLevel(logging.WARNING)
    # a spawned worker would import this process's main module, the whole command line
    sys.modules["__main__"] = ModuleType("__main__")
    os.umask(0o077)  # inherited by the workers: their files are private too
    workspace = Workspace(settings.workspace)
    try:
        # wait: `lock_held` takes the lock for a moment
        with FileLock(workspace.root / LOCK, timeout=1.0, mode=0o600):
            status = starting(os.getpid())
            write = StatusWriter(settings)
            write(status)
            with contextlib.suppress(OSError):  # disk full or read-only: leftovers stay
                sweep(workspace.root)
                workspace.empty_trash()
            asyncio.run(_serve(settings, RunStore(workspace, settings.database_url), status, write))
            with contextlib.suppress(OSError):  # read-only: a stale status file is harmless
                status_file(settings).unlink(missing_ok=True)
    except Timeout:
        log.info("another engine serves %s", workspace.root)


class StatusWriter:
    """Writes the status file; the engine survives failures."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._failed = False

    def __call__(self, status: EngineStatus) -> None:
        """Write the file; log the first of several failures, and their end."""
        try:
            write_status(self._settings, status)
        except OSError as error:
            if not self._failed:
                log.error("the status file cannot be written (%s); trying again", error)
            self._failed = True
            return
        if self._failed:
            log.info("the status file is written again")
        self._failed = False


async def _serve(settings: Settings, store: RunStore, status: EngineStatus, write: StatusWriter) -> None:
    leave = asyncio.Event()
    _set_on_signal(leave)
    dispatcher: Dispatcher | None = None
    try:
        async with open_cluster(settings) as cluster:

            def pulse(workers: dict[str, Slot]) -> None:
                write(_current_status(status, cluster, workers))

            dispatcher = Dispatcher(store, cluster, idle_seconds=60.0 * settings.idle_minutes, pulse=pulse)
            log.info("ready on %s", "; ".join(cluster.device_lines()))
            await dispatcher.run(leave)
    finally:
        if dispatcher is not None:
            with contextlib.suppress(WorkspaceError):  # the next engine does it
                dispatcher.interrupt_all()
    log.info("left")


def _current_status(status: EngineStatus, cluster: Cluster, workers: dict[str, Slot]) -> EngineStatus:
    slots = Counter(slot.value for slot in workers.values())
    return replace(
        status,
        ready={Slot.TRAINING.value, Slot.INTERACTIVE.value} <= set(slots),
        last_heartbeat=time.time(),
        slots=dict(slots),
        workers=cluster.processes(),
        devices=cluster.device_lines(),
    )


def _set_on_signal(leave: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def handle(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(leave.set)

    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if (number := getattr(signal, name, None)) is not None:
            with contextlib.suppress(ValueError):  # not in the main thread
                signal.signal(number, handle)
