"""Devices, cores and memory of this machine, found without importing torch."""

import os
import shutil
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil
from dask.system import CPU_COUNT
from distributed.system import MEMORY_LIMIT


def cores() -> int:
    """Return the physical cores this process may use, within its cgroup and affinity."""
    return max(1, min(CPU_COUNT, psutil.cpu_count(logical=False) or CPU_COUNT))


@cache
def gpus() -> tuple[tuple[str, str], ...]:
    """Return the CUDA devices that torch can use, as (id, name); none if it was built without CUDA."""
    try:
        if version("torch").endswith("+cpu"):
            return ()
    except PackageNotFoundError:
        return ()
    installed = _from_nvidia_smi() or _from_proc()
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return installed
    names = dict(installed)
    numbers = [part.strip() for part in visible.split(",") if part.strip() not in ("", "-1")]
    return tuple((number, names.get(number, "NVIDIA GPU")) for number in numbers) if installed else ()


def lines() -> tuple[str, ...]:
    """Describe the devices for users, the training device first."""
    cpu = f"CPU, {cores()} cores, {MEMORY_LIMIT / 1e9:.0f} GB"
    return (*(f"GPU {number}, {name}" for number, name in gpus()), cpu)


def _from_nvidia_smi() -> tuple[tuple[str, str], ...]:
    if (program := shutil.which("nvidia-smi")) is None:
        return ()
    command = [program, "--query-gpu=index,name", "--format=csv,noheader"]
    try:
        out = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    pairs = [line.split(",", 1) for line in out.splitlines() if "," in line]
    return tuple((number.strip(), name.strip()) for number, name in pairs)


def _from_proc() -> tuple[tuple[str, str], ...]:
    gpus = []
    for number, file in enumerate(sorted(Path("/proc/driver/nvidia/gpus").glob("*/information"))):
        fields = dict(line.split(":", 1) for line in file.read_text().splitlines() if ":" in line)
        gpus.append((str(number), fields.get("Model", "NVIDIA GPU").strip()))
    return tuple(gpus)
