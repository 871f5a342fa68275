"""Function submitted to Dask workers; it imports the job runtime there."""

import importlib


def run_job(job: str, workspace: str, database_url: str | None, worker: str) -> None:
    """Run a job, if the store still assigns it to the attempt `worker`."""
    # imported by name: the engine must not depend on the worker package
    importlib.import_module("translearn_core.worker.runtime").run(job, workspace, database_url, worker)
