"""Starting, finding and stopping the engine: a process of its own that outlives whoever started it.

One engine serves a workspace, held by a lock on ``engine.lock``. It is started by command line, never by
multiprocessing, because a page's process has a `__main__` that would run the app again.
"""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from translearn_core.engine.status import (
    EngineStatus,
    home,
    read_status,
    started_at,
    starting,
    status_file,
    write_status,
)
from translearn_core.errors import EngineError
from translearn_core.os_errors import explain_os_error, write_error
from translearn_core.runs.workspace import OWNER_ONLY
from translearn_core.settings import PREFIX, Settings

LOCK, LAUNCH, LOG = "engine.lock", "engine.launch.lock", "engine.log"
LOG_BYTES = 5_000_000
"""A longer log is put aside when the next engine starts."""

_RETRY_SECONDS = 5.0
_DYING_SECONDS = 5.0
"""A killed engine keeps its lock until the last of its threads has ended."""

_children: list[subprocess.Popen[bytes]] = []


def engine_status(settings: Settings) -> EngineStatus:
    """Return whether an engine serves this workspace, and with what; cheap enough for every page view."""
    _reap()
    return read_status(settings)


def ensure_engine(settings: Settings, *, wait: float = 0.0) -> EngineStatus:
    """Start the engine if none serves this workspace, and return its status.

    Parameters
    ----------
    settings : Settings
        Handed to the engine through its environment.
    wait : float
        Seconds to wait until it is ready; by default it is not waited for.

    Raises
    ------
    EngineError
        If it was waited for and did not get ready.
    WorkspaceError
        If it cannot be started because the workspace's disk is full or cannot be written to.
    """
    status = engine_status(settings)
    if not status.alive:
        try:
            status = _launch(settings, status, wait)
        except OSError as error:
            raise explain_os_error(error, home(settings)) or EngineError(
                f"The engine cannot be started ({error}): start it by hand with `translearn engine`."
            ) from error
    deadline = time.monotonic() + wait
    while wait and not status.ready:
        if time.monotonic() > deadline or _gone(settings, status):
            if (refused := write_error(home(settings))) is not None:
                raise explain_os_error(refused, home(settings)) or refused
            raise EngineError(
                f"The engine did not get ready{_log_tail(settings)}: look into {home(settings) / LOG}, "
                "or start it by hand with `translearn engine`."
            )
        time.sleep(0.05)
        status = engine_status(settings)
    return status


def stop_engine(settings: Settings, *, wait: float = 15.0) -> bool:
    """Ask the engine to leave, and make it leave after `wait` seconds; returns whether there was one.

    What it was doing is queued again when the next engine starts.
    """
    status = engine_status(settings)
    if not status.alive:
        return False
    if not started_at(status.pid):
        raise EngineError(
            f"The engine runs on {status.host}, not on this machine: run `translearn stop` there."
        )
    family = _family(status.pid)
    for engine in family[:1]:
        engine.terminate()
    _, left = psutil.wait_procs(family, timeout=wait)
    for process in left:
        process.kill()
    psutil.wait_procs(left, timeout=5.0)
    _reap()
    with contextlib.suppress(OSError):  # read-only: the file names a process that is gone
        status_file(settings).unlink(missing_ok=True)
    return True


def environment(settings: Settings) -> dict[str, str]:
    """Return this process's environment with `settings` as its only ``TRANSLEARN_*`` variables."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    given = settings.model_dump(mode="json", exclude_none=True)
    env.update({PREFIX + name.upper(): str(value) for name, value in given.items()})
    env[f"{PREFIX}WORKSPACE"] = str(home(settings))
    checkout = Path(__file__).resolve().parents[2]
    if not {"site-packages", "dist-packages"} & set(checkout.parts):  # a checkout: it need not be installed
        env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(checkout), env.get("PYTHONPATH")]))
    return env


def lock_held(settings: Settings) -> bool:
    """Whether a process holds the engine's lock; takes it for an instant, so ask only before starting one."""
    try:
        with FileLock(home(settings) / LOCK, timeout=0, mode=0o600):
            return False
    except Timeout:
        return True


def _launch(settings: Settings, last: EngineStatus, wait: float) -> EngineStatus:
    if not wait and time.time() - last.since < _RETRY_SECONDS:
        return last  # it died a moment ago: do not start one at every page view
    home(settings).mkdir(OWNER_ONLY, parents=True, exist_ok=True)
    try:
        with FileLock(home(settings) / LAUNCH, timeout=wait, mode=0o600):
            status = read_status(settings)
            patience = time.monotonic() + min(wait, _DYING_SECONDS)
            while not status.alive and lock_held(settings):
                if time.monotonic() > patience:
                    return status
                time.sleep(0.02)
                status = read_status(settings)
            return status if status.alive else _spawn(settings)
    except Timeout:  # somebody else is starting it
        return read_status(settings)


def _spawn(settings: Settings) -> EngineStatus:
    log = home(settings) / LOG
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    if (refused := write_error(home(settings))) is not None:
        raise refused  # an engine that cannot say that it is there would be started again and again
    with open(log, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)) as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "translearn_core.cli", "engine"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment(settings),
            start_new_session=True,
        )
    _children.append(child)
    status = starting(child.pid)
    write_status(settings, status)
    return status


def _gone(settings: Settings, status: EngineStatus) -> bool:
    return not status.alive and not lock_held(settings)


def _reap() -> None:
    # an engine that ended stays a zombie until the process that started it, if that still runs, has looked
    _children[:] = [child for child in _children if child.poll() is None]


def _family(pid: int) -> list[psutil.Process]:
    try:
        engine = psutil.Process(pid)
        return [engine, *engine.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _log_tail(settings: Settings) -> str:
    try:
        lines = (home(settings) / LOG).read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        return ""
    return f" ({lines[-1][:200]})" if lines else ""
