"""Start, find and stop the engine, a process that outlives its parent.

One engine serves a workspace, guarded by the lock ``engine.lock``. It is started by command line, not by
multiprocessing, which would run a page's `__main__`, the app, again.
"""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from translearn_core.config.settings import PREFIX, Settings
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
from translearn_core.errors.os_errors import explain_os_error, write_error
from translearn_core.runs.workspace import OWNER_ONLY

LOCK, LAUNCH, LOG = "engine.lock", "engine.launch.lock", "engine.log"
LOG_BYTES = 5_000_000
"""Size at which the log is rotated when an engine starts."""

_RETRY_SECONDS = 5.0
_DYING_SECONDS = 5.0
"""A killed engine holds its lock until its last thread has ended."""

_children: list[subprocess.Popen[bytes]] = []


def engine_status(settings: Settings) -> EngineStatus:
    """Return the status of this workspace's engine; cheap enough for every page view."""
    _reap()
    return read_status(settings)


def ensure_engine(settings: Settings, *, wait: float = 0.0) -> EngineStatus:
    """Start the engine if none serves this workspace, and return its status.

    Parameters
    ----------
    settings : Settings
        Passed to the engine through its environment.
    wait : float
        Seconds to wait until it is ready.

    Raises
    ------
    EngineError
        If it was not ready after `wait` seconds.
    WorkspaceError
        If the workspace's disk is full or not writable.
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
        if time.monotonic() > deadline or not (status.alive or lock_held(settings)):
            if (disk_error := write_error(home(settings))) is not None:
                raise explain_os_error(disk_error, home(settings)) or disk_error
            raise EngineError(
                f"The engine did not get ready{_log_tail(settings)}: look into {home(settings) / LOG}, "
                "or start it by hand with `translearn engine`."
            )
        time.sleep(0.05)
        status = engine_status(settings)
    return status


def stop_engine(settings: Settings, *, wait: float = 15.0) -> bool:
    """Terminate the engine, kill it after `wait` seconds, and return whether there was one.

    Its running jobs are queued again when the next engine starts.
    """
    status = engine_status(settings)
    if not status.alive:
        return False
    if not started_at(status.pid):
        raise EngineError(
            f"The engine runs on {status.host}, not on this machine: run `translearn stop` there."
        )
    processes = _process_tree(status.pid)
    for engine in processes[:1]:
        engine.terminate()
    _, alive = psutil.wait_procs(processes, timeout=wait)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=5.0)
    _reap()
    with contextlib.suppress(OSError):  # read-only: a stale status file is harmless
        status_file(settings).unlink(missing_ok=True)
    return True


def environment(settings: Settings) -> dict[str, str]:
    """Return this process's environment with `settings` as its only ``TRANSLEARN_*`` variables."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    values = settings.model_dump(mode="json", exclude_none=True)
    env.update({PREFIX + name.upper(): str(value) for name, value in values.items()})
    env[f"{PREFIX}WORKSPACE"] = str(home(settings))
    checkout = Path(__file__).resolve().parents[2]
    if not {"site-packages", "dist-packages"} & set(checkout.parts):  # a checkout, perhaps not installed
        env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(checkout), env.get("PYTHONPATH")]))
    return env


def lock_held(settings: Settings) -> bool:
    """Whether a process holds the engine's lock; takes it for a moment, so only call it before a start."""
    try:
        with FileLock(home(settings) / LOCK, timeout=0, mode=0o600):
            return False
    except Timeout:
        return True


def _launch(settings: Settings, last: EngineStatus, wait: float) -> EngineStatus:
    if not wait and time.time() - last.engine_started < _RETRY_SECONDS:
        return last  # it just died: do not start one at every page view
    home(settings).mkdir(OWNER_ONLY, parents=True, exist_ok=True)
    try:
        with FileLock(home(settings) / LAUNCH, timeout=wait, mode=0o600):
            status = read_status(settings)
            deadline = time.monotonic() + min(wait, _DYING_SECONDS)
            while not status.alive and lock_held(settings):
                if time.monotonic() > deadline:
                    return status
                time.sleep(0.02)
                status = read_status(settings)
            return status if status.alive else _spawn(settings)
    except Timeout:  # another process is starting it
        return read_status(settings)


def _spawn(settings: Settings) -> EngineStatus:
    log = home(settings) / LOG
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    if (error := write_error(home(settings))) is not None:
        raise error  # an engine without a status file would be started again and again
    with open(log, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)) as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "translearn_core.commands.cli", "engine"],
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


def _reap() -> None:
    # an ended engine stays a zombie until its parent process polls it
    _children[:] = [child for child in _children if child.poll() is None]


def _process_tree(pid: int) -> list[psutil.Process]:
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
