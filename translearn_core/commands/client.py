"""Asking the engine: bring files, submit a job, follow it to its end, take its answer."""

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from translearn_core.commands.disk import DiskCheck
from translearn_core.commands.output import console
from translearn_core.config import BUNDLED, BackboneConfig, BackboneInfoConfig, BaseConfig, ReadOptions
from translearn_core.engine import ensure_engine
from translearn_core.errors import DataError, NotFoundError, TrainingError, shorten_repr
from translearn_core.results import BackboneInfo
from translearn_core.runs import LOCAL, Dataset, Run, State, artifacts, open_store
from translearn_core.settings import settings

ENGINE_SECONDS = 180.0
"""How long an engine may take to start; some 15 s on two cores that do nothing else."""

T = TypeVar("T")

POLL_SECONDS = 0.15

LISTED = "'translearn runs' lists those that are"
"""Where to look for a run that is not found."""

_typed: dict[str, str] = {}
"""What a person typed for a run, by its job; a process is one command."""


def add_dataset(files: Mapping[str, Path], options: ReadOptions | None = None) -> Dataset:
    """Put files into the workspace, to be read as `options` say."""
    found: dict[str, bytes] = {}
    for part, path in files.items():
        if not path.is_file():
            raise DataError(f"There is no file {str(path)!r}: check the {part} file's name.")
        try:
            found[part] = path.read_bytes()
        except OSError as error:
            raise DataError(
                f"{str(path)!r} cannot be read ({error.strerror}): check its permissions."
            ) from None
    return open_store().add_dataset(LOCAL, files["train"].name, found, options=options)


def submit(config: BaseConfig, name: str) -> Run:
    """Submit a job and follow it to its end; raises if it fails."""
    run = open_store().submit(LOCAL, config, name)
    if run.state is not State.DONE:
        ensure_engine(settings(), wait=ENGINE_SECONDS)
        run = follow_progress(run)
    return _ended(run)


def _ended(run: Run) -> Run:
    """Return a run that is done; raises if it ended otherwise."""
    if run.state is State.DONE:
        return run
    reason = echo_command(run.job.reason or f"it was {run.state}")
    if run.state is State.STOPPED:
        raise TrainingError(
            f"Run {run.id} was stopped and keeps what there is: the same command goes on from there."
        )
    raise TrainingError(reason)


def follow_progress(run: Run) -> Run:
    """Show a job's progress on the terminal until it ends.

    Ctrl-C asks it to stop, a second time leaves it alone.
    """
    store = open_store()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("waiting", total=None)

        def look() -> Run | None:
            now = store.run(LOCAL, run.id)
            if not now.state.live:
                return now
            if progress := now.job.progress:
                total = progress.total or None
                bar.update(task, description=progress.stage, completed=progress.done, total=total)
            elif place := store.queue_position(now):
                bar.update(task, description=f"waiting, place {place} in the queue")
            return None

        return watch(look, lambda: store.request_stop(LOCAL, run.id), every=POLL_SECONDS)


def watch(look: Callable[[], T | None], stop: Callable[[], object], *, every: float) -> T:
    """Call `look` every so many seconds until it returns something; the engine is kept alive meanwhile.

    Ctrl-C calls `stop` and watches on, a second time it is raised.

    Raises
    ------
    WorkspaceError
        If the workspace's disk is full and stays so; what was started goes on when there is room.
    """
    asked, check_disk = False, DiskCheck(open_store().workspace.root)
    while True:
        try:
            if (found := look()) is not None:
                return found
            ensure_engine(settings())
            check_disk()
            time.sleep(every)
        except KeyboardInterrupt:
            if asked:
                raise
            asked = True
            stop()


def result(run: Run, kind: type[T]) -> T:
    """Return a finished job's result; the job is done again where that is gone or damaged."""
    store = open_store()
    folder = store.workspace.run(run.job.id)
    found = artifacts.load(folder, kind)
    if found is None and store.ask_anew(LOCAL, run.id):
        ensure_engine(settings(), wait=ENGINE_SECONDS)
        _ended(follow_progress(run))
        found = artifacts.load(folder, kind)
    if found is None:
        raise NotFoundError(
            f"The files of {run.name} are gone: run the command again after deleting the run."
        )
    return found


def find(run: str) -> Run:
    """Return a run by id, or the newest one of that name."""
    store = open_store()
    named = [r for r in store.runs(LOCAL) if r.name == run]
    try:
        found = named[0] if named else store.run(LOCAL, run)
    except NotFoundError:
        raise NotFoundError(f"There is no run {shorten_repr(run)} here: {LISTED}.") from None
    _typed[found.job.id] = run
    return found


def echo_command(said: str) -> str:
    """Return a sentence with the word that a person typed where it names the job that `find` found for it."""
    for job, word in _typed.items():
        said = said.replace(job, word)
    return said


def anatomy_of(backbone: BackboneConfig) -> BackboneInfo:
    """Return a backbone's anatomy; this is also what fetches one from the Hub."""
    return result(submit(BackboneInfoConfig(backbone=backbone), "backbone"), BackboneInfo)


def with_whole_path(backbone: BackboneConfig) -> BackboneConfig:
    """Return the backbone, a local folder by its whole path: the engine may stand in another folder."""
    folder = os.path.expanduser(backbone.id)
    if backbone.id == BUNDLED or not os.path.isdir(folder):
        return backbone
    return backbone.model_copy(update={"id": str(Path(folder).resolve())})
