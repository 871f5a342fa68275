"""Run picker: ``?run=<id>``, else the run viewed last, else the newest with results."""

from pages._ui.runs import examples, run_actions
from pages._ui.shell import errors, navigation, notes, page_header, result_cache, st, state
from pages._ui.shell.formatting import ago, distinct
from translearn_core.config import ExperimentConfig
from translearn_core.results import Evaluation, RunSummary
from translearn_core.runs import Run

NOTHING = (
    "There is no finished run yet. Train one, which takes about a minute on a sample, and it is shown here."
)


def pick_runs() -> list[Run[ExperimentConfig]]:
    """Return the owner's trainings, newest first."""
    return state.store().runs(state.owner())


def runs_with_results(*, joint: bool = False) -> list[Run[ExperimentConfig]]:
    """Return the owner's runs that have results, newest first; `joint`: also trainings of several targets.

    Each target of those is a run too.
    """
    return [run for run in pick_runs() if (joint or not _several(run)) and has_results(run)]


def _several(run: Run[ExperimentConfig]) -> bool:
    """Whether a run trained several targets."""
    return run.job.config.data.several_targets


def has_results(run: Run[ExperimentConfig]) -> bool:
    """Whether a run has ended with results."""
    return not run.state.live and result_cache.cached_result(run, RunSummary) is not None


def finished(*, joint: bool = False) -> Run[ExperimentConfig]:
    """Draw the picker and return the chosen run with results; end the page if there is none.

    `joint`: it may be a training of several targets; else one of its targets takes its place.
    """
    ready, linked_to = runs_with_results(joint=joint), linked()
    if linked_to is not None and _several(linked_to) and not joint:
        job = linked_to.job.id
        linked_to = next((run for run in reversed(ready) if run.job.config.joint_run == job), linked_to)
    if linked_to is not None and all(run.id != linked_to.id for run in ready):
        state.remember_run(linked_to.id)
        page_header.empty("This run has no results yet.", "See how far it is", "run")
    if not ready:
        page_header.empty(NOTHING, "Start an experiment", "data")
    return _box(ready, linked_to)


def any_run() -> Run[ExperimentConfig]:
    """Draw the picker and return the chosen run in any state; end the page if there is none."""
    runs, linked_to = pick_runs(), linked()
    if not runs:
        page_header.empty("No training was started yet.", "Set one up", "data")
    return _box(runs, linked_to)


def evaluation(run: Run[ExperimentConfig]) -> Evaluation:
    """Return a finished run's evaluation; end the page if it is missing."""
    result = result_cache.cached_result(run, Evaluation)
    if result is None:
        errors.show_error(
            "The results of this run are gone or damaged on disk: resume the run, which writes them again."
        )
        st.button(
            "Resume", key="write_again", icon=":material/play_arrow:", on_click=run_actions.recompute,
            args=(run.id,),
        )  # fmt: skip
        navigation.stop_page()
    return result


def links(run: Run[ExperimentConfig]) -> None:
    """Draw links to the other pages about this run."""
    with st.container(horizontal=True):
        for name in ("results", "embeddings", "probes", "predict", "compare"):
            navigation.link(name, run=run.id)


def compare(first: Run[ExperimentConfig], second: Run[ExperimentConfig]) -> None:
    """Open the page that compares two runs, row by row too."""
    for key, value in (
        ("compared", [first.id, second.id]),
        ("paired_first", first.id),
        ("paired_second", second.id),
    ):
        state.set_value(key, value)
    navigation.switch_to("compare")


def linked() -> Run[ExperimentConfig] | None:
    """Return the run in the page's address; end the page if it is not the owner's."""
    requested = st.query_params.get("run")
    result = next((run for run in pick_runs() if requested in (run.id, run.job.id)), None)
    if requested is not None and result is None:
        errors.show_error(
            "There is no such run in your workspace: it was deleted, or the link is somebody else's."
        )
        navigation.link("runs", "All your runs")
        navigation.stop_page()
    return result


def _box(
    choices: list[Run[ExperimentConfig]], linked_to: Run[ExperimentConfig] | None
) -> Run[ExperimentConfig]:
    names = distinct({run.id: f"{run.name}  ·  {ago(run.created)}" for run in choices})
    requested = linked_to.id if linked_to is not None else state.last_run()
    current = requested if requested in names else choices[0].id
    state.set_value("chosen_run", current)
    st.selectbox(
        "Run", list(names), format_func=names.__getitem__, key="chosen_run", on_change=_set_query_param
    )
    state.remember_run(current)
    notes.begin(current)
    if st.query_params.get("run") != current:
        st.query_params["run"] = current
    chosen = next(run for run in choices if run.id == current)
    examples.note(chosen)
    return chosen


def _set_query_param() -> None:
    st.query_params["run"] = state.get_value("chosen_run")
