"""Actions on a run: rename, stop, resume, delete."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from pages._ui.runs import dependents
from pages._ui.shell import engine_warning, errors, jobs, st, state
from pages._ui.shell.formatting import size
from translearn_core.config import JobConfig
from translearn_core.config.settings import settings
from translearn_core.engine import ensure_engine
from translearn_core.results.training.run_summary import WEIGHTS_DELETED
from translearn_core.runs import Run, RunTags, State

R = TypeVar("R")


def menu(run: Run, owned: Sequence[Run], *, controls: bool = True, tags: Sequence[str] | None = None) -> None:
    """Draw the menu of a run.

    Parameters
    ----------
    owned : sequence of Run
        All runs of the owner.
    controls : bool
        Also stop and resume.
    tags : sequence of str, optional
        Tags of a training, which the menu edits.
    """
    state.init_widget(f"name-{run.id}", run.name)
    st.text_input("Name", key=f"name-{run.id}", max_chars=200, on_change=rename, args=(run.id,))
    if tags is not None:
        state.init_widget(f"tags-{run.id}", ", ".join(tags))
        st.text_input(
            "Tags, separated by commas", key=f"tags-{run.id}", max_chars=400, on_change=_tag, args=(run.id,)
        )
        _weights(run)
    if controls:
        _controls(run)
    for sentence in dependents.dependents_note(run, owned):
        st.caption(sentence)
    sure = st.checkbox("Yes, delete it with its results", key=f"sure-{run.id}")
    st.button(
        "Delete", key=f"delete-{run.id}", icon=":material/delete:", on_click=delete, args=(run.id,),
        disabled=not sure, width="stretch",
    )  # fmt: skip


def _weights(run: Run) -> None:
    """Offer to delete the weights of a finished training, or to train it again."""
    if run.state.live:
        return
    workspace = state.store().workspace
    if workspace.weights(run.job.id):
        st.button(
            f"Delete weights, keep results ({size(workspace.weights_disk_usage(run.job.id))})",
            key=f"weights-{run.id}",
            icon=":material/cleaning_services:",
            on_click=_delete_weights,
            args=(run.id,),
            help="Scores, curves and diagnostics stay; predicting and exporting need a training again.",
            width="stretch",
        )
    elif workspace.weights_deleted(run.job.id):
        st.caption("Its weights were deleted.")
        train_again(run)


def train_again(run: Run) -> None:
    """Draw the button that trains a run without weights again."""
    st.button(
        "Train again", key=f"train_again-{run.id}", icon=":material/replay:", on_click=recompute,
        args=(run.id,),
    )  # fmt: skip


def weights_deleted(run: Run) -> bool:
    """Whether the weights of a finished run were deleted; says so, with a button that trains it again."""
    deleted = not run.state.live and state.store().workspace.weights_deleted(run.job.id)
    if deleted:
        st.info(WEIGHTS_DELETED, icon=":material/cleaning_services:")
        train_again(run)
    return deleted


def _delete_weights(run_id: str) -> None:
    with errors.show_errors():
        state.store().delete_weights(state.owner(), run_id)


def _tag(run_id: str) -> None:
    with errors.show_errors():
        tags = str(state.get_value(f"tags-{run_id}")).split(",")
        RunTags(state.store()).set(state.owner(), run_id, tags)


def _controls(run: Run) -> None:
    left = jobs.continues_for_others(run)
    if run.state.live and not left:
        st.button(
            "Stop", key=f"stop-{run.id}", icon=":material/stop:", on_click=stop, args=(run.id,),
            width="stretch",
        )  # fmt: skip
    if left:
        st.caption(jobs.CONTINUES_FOR_OTHERS)
    if left or run.state in (State.STOPPED, State.FAILED):
        st.button(
            "Resume", key=f"resume-{run.id}", icon=":material/play_arrow:", on_click=resume, args=(run.id,),
            width="stretch",
        )  # fmt: skip


def result_or_stop(config: JobConfig[R], key: str) -> R | None:
    """Return the result of a submitted job; until it is done, show its progress and a button to stop it."""
    result, run = jobs.submit_and_watch(config), jobs.find_run(config)
    if result is None and run is not None and run.state.live:
        stop_button(run, key)
    return result


def stop_button(run: Run, key: str, *others: str, help: str | None = None) -> None:
    """Draw the button that stops a live job, off while it stops or goes on for others who asked for it.

    `others` are runs to stop with it, such as the parts that a report waits for.
    """
    left = jobs.continues_for_others(run)
    st.button(
        "Stopping …" if run.job.stop else "Stop",
        key=key,
        icon=":material/stop:",
        on_click=stop,
        args=(run.id, *others),
        disabled=run.job.stop or left,
        help=help,
    )
    if left:
        st.caption(jobs.CONTINUES_FOR_OTHERS)


def progress(run_id: str, text: Callable[[Run], str], key: str, *, help: str | None = None) -> None:
    """Show the progress of a live job with a button to stop it, and redraw the page when it ends.

    For a fragment; `text` describes the progress.
    """
    with errors.show_errors():
        run = jobs.live(run_id)
        st.progress(jobs.share(run), text=text(run))
        engine_warning.engine_warning(run)
        stop_button(run, key, help=help)


def rename(run_id: str) -> None:
    """Rename a run to the typed name."""
    if name := str(state.get_value(f"name-{run_id}")).strip():
        with errors.show_errors():
            state.store().rename(state.owner(), run_id, name)


def stop(*run_ids: str) -> None:
    """Request runs to stop."""
    with errors.show_errors():
        for run_id in run_ids:
            state.store().request_stop(state.owner(), run_id)


def resume(run_id: str) -> None:
    """Resume a run."""
    with errors.show_errors():
        state.store().resume(state.owner(), run_id)
        ensure_engine(settings())


def recompute(run_id: str) -> None:
    """Let a finished run write its results again."""
    with errors.show_errors():
        state.store().recompute(state.owner(), run_id)
        ensure_engine(settings())


def delete(run_id: str) -> None:
    """Delete a run, and drop it from the session and the draft."""
    with errors.show_errors():
        state.store().delete_run(state.owner(), run_id)
        if state.last_run() == run_id:
            state.remember_run(None)
        state.reset_backbone()
