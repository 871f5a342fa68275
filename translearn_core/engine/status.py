"""What is known about the engine of a workspace: one small file it keeps up to date, and who reads it."""

import socket
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from translearn_core.runs.workspace import absolute
from translearn_core.settings import Settings
from translearn_core.storage import atomic_file, read_sealed, seal

FRESH_SECONDS = 15.0
"""An engine on another machine counts as alive if it wrote its file so recently."""

HEARTBEAT_SECONDS = 2.0
"""How often a living engine writes its file."""


@dataclass(frozen=True)
class EngineStatus:
    """Whether an engine serves this workspace, and with what.

    `ready` is false while it starts. `slots` counts workers by slot name; `workers` maps the names of workers
    on its machine to their process ids (0 while one is restarted); `devices` are lines for people. `since`,
    `seen` (when it wrote this) and `born` (when its process was started) are seconds since 1970.
    """

    alive: bool = False
    ready: bool = False
    pid: int = 0
    since: float = 0.0
    born: float = 0.0
    host: str = ""
    seen: float = 0.0
    slots: dict[str, int] = field(default_factory=dict)
    workers: dict[str, int] = field(default_factory=dict)
    devices: tuple[str, ...] = ()


def home(settings: Settings) -> Path:
    """Return the workspace's folder, the same from wherever it is looked at."""
    return absolute(settings.workspace)


def status_file(settings: Settings) -> Path:
    """Return the path of the engine's file."""
    return home(settings) / "engine.json"


def write_status(settings: Settings, status: EngineStatus) -> None:
    """Replace the engine's file at once, so that a reader sees the old one or the new one.

    Raises
    ------
    OSError
        If there is no room, or the folder cannot be written to; the old file stays.
    """
    with atomic_file(status_file(settings), checksum=False, durable=False) as draft:
        draft.write_text(seal(asdict(status)), encoding="utf-8")


def read_status(settings: Settings) -> EngineStatus:
    """Return what the engine's file says, with `alive` as it is now; costs well under a millisecond."""
    try:
        said = read_sealed(status_file(settings).read_text(encoding="utf-8"))
        status = EngineStatus(**{**said, "devices": tuple(said["devices"])})
    except (
        OSError,
        ValueError,
        TypeError,
        LookupError,
        RecursionError,
    ):  # none, damaged, or another version's
        return EngineStatus()
    alive = status.alive and _lives(status)
    return EngineStatus(**{**asdict(status), "alive": alive, "ready": alive and status.ready})


def started_at(pid: int) -> float:
    """Return when a process was started, which names it together with its id; 0 if it is gone."""
    try:
        process = psutil.Process(pid)
        return 0.0 if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.Error:
        return 0.0


def starting(pid: int) -> EngineStatus:
    """Return the first status of an engine: a process of this machine that has nothing to offer yet."""
    now = time.time()
    return EngineStatus(
        alive=True, pid=pid, since=now, born=started_at(pid), host=socket.gethostname(), seen=now
    )


def _lives(status: EngineStatus) -> bool:
    if status.host != socket.gethostname():
        return time.time() - status.seen < FRESH_SECONDS
    return status.born > 0 and abs(started_at(status.pid) - status.born) < 1.0
