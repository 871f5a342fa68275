"""Entry points of the worker package, by name: the engine stands below it and must not import torch."""

from importlib import import_module

RUNTIME = "translearn_core.worker.runtime"
"""Module whose `run` executes a job."""
SETUP = "translearn_core.worker.process.setup"
"""Dask preload module of every worker; it sets the memory limit."""
PRELOAD = "translearn_core.worker.process.preload"
"""Module that the fork server imports."""


def run_job(job: str, workspace: str, database_url: str | None, worker: str) -> None:
    """Run a job, if the store still assigns it to the attempt `worker`; submitted to Dask workers."""
    import_module(RUNTIME).run(job, workspace, database_url, worker)
