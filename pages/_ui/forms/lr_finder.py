"""Learning-rate finder: start button, loss curve, button to apply the suggestion."""

from pages._ui.forms import freeze_map
from pages._ui.runs import run_actions
from pages._ui.shell import documentation_links, jobs, page_header, st, state, tables
from pages._ui.shell.formatting import plain
from translearn_core import plots
from translearn_core.config import ExperimentConfig, TrainingConfig
from translearn_core.jobs import LrFinderConfig
from translearn_core.results import BackboneInfo, Diagnosis, LrFinderResult, Workload
from translearn_core.results.format import approximate_duration
from translearn_core.runs import Run, State

WHAT = (
    "Learning-rate finder (LR range test): the model trains on one batch after another at a rising learning "
    "rate. While the rate is too low the loss hardly moves, then it falls, and at last it diverges. A good "
    "rate is where it falls fastest. The trial model is discarded."
)

INDEPENDENT = ("epochs", "warmup_ratio", "schedule", "patience")
"""Settings that the range test does not depend on."""

TAKEN = "lr_finder.taken"
"""Session key of the applied search; with the new rate the config would be another one."""


def panel(experiment: ExperimentConfig, seconds: float | None = None) -> float | None:
    """Offer the learning-rate finder, show its result, and return the suggested rate.

    `seconds` is its longest duration, None if not known.
    """
    finder_config = _lr_finder_config(experiment)
    run = jobs.find_run(finder_config)
    with st.expander(
        "Find a learning rate (learning-rate finder)",
        icon=":material/troubleshoot:",
        expanded=run is not None,
    ):
        search = _search(finder_config, run, seconds)
        if search is None:
            return None
        _show(search)
        _offer(finder_config, search, experiment.training)
        return search.suggestion


def max_seconds(
    experiment: ExperimentConfig, backbone_info: BackboneInfo, diagnosis: Diagnosis
) -> float | None:
    """Return the longest duration of a search in seconds; None if no steps were profiled."""
    calibration = freeze_map.cached_cost_model(experiment)
    if calibration is None:
        return None
    search = lr_finder_config(experiment)
    return calibration.search_seconds(backbone_info, search.experiment, search.steps, Workload.of(diagnosis))


def lr_finder_config(experiment: ExperimentConfig) -> LrFinderConfig:
    """Return the job config of an experiment, with settings in `INDEPENDENT` at their defaults."""
    defaults = TrainingConfig()
    aside = {name: getattr(defaults, name) for name in INDEPENDENT}
    training = experiment.training.model_copy(update=aside)
    parts = {"training": training, "stages": (), "resume_from": None, "self_training": None}
    return LrFinderConfig(experiment=experiment.model_copy(update=parts))


def _lr_finder_config(experiment: ExperimentConfig) -> LrFinderConfig:
    """Return the job config of an experiment, or of the search its rate was taken from."""
    finder_config, taken = lr_finder_config(experiment), state.get_value(TAKEN)
    if not isinstance(taken, LrFinderConfig) or jobs.find_run(finder_config) is not None:
        return finder_config
    answer = jobs.known(taken)
    if answer is None:
        return finder_config
    training = answer.apply(taken.experiment.training)
    after = lr_finder_config(taken.experiment.model_copy(update={"training": training}))
    return taken if after == finder_config else finder_config


def _search(finder_config: LrFinderConfig, run: Run | None, seconds: float | None) -> LrFinderResult | None:
    if run is None or run.state is State.STOPPED:
        st.markdown(
            WHAT + (f" It takes about {approximate_duration(seconds)}, often less." if seconds else "")
        )
        if not st.button("Find a learning rate", key="find_rate", icon=":material/search:"):
            return None
        jobs.submit(finder_config)
        st.rerun()
    return run_actions.result_or_stop(finder_config, "stop_rate_search")


def _show(search: LrFinderResult) -> None:
    if search.suggestion != search.before:
        st.markdown(f"**A good rate is {search.suggestion:.2g}.** {plain(search.reason)}")
    else:
        st.markdown(plain(search.reason))
    documentation_links.more_about("diagnostics", "lr_finder")
    tables.chart(
        plots.lr_finder(search, page_header.dark()),
        key="lr_finder",
        alt="The loss while the learning rate rises",
    )
    tables.download(search.frame(), "learning rates", key="lr_finder")


def _offer(finder_config: LrFinderConfig, search: LrFinderResult, current: TrainingConfig) -> None:
    """Offer to apply the suggested rate, unless it is in the settings already."""
    if search.suggestion == search.before:
        return
    after = search.apply(finder_config.experiment.training)
    if (current.lr, current.head_lr, current.lr_per_block) == (after.lr, after.head_lr, after.lr_per_block):
        st.caption("Applied: your settings use it now.")
        return
    st.button(
        "Take it",
        key="take_rate",
        type="primary",
        icon=":material/check:",
        on_click=_take,
        args=(finder_config, search),
    )
    if search.part != "head":
        st.caption(
            f"All rates were raised together, so the head's changes too, to {after.head_lr:.2g}. The "
            "suggestion is a starting point for a full training; you can still change it."
        )


def _take(finder_config: LrFinderConfig, search: LrFinderResult) -> None:
    state.change(training=search.apply(state.draft().training))
    state.reset("training.lr", "training.head_lr", "lr_per_block")
    state.set_value(TAKEN, finder_config)
