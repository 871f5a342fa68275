"""What this machine has to compute with, found without importing torch."""

import os
import shutil
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil
from dask.system import CPU_COUNT
from distributed.system import MEMORY_LIMIT

from translearn_core.config import Slot
from translearn_core.settings import Settings

SHARE = 0.8
"""Of the machine's memory, for all workers together."""

LEAST_MB = 1_500
"""Less than this no worker can use: torch and a small backbone would not fit."""


def cores() -> int:
    """Physical cores this process may use; control groups and affinity are respected."""
    return max(1, min(CPU_COUNT, psutil.cpu_count(logical=False) or CPU_COUNT))


@cache
def gpus() -> tuple[tuple[str, str], ...]:
    """Return the CUDA devices that torch could use, as (id, name); none where it was built without CUDA."""
    try:
        if version("torch").endswith("+cpu"):
            return ()
    except PackageNotFoundError:
        return ()
    found = _asked() or _listed()
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return found
    names = dict(found)
    wanted = [part.strip() for part in visible.split(",") if part.strip() not in ("", "-1")]
    return tuple((number, names.get(number, "NVIDIA GPU")) for number in wanted) if found else ()


def lines() -> tuple[str, ...]:
    """Describe the devices for people, the one that trains first."""
    cpu = f"CPU, {cores()} cores, {MEMORY_LIMIT / 1e9:.0f} GB"
    return (*(f"GPU {number}, {name}" for number, name in gpus()), cpu)


def worker_bytes(settings: Settings, slot: Slot) -> int:
    """Bytes of memory one worker may use.

    What the settings say, for each worker; else 80 % of the machine: 25 % of that for questions, 10 % for
    each reader of files, the rest shared by trainings.
    """
    if settings.max_memory_mb is not None:
        return settings.max_memory_mb * 1_000_000
    budget = SHARE * MEMORY_LIMIT
    shares = {Slot.ASK: 0.25, Slot.READ: 0.1, Slot.TRAIN: 0.55 / max(1, len(gpus()))}
    return max(int(shares[slot] * budget), LEAST_MB * 1_000_000)


def _asked() -> tuple[tuple[str, str], ...]:
    if (program := shutil.which("nvidia-smi")) is None:
        return ()
    command = [program, "--query-gpu=index,name", "--format=csv,noheader"]
    try:
        out = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    pairs = [line.split(",", 1) for line in out.splitlines() if "," in line]
    return tuple((number.strip(), name.strip()) for number, name in pairs)


def _listed() -> tuple[tuple[str, str], ...]:
    found = []
    for number, file in enumerate(sorted(Path("/proc/driver/nvidia/gpus").glob("*/information"))):
        facts = dict(line.split(":", 1) for line in file.read_text().splitlines() if ":" in line)
        found.append((str(number), facts.get("Model", "NVIDIA GPU").strip()))
    return tuple(found)
