"""Finding a learning rate: asked for with a button, shown as a curve, taken with another button."""

import streamlit as st

from pages._ui.forms import freeze_map
from pages._ui.runs import run_actions
from pages._ui.shell import jobs, page_header, result_cache, state, tables
from pages._ui.shell.formatting import about, plain
from translearn_core import plots
from translearn_core.config import ExperimentConfig, LrFinderConfig, TrainingConfig
from translearn_core.results import BackboneInfo, Diagnosis, LrFinderResult
from translearn_core.runs import Run, State

WHAT = (
    "A short trial: the model learns from one batch after another, each time at a higher learning rate. "
    "While the rate is too low the loss hardly moves, then it falls, and at last it runs away. A good rate "
    "lies where it falls fastest. The trial model is thrown away."
)
"""What pressing the button does."""

ASIDE = ("epochs", "warmup", "schedule", "patience")
"""Settings of the loop that the trial does not depend on."""

TAKEN = "lr_finder.taken"
"""Where the visit keeps the question whose answer was taken: with the new rate it would be another one."""

DOING = "Trying learning rates"


def panel(experiment: ExperimentConfig, seconds: float | None = None) -> float | None:
    """Offer to look for a learning rate, show what was found, and return the suggested rate.

    `seconds` is how long looking takes at most, None where that is not known.
    """
    asked = _asked(experiment)
    run = jobs.found(asked)
    with st.expander("Find a learning rate", icon=":material/troubleshoot:", expanded=run is not None):
        search = _found(asked, run, seconds)
        if search is None:
            return None
        _shown(search)
        _offer(asked, search, experiment.training)
        return search.suggestion


def longest(experiment: ExperimentConfig, anatomy: BackboneInfo, diagnosis: Diagnosis) -> float | None:
    """Return how many seconds a search takes at most; None where no steps were timed yet."""
    calibration = freeze_map.known(experiment)
    if calibration is None:
        return None
    return calibration.search_seconds(anatomy, question(experiment), freeze_map.task_of(diagnosis))


def question(experiment: ExperimentConfig) -> LrFinderConfig:
    """Return the search for an experiment; what it does not depend on is set aside, so it is asked once."""
    usual = TrainingConfig()
    aside = {name: getattr(usual, name) for name in ASIDE}
    training = experiment.training.model_copy(update=aside)
    parts = {"training": training, "stages": (), "continues": None}
    return LrFinderConfig(experiment=experiment.model_copy(update=parts))


def _asked(experiment: ExperimentConfig) -> LrFinderConfig:
    """Return the question of an experiment; where its rate was taken from an answer, that one's."""
    asked, taken = question(experiment), state.get_value(TAKEN)
    if not isinstance(taken, LrFinderConfig) or jobs.found(asked) is not None:
        return asked
    run = jobs.found(taken)
    answer = result_cache.cached_result(run, LrFinderResult) if run is not None else None
    if answer is None:
        return asked
    training = answer.apply(taken.experiment.training)
    after = question(taken.experiment.model_copy(update={"training": training}))
    return taken if after == asked else asked


def _found(asked: LrFinderConfig, run: Run | None, seconds: float | None) -> LrFinderResult | None:
    if run is None or run.state is State.STOPPED:
        st.markdown(WHAT + (f" It takes about {about(seconds)}, often less." if seconds else ""))
        if not st.button("Find a learning rate", key="find_rate", icon=":material/search:"):
            return None
        jobs.submit(asked)
        st.rerun()
    answer = jobs.submit_and_watch(asked, LrFinderResult, DOING)
    if answer is None and run.state.live:
        st.button(
            "Stop", key="stop_rate_search", icon=":material/stop:", on_click=run_actions.stop, args=(run.id,)
        )
    return answer


def _shown(search: LrFinderResult) -> None:
    if search.suggestion != search.before:
        st.markdown(f"**A good rate is {search.suggestion:.2g}.** {plain(search.reason)}")
    else:
        st.markdown(plain(search.reason))
    st.plotly_chart(
        plots.lr_finder(search, page_header.dark()),
        key="lr_finder",
        config=tables.CONFIG,
        theme=None,
        alt="The loss while the learning rate rises",
    )
    tables.download(search.frame(), "learning rates", key="lr_finder")


def _offer(asked: LrFinderConfig, search: LrFinderResult, now: TrainingConfig) -> None:
    """Offer to take the suggested rate, unless it is the one in the settings already."""
    if search.suggestion == search.before:
        return
    after = search.apply(asked.experiment.training)
    if (now.lr, now.head_lr, now.rates) == (after.lr, after.head_lr, after.rates):
        st.caption("Taken: your settings use it now.")
        return
    st.button(
        "Take it",
        key="take_rate",
        type="primary",
        icon=":material/check:",
        on_click=_take,
        args=(asked, search),
    )
    if search.part != "head":
        st.caption(
            f"All rates were raised together, so the head's goes along, to {after.head_lr:.2g}. A rate that "
            "suits a short trial is a good start for a training; you can still change it."
        )


def _take(asked: LrFinderConfig, search: LrFinderResult) -> None:
    state.change(training=search.apply(state.draft().training))
    state.reset("training.lr", "training.head_lr", "rates")
    state.set_value(TAKEN, asked)
