"""The process from which workers are forked, so that torch is imported once and not by each of them."""

import os
import sys
from multiprocessing import forkserver

from translearn_core.engine import devices

PRELOAD = "translearn_core.worker.preload"
"""Imported by the server, by name: the engine itself needs none of it."""


def thread_variables() -> dict[str, str]:
    """Return the environment that libraries of a worker read as they are loaded."""
    # whether the model hub is asked is decided where a backbone is loaded, job by job: HF_HUB_OFFLINE is
    # not set here
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
    # several workers share the cores: threads that spin while they wait for each other took ten times as
    # long as threads that sleep, as soon as a second process computed
    threads = {
        **dict.fromkeys(names, str(devices.cores())),
        "OMP_WAIT_POLICY": "PASSIVE",
        "GOMP_SPINCOUNT": "2000",
    }
    return {**threads, "TOKENIZERS_PARALLELISM": "true", "HF_HUB_DISABLE_TELEMETRY": "1"}


def start_method() -> str:
    """Return how workers are started: forked on Linux without a GPU, whose driver does not survive a fork."""
    return "forkserver" if sys.platform == "linux" and not devices.gpus() else "spawn"


def start_server() -> None:
    """Begin to import what jobs need, where workers are forked; returns at once."""
    if start_method() == "forkserver":
        os.environ.update(thread_variables())
        forkserver.set_forkserver_preload([PRELOAD])
        forkserver.ensure_running()
