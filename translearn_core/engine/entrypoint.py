"""The one function that travels to a worker: it carries names only, the work is found on the other side."""

import importlib


def run_job(job: str, workspace: str, database_url: str | None, worker: str) -> None:
    """Do the job with this identity, if the store still says that it is `worker`'s to do."""
    # by name: the engine and the pages that import it stand below everything that computes
    importlib.import_module("translearn_core.worker.runtime").run(job, workspace, database_url, worker)
