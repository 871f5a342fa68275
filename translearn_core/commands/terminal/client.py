"""Client of the engine: add data sets, submit jobs, follow their progress, load results."""

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar, cast

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from translearn_core.commands.terminal.output import console
from translearn_core.config import (
    ADAPTED,
    BUNDLED_BACKBONES,
    BackboneConfig,
    ExperimentConfig,
    JobConfig,
    ReadOptions,
    job_id,
)
from translearn_core.config.settings import settings
from translearn_core.engine import ensure_engine
from translearn_core.errors import ConfigError, DataError, NotFoundError, TrainingError, shorten_repr
from translearn_core.errors.os_errors import explain_os_error, write_error
from translearn_core.jobs import BACKBONE_JOBS, TRAIN, BackboneInfoConfig
from translearn_core.results import BackboneInfo
from translearn_core.runs import LOCAL, Dataset, Run, State, artifacts, open_store

ENGINE_SECONDS = 180.0
"""Time limit for the start of an engine; about 15 s on two idle cores."""

T = TypeVar("T")
C = TypeVar("C", bound=JobConfig)

POLL_SECONDS = 0.15

RUNS_HINT = "'translearn runs' lists those that are"
"""Hint in errors about unknown runs."""

_typed: dict[str, str] = {}
"""Run names as typed, by job id; a process runs one command."""


CHECK_SECONDS, PATIENCE_SECONDS = 2.0, 10.0
"""Interval of checks, and how long the disk may be full: a failing job frees space."""


class DiskCheck:
    """Periodic check that the workspace's disk can be written."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._last_check = self._last_writable = time.monotonic()

    def __call__(self) -> None:
        """Raise `WorkspaceError` if nothing could be written for `PATIENCE_SECONDS`."""
        now = time.monotonic()
        if now - self._last_check < CHECK_SECONDS:
            return
        self._last_check = now
        error = write_error(self._workspace)
        if error is None:
            self._last_writable = now
        elif now - self._last_writable > PATIENCE_SECONDS and (
            explained := explain_os_error(error, self._workspace, again="give the same command again")
        ):
            raise explained


def add_dataset(files: Mapping[str, Path], options: ReadOptions | None = None) -> Dataset:
    """Add files to the workspace, to be read with `options`."""
    contents: dict[str, bytes] = {}
    for part, path in files.items():
        if not path.is_file():
            raise DataError(f"There is no file {str(path)!r}: check the {part} file's name.")
        try:
            contents[part] = path.read_bytes()
        except OSError as error:
            raise DataError(
                f"{str(path)!r} cannot be read ({error.strerror}): check its permissions."
            ) from None
    return open_store().add_dataset(LOCAL, files["train"].name, contents, options=options)


def submit(config: C, name: str) -> Run[C]:
    """Submit a job and wait until it is done.

    Raises
    ------
    TrainingError
        If it failed or was stopped.
    """
    return _wait(cast("Run[C]", open_store().submit(LOCAL, config, name)))


def target_runs(run: Run[ExperimentConfig]) -> dict[str, Run[ExperimentConfig]]:
    """Return the run of each target of a training of several by its column, once they are done.

    Raises
    ------
    TrainingError
        If the training or one of them is not done.
    """
    store = open_store()
    store.submit_target_runs(_check_done(run).job.id, again=False)
    configs = run.job.config.target_runs(run.job.id)
    return {one.data.label: _wait(store.run(LOCAL, job_id(one), TRAIN)) for one in configs}


def _wait(run: Run[C]) -> Run[C]:
    """Return a submitted run once it is done; raise `TrainingError` if it fails."""
    if run.state is not State.DONE:
        ensure_engine(settings(), wait=ENGINE_SECONDS)
        run = follow_progress(run)
    return _check_done(run)


def _check_done(run: Run[C]) -> Run[C]:
    """Return `run` if it is done, else raise `TrainingError`."""
    if run.state is State.DONE:
        return run
    reason = run.job.reason or f"it was {run.state}"
    for job, name in _typed.items():
        reason = reason.replace(job, name)
    if run.state is State.STOPPED:
        raise TrainingError(
            f"Run {run.id} was stopped and keeps what there is: the same command goes on from there."
        )
    raise TrainingError(reason)


def follow_progress(run: Run[C]) -> Run[C]:
    """Show a job's progress until it ends; Ctrl-C stops the job, a second Ctrl-C only the command."""
    store = open_store()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("waiting", total=None)

        def poll() -> Run[C] | None:
            current = cast("Run[C]", store.run(LOCAL, run.id))
            if not current.state.live:
                return current
            if progress := current.job.progress:
                total = progress.total or None
                bar.update(task, description=progress.stage, completed=progress.done, total=total)
            elif place := store.queue_position(current):
                bar.update(task, description=f"waiting, place {place} in the queue")
            return None

        return watch(poll, lambda: store.request_stop(LOCAL, run.id), every=POLL_SECONDS)


