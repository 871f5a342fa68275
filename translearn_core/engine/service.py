"""The engine as a process: its lock, its signals, its file, and the dispatcher between store and cluster."""

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

from translearn_core.config import Slot
from translearn_core.engine.cluster import Cluster, open_cluster
from translearn_core.engine.dispatch import Dispatcher
from translearn_core.engine.launcher import LOCK
from translearn_core.engine.status import EngineStatus, starting, status_file, write_status
from translearn_core.errors import WorkspaceError
from translearn_core.runs import RunStore, Workspace
from translearn_core.settings import Settings
from translearn_core.storage import sweep

log = logging.getLogger("translearn.engine")


def serve(settings: Settings) -> None:
    """Be the engine of this workspace; see `translearn_core.engine.run_engine`."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("distributed").setLevel(logging.WARNING)
    # a spawned worker imports its parent's main module again, here the whole command line: give it none
    sys.modules["__main__"] = ModuleType("__main__")
    os.umask(0o077)  # of the workers too: what they write is the owner's alone
    workspace = Workspace(settings.workspace)
    try:
        # a moment's patience: whoever starts an engine looks at the lock for an instant
        with FileLock(workspace.root / LOCK, timeout=1.0, mode=0o600):
            status = starting(os.getpid())
            pulse = Pulse(settings)
            pulse(status)
            with contextlib.suppress(OSError):  # no room, or read-only: what is left over stays
                sweep(workspace.root)
                workspace.empty_trash()
            asyncio.run(_serve(settings, RunStore(workspace, settings.database_url), status, pulse))
            with contextlib.suppress(OSError):  # read-only: the file names a process that is gone
                status_file(settings).unlink(missing_ok=True)
    except Timeout:
        log.info("another engine serves %s", workspace.root)


class Pulse:
    """Writes the engine's file; where that fails, the engine goes on and the next one may succeed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._failed = False

    def __call__(self, status: EngineStatus) -> None:
        """Write it; the first of several failures is logged, and their end."""
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


async def _serve(settings: Settings, store: RunStore, status: EngineStatus, write: Pulse) -> None:
    leave = asyncio.Event()
    _on_signal(leave)
    dispatcher: Dispatcher | None = None
    try:
        async with open_cluster(settings) as cluster:

            def pulse(workers: dict[str, Slot]) -> None:
                write(_now(status, cluster, workers))

            dispatcher = Dispatcher(store, cluster, idle_seconds=60.0 * settings.idle_minutes, pulse=pulse)
            log.info("ready on %s", "; ".join(cluster.device_lines()))
            await dispatcher.run(leave)
    finally:
        if dispatcher is not None:
            with contextlib.suppress(WorkspaceError):  # the next engine sees to it
                dispatcher.interrupt_all()
    log.info("left")


def _now(status: EngineStatus, cluster: Cluster, workers: dict[str, Slot]) -> EngineStatus:
    slots = Counter(slot.value for slot in workers.values())
    return replace(
        status,
        ready={Slot.TRAIN.value, Slot.ASK.value} <= set(slots),
        seen=time.time(),
        slots=dict(slots),
        workers=cluster.processes(),
        devices=cluster.device_lines(),
    )


def _on_signal(leave: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def ask(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(leave.set)

    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if (number := getattr(signal, name, None)) is not None:
            with contextlib.suppress(ValueError):  # not the main thread: whoever runs it there ends it there
                signal.signal(number, ask)
