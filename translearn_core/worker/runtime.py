"""Execution of one job; its final state and reason are always written to the store."""

import logging
import os
import sys
import time
import traceback
from collections.abc import Hashable, MutableMapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from translearn_core.errors import DamagedFileError, NotFoundError, Stopped, TranslearnError, out_of_memory
from translearn_core.errors.os_errors import explain_os_error
from translearn_core.jobs import JobSpec
from translearn_core.runs import UNREADABLE, Job, RunStore, State, Workspace
from translearn_core.storage import sweep
from translearn_core.worker.context import Context, LruCache
from translearn_core.worker.handlers import handler
from translearn_core.worker.process import resource_limits
from translearn_core.worker.process.persistence import persist
from translearn_core.worker.run_results import check_supported

log = logging.getLogger(__name__)

JOB_LOG = "job.log"
"""Log in the job's folder: start, end, number of threads, unexpected tracebacks."""

RESUME = "press Resume in the app or give the same command again"
"""How to continue a job that resumes from a checkpoint."""

CACHE: MutableMapping[Hashable, Any] = LruCache()
"""In-process cache shared between jobs."""


def run(job_id: str, workspace: str, database_url: str | None, worker: str | None = None) -> None:
    """Execute one job and write its final state.

    Parameters
    ----------
    job_id : str
        A job in state RUNNING; its configuration is read from the store and validated.
    workspace, database_url : str
        Location of the store; opened once per process.
    worker : str, optional
        Token under which the job was taken; nothing is done if the store names another worker.
    """
    store = persist(lambda: _store(workspace, database_url))
    try:
        job = persist(lambda: store.job(job_id))
    except NotFoundError:
        return  # deleted meanwhile
    except ValidationError:
        persist(lambda: store.finish(job_id, State.FAILED, UNREADABLE, worker=worker))
        return
    if job.state is not State.RUNNING or (worker is not None and job.worker != worker):
        return
    state, reason = _outcome(store, job)
    persist(lambda: store.finish(job.id, state, reason, worker=job.worker))


def _outcome(store: RunStore, job: Job) -> tuple[State, str | None]:
    folder = store.workspace.run(job.id)
    log_line, started = _Log(folder / JOB_LOG), time.perf_counter()
    try:
        context = Context(store, job, folder, CACHE)
        log_line(f"{job.config.kind} begins, start {job.attempts}")
        sweep(folder)
        if job.spec.low_priority:
            resource_limits.low_priority(lambda: _execute(context))
        else:
            _execute(context)
        state, reason = State.DONE, None
    except BaseException as error:  # tokenizers may raise PanicException, which is not an Exception
        state, reason = _explained(job.spec, error, store.workspace.root)
        if isinstance(error, DamagedFileError):
            damage = error
            persist(lambda: store.mark_damaged(damage))
        if state is State.FAILED and not isinstance(error, TranslearnError):
            log_line("".join(traceback.format_exception(error)))
        if out_of_memory(error):
            CACHE.clear()
    log_line(f"{state} after {time.perf_counter() - started:.1f} s{_threads()}")
    return state, reason


def _execute(context: Context) -> None:
    with resource_limits.memory_guard():
        try:
            check_supported(context)
            handler(context.job.spec)(context)
        finally:
            context.flush(last=True)


def _explained(spec: JobSpec[Any, Any], error: BaseException, workspace: Path) -> tuple[State, str | None]:
    if isinstance(error, Stopped):
        return State.STOPPED, None
    if isinstance(error, TranslearnError):
        return State.FAILED, str(error)
    if out_of_memory(error):
        return (
            State.FAILED,
            f"Memory ran out: {spec.memory_hint}, then try again.",
        )
    if (
        os_error := explain_os_error(error, workspace, again=RESUME if spec.resumable else "try again")
    ) is not None:
        return State.FAILED, str(os_error)
    first = (str(error).strip().splitlines() or [""])[0][:300]
    summary = f"{type(error).__name__}: {first}" if first else type(error).__name__
    return State.FAILED, f"Something unexpected happened ({summary}); the details are in {JOB_LOG}."


def _threads() -> str:
    # Dask's nanny defaults to one thread, which would silently slow everything down
    torch, requested = sys.modules.get("torch"), os.environ.get("OMP_NUM_THREADS")
    if torch is None or not hasattr(torch, "get_num_threads"):
        return ""
    used = torch.get_num_threads()
    if requested is not None and str(used) != requested:
        log.warning("torch uses %s threads, %s were asked for", used, requested)
    return f", torch on {used} threads"


@cache
def _store(workspace: str, database_url: str | None) -> RunStore:
    return RunStore(Workspace(Path(workspace)), database_url)


class _Log:
    """Append-only log file with timestamps."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, text: str) -> None:
        with suppress(OSError), self._path.open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text.rstrip()}\n")