def watch(poll: Callable[[], T | None], stop: Callable[[], object], *, every: float) -> T:
    """Call `poll` every `every` seconds until it returns something, and keep the engine alive meanwhile.

    Ctrl-C calls `stop` and goes on waiting, a second one is raised.

    Raises
    ------
    WorkspaceError
        If the workspace's disk stays full; the job itself goes on once there is room.
    """
    stopping, check_disk = False, DiskCheck(open_store().workspace.root)
    while True:
        try:
            if (outcome := poll()) is not None:
                return outcome
            ensure_engine(settings())
            check_disk()
            time.sleep(every)
        except KeyboardInterrupt:
            if stopping:
                raise
            stopping = True
            stop()


def result(run: Run, kind: type[T]) -> T:
    """Return a finished job's result; rerun the job if its files are missing or damaged."""
    store = open_store()
    folder = store.workspace.run(run.job.id)
    loaded = artifacts.load(folder, kind)
    if loaded is None and store.recompute(LOCAL, run.id):
        ensure_engine(settings(), wait=ENGINE_SECONDS)
        _check_done(follow_progress(run))
        loaded = artifacts.load(folder, kind)
    if loaded is None:
        raise NotFoundError(
            f"The files of {run.name} are gone: run the command again after deleting the run."
        )
    return loaded


def find(run: str) -> Run:
    """Return a run by id, or the newest one of that name."""
    store = open_store()
    same_name = [one for one in store.runs(LOCAL) if one.name == run]
    try:
        match = same_name[0] if same_name else store.run(LOCAL, run)
    except NotFoundError:
        raise NotFoundError(f"There is no run {shorten_repr(run)} here: {RUNS_HINT}.") from None
    _typed[match.job.id] = run
    return match


def find_training(run: str) -> Run[ExperimentConfig]:
    """Return a training by id, or the newest one of that name; `ConfigError` if it is another kind of job."""
    match = find(run)
    if match.job.spec is not TRAIN:
        raise ConfigError("run", match.id, "a training")
    return cast("Run[ExperimentConfig]", match)


def find_one_target(run: str) -> Run[ExperimentConfig]:
    """Return a training of one target as `find_training` does; `ConfigError` if it is of several."""
    match = find_training(run)
    if match.job.config.data.several_targets:
        own = (one for one in open_store().runs(LOCAL) if one.job.config.joint_run == match.job.id)
        names = [shorten_repr(one.name) for one in reversed(list(own))]
        which = f": {', '.join(names)}" if names else ""
        raise ConfigError("run", match.name, f"the run of one of its targets{which}")
    return match


def backbone_info(backbone: BackboneConfig) -> BackboneInfo:
    """Return a backbone's info; this also downloads it from the Hub."""
    return result(submit(BackboneInfoConfig(backbone=backbone), "backbone"), BackboneInfo)


def as_engine_finds(backbone: BackboneConfig) -> BackboneConfig:
    """Return `backbone` with the id of one made here by its name, or the absolute path of a local one."""
    if backbone.id in BUNDLED_BACKBONES:
        return backbone
    folder = os.path.expanduser(backbone.id)
    if os.path.exists(folder):  # the engine's working folder may differ
        return backbone.model_copy(update={"id": str(Path(folder).resolve())})
    made = [run for spec in BACKBONE_JOBS for run in open_store().runs(LOCAL, spec)]
    same_name = (run for run in made if run.name == backbone.id and run.state is State.DONE)
    if run := next(same_name, None):
        return backbone.model_copy(update={"id": f"{ADAPTED}{run.job.id}"})
    return backbone
