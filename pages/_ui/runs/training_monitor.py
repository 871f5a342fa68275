"""Training monitor: state, metrics, learning curves, and buttons to stop, resume or continue a run."""

from functools import partial

import pandas as pd

from pages._ui.results import self_training
from pages._ui.runs import run_actions, run_picker
from pages._ui.shell import (
    engine_warning,
    errors,
    jobs,
    navigation,
    page_header,
    result_cache,
    st,
    state,
    tables,
)
from pages._ui.shell.formatting import count, epochs, plain
from translearn_core import plots
from translearn_core.config import Device, ExperimentConfig
from translearn_core.config.settings import settings
from translearn_core.engine import engine_status, ensure_engine
from translearn_core.jobs import TRAIN
from translearn_core.plots.training_curves import STEP_COLUMNS
from translearn_core.reporting import training_section
from translearn_core.reporting.blocks import figure_name
from translearn_core.results import History, RunSummary
from translearn_core.results.format import approximate_duration
from translearn_core.results.metric import LOSS, metric_of
from translearn_core.results.training.history import SPLITS
from translearn_core.runs import Run, State
from translearn_core.tasks import selection_of

STEP_MEASURES = {"Learning rate": "lr", "Gradient norm": "grad_norm"}
"""Measures of steps by label; those of epochs are the metrics of the history."""

AT_ONCE = (
    "Logistic regression was fitted at once, its strength chosen by cross-validation: there are no epochs, "
    "no learning rate and no learning curves."
)
STOPPED = "Stopped as you asked. What was learned is kept."
STOPPED_EARLY = (
    "Stopped as you asked before the first epoch was done: there are no results yet. Resume goes on with the "
    "next step."
)
STOPPED_AT_ONCE = (
    "Stopped as you asked before anything was learned: there are no results. Resume begins it again."
)
WITHOUT_CURVES = "Runs fitted at once, such as TF-IDF and linear probes, have no learning curves."
LEARNING_CURVES = "the measure on training and on validation rows, by step or epoch"


def watch(run: Run[ExperimentConfig]) -> None:
    """Show a run; poll every second while it is live, every 5 seconds if it ended early."""
    alive = run.state.live
    every = None if run.state is State.DONE else jobs.POLL["train" if alive else "still"]
    st.fragment(run_every=every)(_panel)(run.id, alive)


def choose_metric(key: str, *histories: History) -> str:
    """Choose what the curves of `histories` show."""
    metrics = dict.fromkeys(name for history in histories for name in history.metrics)
    measures = {metric_of(name).title: name for name in metrics}
    if any(history.steps or not history.epochs for history in histories):
        measures |= STEP_MEASURES
    name = st.segmented_control(
        "Curve", list(measures), default="Loss", required=True, key=key, label_visibility="collapsed"
    )
    return measures[name]


def figure_of(measure: str) -> str:
    """Return the name of the learning curves of a measure in reports."""
    if measure in STEP_COLUMNS:
        return figure_name(training_section.TRAINING, f"{measure} by step")
    return figure_name(training_section.TRAINING, f"{metric_of(measure).label} {training_section.BY_EPOCH}")


def metric_table(history: History, measure: str) -> pd.DataFrame:
    """Return the table behind the curves of a measure: one row per step or per epoch."""
    return history.step_frame() if measure in STEP_COLUMNS else history.frame()


def combined_table(histories: dict[str, History], measure: str) -> pd.DataFrame:
    """Return `numbers` of several runs as one table, with the column `run`."""
    frames = [metric_table(history, measure).assign(run=name) for name, history in histories.items()]
    return pd.concat(frames, ignore_index=True)


def _panel(run_id: str, was_live: bool) -> None:
    with errors.show_errors():
        run = state.store().run(state.owner(), run_id, TRAIN)
        if was_live != run.state.live:  # ended or resumed: redraw the page with another polling interval
            st.rerun()
        if run.state.live:
            ensure_engine(settings())
        history = state.store().history(run.job.id)
        _head(run, history)
        if run.job.config.fitted_at_once:
            st.caption(AT_ONCE)
            return
        _numbers(run, history)
        if run.job.config.contrastive is not None:
            st.caption(training_section.PAIRS)
        trainings = run.job.config.trainings > 1
        chosen = choose_metric(f"measure-{run.id}", history)
        tables.chart(
            plots.training_curves(history, chosen, page_header.dark(), trainings=trainings),
            key=f"curve-{run.id}",
            alt="Learning curves: training against validation",
            note=figure_of(chosen),
        )
        frame = metric_table(history, chosen)
        if len(frame):
            columns = _columns(history)
            if trainings and "stage" in frame:
                frame, columns = (
                    frame.assign(training=frame["stage"] + 1),
                    {"training": "training", **columns},
                )
            tables.table(frame, "history", key=f"history-{run.id}", config=columns, order=tuple(columns))
        self_training.live(run)


def _head(run: Run[ExperimentConfig], history: History) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        jobs.badge(run)
        if run.state.live:
            st.markdown(jobs.progress_text(run).capitalize())
            st.caption(_device(run))
    if run.state.live:
        st.progress(jobs.share(run))
        engine_warning.engine_warning(run)
        _stop_or_return(run)
        return
    if run.state is State.FAILED:
        errors.show_error(run.job.reason or "It failed without saying why.")
    elif run.state is State.STOPPED:
        st.info(plain(run.job.reason or _stopped(run, history)), icon=":material/stop_circle:")
    _after(run)


