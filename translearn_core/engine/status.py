"""Status file of a workspace's engine: writing and reading it."""

import socket
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from translearn_core.config.settings import Settings
from translearn_core.runs.workspace import absolute
from translearn_core.storage import atomic_file, read_sealed, seal

FRESH_SECONDS = 15.0
"""Maximum age of the status file of an engine alive on another machine."""

HEARTBEAT_SECONDS = 2.0
"""Seconds between two writes of the status file."""


@dataclass(frozen=True)
class EngineStatus:
    """Status of a workspace's engine.

    `ready` is false while it starts. `slots` counts workers by slot name; `workers` maps local workers
    by name to process ids (0 while one restarts); `devices` are lines for users. `engine_started`,
    `process_started` and `last_heartbeat` (time of the last write) are seconds since 1970.
    """

    alive: bool = False
    ready: bool = False
    pid: int = 0
    engine_started: float = 0.0
    process_started: float = 0.0
    host: str = ""
    last_heartbeat: float = 0.0
    slots: dict[str, int] = field(default_factory=dict)
    workers: dict[str, int] = field(default_factory=dict)
    devices: tuple[str, ...] = ()


def home(settings: Settings) -> Path:
    """Return the absolute path of the workspace."""
    return absolute(settings.workspace)


def status_file(settings: Settings) -> Path:
    """Return the path of the status file."""
    return home(settings) / "engine.json"


def write_status(settings: Settings, status: EngineStatus) -> None:
    """Replace the status file atomically.

    Raises
    ------
    OSError
        If the disk is full or the folder is not writable; the old file stays.
    """
    with atomic_file(status_file(settings), checksum=False, durable=False) as draft:
        draft.write_text(seal(asdict(status)), encoding="utf-8")


def read_status(settings: Settings) -> EngineStatus:
    """Read the status file and update `alive`; takes well under a millisecond."""
    try:
        fields = read_sealed(status_file(settings).read_text(encoding="utf-8"))
        status = EngineStatus(**{**fields, "devices": tuple(fields["devices"])})
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        return EngineStatus()  # missing, damaged, or of another version
    alive = status.alive and _is_alive(status)
    return EngineStatus(**{**asdict(status), "alive": alive, "ready": alive and status.ready})


def started_at(pid: int) -> float:
    """Return the start time of a process, which with its id identifies it; 0 if it has ended."""
    try:
        process = psutil.Process(pid)
        return 0.0 if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.Error:
        return 0.0


def starting(pid: int) -> EngineStatus:
    """Return the status of an engine on this machine that is starting."""
    now = time.time()
    return EngineStatus(
        alive=True,
        pid=pid,
        engine_started=now,
        process_started=started_at(pid),
        host=socket.gethostname(),
        last_heartbeat=now,
    )


def _is_alive(status: EngineStatus) -> bool:
    if status.host != socket.gethostname():
        return time.time() - status.last_heartbeat < FRESH_SECONDS
    return status.process_started > 0 and abs(started_at(status.pid) - status.process_started) < 1.0
