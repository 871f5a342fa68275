"""Fork server of the workers, which imports torch once for all of them."""

import os
import sys
from multiprocessing import forkserver

from translearn_core.engine import devices
from translearn_core.engine.entrypoint import PRELOAD


def library_variables() -> dict[str, str]:
    """Return the environment variables that a worker's libraries read on import."""
    # no HF_HUB_OFFLINE: each job decides whether it may use the Hub
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
    # workers share the cores: with a second busy process, spinning threads took ten times as long as
    # sleeping ones
    threads = {
        **dict.fromkeys(names, str(devices.cores())),
        "OMP_WAIT_POLICY": "PASSIVE",
        "GOMP_SPINCOUNT": "2000",
    }
    return {
        **threads,
        "TOKENIZERS_PARALLELISM": "true",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        # the default pool reserves 1 GiB when the first table is read, which counts as data segment: half of
        # what a reading worker may take
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }


def start_method() -> str:
    """Return how workers start: from a fork server on Linux without GPU, since CUDA cannot be forked."""
    return "forkserver" if sys.platform == "linux" and not devices.gpus() else "spawn"


def start_server() -> None:
    """Start the fork server, if workers are forked; do not wait for its imports."""
    if start_method() == "forkserver":
        os.environ.update(library_variables())
        forkserver.set_forkserver_preload([PRELOAD])
        forkserver.ensure_running()