def _stopped(run: Run[ExperimentConfig], history: History) -> str:
    """Say what is left of a run that its owner stopped."""
    if run_picker.has_results(run):
        return STOPPED
    return STOPPED_EARLY if history.steps else STOPPED_AT_ONCE


def _stop_or_return(run: Run[ExperimentConfig]) -> None:
    if jobs.continues_for_others(run):
        st.caption(jobs.CONTINUES_FOR_OTHERS)
        st.button(
            "I want it again",
            key="resume",
            icon=":material/undo:",
            on_click=run_actions.resume,
            args=(run.id,),
        )
        return
    st.button(
        "Stopping …" if run.job.stop else "Stop",
        key="stop",
        icon=":material/stop:",
        on_click=run_actions.stop,
        args=(run.id,),
        disabled=run.job.stop,
        help="What was learned so far is kept and evaluated; you can go on later.",
    )


def _device(run: Run[ExperimentConfig]) -> str:
    config = run.job.config
    if config.training.device is not Device.AUTO:
        return f"on {config.training.device.upper()}, as you chose"
    status = engine_status(settings())
    return plain(", ".join(status.devices) or ("the engine is starting" if status.alive else "no engine yet"))


def _after(run: Run[ExperimentConfig]) -> None:
    config = run.job.config
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if run.state in (State.STOPPED, State.FAILED):
            st.button(
                "Resume",
                key="resume",
                type="primary",
                icon=":material/play_arrow:",
                on_click=run_actions.resume,
                args=(run.id,),
            )
        if run.state is State.DONE and not config.fitted_at_once and _may_continue(config):
            few = min(max(1, config.training.epochs), 3)
            state.init_widget("more_epochs", few)
            extra = st.number_input("More epochs", 1, 1000, few, key="more_epochs", width=140)
            if st.button(
                "Continue",
                key="continue",
                icon=":material/more_time:",
                help="a new run that goes on where this one ended",
            ):
                longer = jobs.submit(
                    jobs.with_more_epochs(config, run.job.id, extra), f"{run.name} + {epochs(extra)}"
                )
                navigation.switch_to("run", run=longer.id)
        if st.button("Use these settings again", key="again", icon=":material/content_copy:"):
            state.open_settings(config)
            navigation.switch_to("train")


def _may_continue(config: ExperimentConfig) -> bool:
    """Whether a run may go on: it is no part of another, and ends with a stage that trains in epochs.

    Targets one after the other, pairs before the head and trainings on pseudo-labels do not.
    """
    return config.joint_run is None and not config.restarts


def _numbers(run: Run[ExperimentConfig], history: History) -> None:
    last = history.epochs[-1] if history.epochs else None
    step = history.steps[-1] if history.steps else None
    card = partial(st.metric, border=True, height="stretch")
    with st.grid(5, min_column_width=130):
        card(
            "Epochs done",
            f"{last.epoch if last else 0} of {_epochs(run, history)}",
        )
        card(
            "Step loss",
            f"{step.loss:.3f}" if step else "–",
            help="of the last batch; it fluctuates",
        )
        selection = selection_of(run.job.config.data)
        label = metric_of(selection).label
        card(
            f"Validation {label}",
            f"{last.validation[selection]:.3f}" if last and selection in last.validation else "–",
            help=f"{label} on the validation rows: the epoch where it is highest is kept",
        )
        card("Tokens a second", count(step.tokens_per_second) if step else "–")
        left = run.job.progress.seconds_left if run.job.progress and run.state.live else None
        took = run.job.finished - run.job.started if run.job.finished and run.job.started else None
        seconds = left if run.state.live else took
        card(
            "Time left" if run.state.live else "Took",
            "–" if seconds is None else approximate_duration(seconds),
        )
    run_summary = None if run.state.live else result_cache.cached_result(run, RunSummary)
    if run_summary is not None and run_summary.reuse is not None:
        st.caption(f"What stays frozen: {run_summary.reuse.summary()}.")


def _epochs(run: Run[ExperimentConfig], history: History) -> int:
    config = run.job.config
    if config.resume_from is None:
        fit = config.contrastive is not None  # of the head, which is recorded as an epoch
        return sum(stage.epochs for stage in config.resolved_stages) + fit
    before = state.store().history(config.resume_from).epochs  # empty if that run was deleted
    last = history.epochs[-1].epoch if history.epochs else 0
    return max(last, (before[-1].epoch if before else 0) + config.training.epochs)


def _columns(history: History) -> dict[str, object]:
    """Return the columns of a training history with their labels, in order."""
    metrics = {
        f"{split}_{name}": st.column_config.NumberColumn(
            f"{split} {metric_of(name).label}", format="%.4f" if name == LOSS else "%.3f"
        )
        for split in SPLITS
        for name in history.metrics
    }
    first = {"epoch": "epoch", "best": st.column_config.CheckboxColumn("best"), "step": "step"}
    return {**first, **metrics, **COLUMNS}


COLUMNS: dict[str, object] = {
    "seconds": st.column_config.NumberColumn("seconds", format="%.1f"),
    "loss": st.column_config.NumberColumn("loss", format="%.4f"),
    "lr": st.column_config.NumberColumn("rate of the backbone", format="%.3g"),
    "head_lr": st.column_config.NumberColumn("rate of the head", format="%.3g"),
    "grad_norm": st.column_config.NumberColumn("gradient norm", format="%.4f"),
    "tokens_per_second": st.column_config.NumberColumn("tokens a second", format="%.0f"),
}
"""Column labels of a training history, except those of metrics."""
