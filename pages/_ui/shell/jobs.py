"""Jobs of pages: submit, poll progress, return the cached result."""

from typing import TypeVar

from pages._ui.backbones import server_folders
from pages._ui.shell import engine_warning, errors, result_cache, st, state
from pages._ui.shell.formatting import duration, ordinal, plain
from translearn_core.config import BackboneConfig, ExperimentConfig, JobConfig, KeepEpoch, job_id
from translearn_core.config.settings import settings
from translearn_core.engine import ensure_engine
from translearn_core.errors import NotFoundError, WorkspaceError
from translearn_core.jobs import BackboneInfoConfig, Slot, spec_of
from translearn_core.results import BackboneInfo
from translearn_core.runs import Run, State

R = TypeVar("R")

POLL = {"ask": 0.4, "train": 1.0, "still": 5.0}
"""Polling intervals in seconds; `still` is for runs that stopped and may be resumed elsewhere."""

WORDS: dict[State, tuple[str, str, str]] = {
    State.QUEUED: ("Waiting", "schedule", "gray"),
    State.RUNNING: ("Running", "play_circle", "blue"),
    State.STOPPED: ("Stopped", "stop_circle", "orange"),
    State.FAILED: ("Failed", "error", "red"),
    State.INTERRUPTED: ("Interrupted, will go on", "sync", "orange"),
    State.DONE: ("Done", "check_circle", "green"),
}
"""Name, icon and colour of each state."""


def submit(config: JobConfig, name: str | None = None) -> Run:
    """Submit a job and make sure the engine runs."""
    server_folders.check(config)
    run = state.store().submit(state.owner(), config, name)
    ensure_engine(settings())
    return run


def find_run(config: JobConfig) -> Run | None:
    """Return the owner's run of `config`, None if never submitted."""
    try:
        return state.store().run(state.owner(), job_id(config))
    except NotFoundError:
        return None


def failed(config: JobConfig) -> bool:
    """Whether the owner's run of `config` has failed or was stopped."""
    run = find_run(config)
    return run is not None and run.state in (State.FAILED, State.STOPPED)


def known(config: JobConfig[R] | None) -> R | None:
    """Return the result of `config` if it was submitted before and has one, else None; submits no job."""
    run = None if config is None else find_run(config)
    return None if run is None or config is None else result_cache.cached_result(run, spec_of(config).result)


def backbone_info(backbone: BackboneConfig) -> BackboneInfo | None:
    """Return the architecture of a backbone; show the progress until it is known."""
    return submit_and_watch(BackboneInfoConfig(backbone=backbone))


def submit_and_watch(config: JobConfig[R]) -> R | None:
    """Return the result of `config`; submit it if needed, and show its progress until it is done.

    A `WorkspaceError`, such as a full or read-only disk, is shown instead.
    """
    try:
        run = find_run(config) or submit(config)
    except WorkspaceError as problem:
        errors.show_error(problem)
        return None
    spec = spec_of(config)
    if run.state.live:
        watch(run, spec.progress)
        return None
    if run.state is State.DONE:
        if (answer := result_cache.cached_result(run, spec.result)) is not None:
            return answer
        if _first_time(run) and state.store().recompute(state.owner(), run.id):
            ensure_engine(settings())
            watch(run, spec.progress)
            return None
    if run.state is State.STOPPED:
        st.caption(plain(f"{spec.progress} was stopped before its result was there."))
    else:
        errors.show_error(run.job.reason or f"{spec.progress} gave no result.")
    offer_again(config, run)
    return None


def offer_again(config: JobConfig, run: Run) -> None:
    """Draw the button that runs an ended job anew."""
    if st.button("Try again", key=f"again-{run.job.id}", icon=":material/refresh:"):
        state.store().delete_run(state.owner(), run.id)
        submit(config)
        st.rerun()


def _first_time(run: Run) -> bool:
    """Whether this session has not yet resubmitted a job whose result is missing or damaged."""
    key = f"asked-anew-{run.job.id}"
    resubmitted = state.get_value(key)
    state.set_value(key, True)
    return not resubmitted


def watch(run: Run, doing: str) -> None:
    """Show the progress of a live job until it ends; then redraw the page."""
    st.fragment(run_every=POLL["ask"])(_line)(run.id, doing)


def _line(run_id: str, doing: str) -> None:
    with errors.show_errors():
        run = live(run_id)
        st.progress(share(run), text=f"{plain(doing)} … {progress_text(run)}")
        engine_warning.engine_warning(run)


def live(run_id: str) -> Run:
    """Return a live job, and make sure the engine runs; redraw the page if the job has ended."""
    run = state.store().run(state.owner(), run_id)
    if not run.state.live:
        st.rerun()
    ensure_engine(settings())
    return run


def share(run: Run) -> float:
    """Return the progress of the current stage, in [0, 1]."""
    progress = run.job.progress
    if progress is None or progress.total <= 0 or run.state is not State.RUNNING:
        return 1.0 if run.state is State.DONE else 0.0
    return min(1.0, max(0.0, progress.done / progress.total))


def progress_text(run: Run) -> str:
    """Return a job's queue position, or its stage and time left; escaped."""
    if run.state is State.QUEUED:
        if (room := state.store().paused_room(run)) is not None:
            return plain(f"your teacher has paused the trainings of {room.name}: it waits until they go on")
        position, ahead = state.store().queue_position(run), state.store().queued_behind(run)
        place = "next in the queue" if position <= 1 else f"{ordinal(position)} in the queue"
        training = run.job.spec.slot is Slot.TRAINING
        wait = state.store().expected_wait(run, position) if training else None
        if wait is not None:
            place = f"{place}, starts in about {duration(wait)}"
        if ahead is None:
            return place
        spec, own = ahead
        return plain(f"{place}, behind {spec.name if own else 'the work of somebody else'}")
    progress = run.job.progress
    if run.state is not State.RUNNING or progress is None:
        return WORDS[run.state][0].lower()
    left = f", about {duration(progress.seconds_left)} left" if progress.seconds_left is not None else ""
    return plain(f"{progress.stage}{left}")


def continues_for_others(run: Run) -> bool:
    """Whether this owner stopped the run, which goes on because others requested it too."""
    return run.state.live and run.stopping and not run.job.stop


def badge(run: Run) -> None:
    """Show a run's state."""
    badge_of(run.state, "Stopping" if run.state.live and run.job.stop else None)


def badge_of(state: State, title: str | None = None) -> None:
    """Show a state by its usual name or by `title`."""
    name, icon, colour = WORDS[state]
    st.badge(title or name, icon=f":material/{icon}:", color=colour)  # type: ignore[arg-type]


CONTINUES_FOR_OTHERS = "You have stopped waiting; others still want this, so it goes on."
"""Shown if `continues_for_others`."""


def with_last_epoch(config: ExperimentConfig, job: str) -> ExperimentConfig:
    """Return the experiment that keeps the last epoch of `job`; it trains nothing."""
    values = {"epochs": 0, "keep": KeepEpoch.LAST, "predict_train": True}
    training = config.training.model_copy(update=values)
    return config.model_copy(update={"training": training, "resume_from": job})


def with_more_epochs(config: ExperimentConfig, job: str, epochs: int) -> ExperimentConfig:
    """Return the experiment that continues `job` for `epochs` more epochs."""
    training = config.training.model_copy(update={"epochs": epochs, "predict_train": True})
    return config.model_copy(update={"training": training, "resume_from": job})
