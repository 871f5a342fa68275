"""Recipe advice: measured facts, applied rules, doubts, and a button to apply it."""

from collections.abc import Sequence

import pandas as pd

from pages._ui.runs import run_actions
from pages._ui.shell import documentation_links, jobs, st, state, tables
from pages._ui.shell.formatting import plain
from translearn_core.config import RECIPES, ExperimentConfig, RecipeName, apply_overrides
from translearn_core.jobs import ADVICE, AdviseConfig
from translearn_core.results import Advice, Reason
from translearn_core.runs import State

TIMES: dict[str, float | None] = {
    "no limit": None,
    "1 minute": 60.0,
    "5 minutes": 300.0,
    "15 minutes": 900.0,
    "1 hour": 3600.0,
}
"""Time limits of a training in seconds."""

WHAT = (
    "A few facts are measured on your training and validation rows, and rules from papers turn them into a "
    "recommendation. It takes some seconds, and no model is trained."
)
TAKEN = "Applied: this is your recipe now. Everything in it can still be changed below."


def panel(experiment: ExperimentConfig, n_blocks: int) -> None:
    """Offer advice on the recipe for an experiment, on a backbone of `n_blocks` blocks."""
    time = state.get_value("advice_time", next(iter(TIMES)))
    config = advise_config(experiment, TIMES[time])
    run = jobs.find_run(config)
    with st.expander("Not sure? Ask for advice", icon=":material/support_agent:", expanded=run is not None):
        st.markdown(WHAT)
        documentation_links.more_about("diagnostics", "advice")
        if sentence := ADVICE.unsupported(experiment):
            st.caption(sentence)
            return
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox("Time for one training", list(TIMES), key="advice_time", width=220)
            if run is None or run.state is State.STOPPED:
                if not st.button("Advise me", key="advise", type="primary", icon=":material/rule:"):
                    return
                jobs.submit(config)
        advice = run_actions.result_or_stop(config, "stop_advice")
        if advice is not None:
            _show(advice, experiment, n_blocks)


def advise_config(experiment: ExperimentConfig, seconds: float | None) -> AdviseConfig:
    """Return the job config for an experiment's task and backbone, independent of its recipe."""
    whole = {"random_init": False, "init_seed": 0, "keep_blocks": None, "reinit_top_layers": 0}
    training, features = experiment.training, experiment.features
    return AdviseConfig(
        data=experiment.data,
        backbone=experiment.backbone.model_copy(update=whole),
        features=type(features)(
            pooling=features.pooling,
            token_limit=features.token_limit,
            pair_encoding=features.pair_encoding,
        ),
        seconds=seconds,
        precision=training.precision,
        device=training.device,
    )


def _show(advice: Advice, experiment: ExperimentConfig, n_blocks: int) -> None:
    st.markdown(f"**{plain(advice.sentence)}**")
    settings = ", ".join(f"{name} {value}" for name, value in advice.settings.items())
    st.caption(plain(RECIPES[RecipeName(advice.recipe)].summary + (f" Set: {settings}." if settings else "")))
    after = apply_advice(advice, experiment, n_blocks)
    if after == experiment:
        st.caption(TAKEN)
    else:
        st.button(
            "Take it",
            key="take_advice",
            type="primary",
            icon=":material/check:",
            on_click=_take,
            args=(RecipeName(advice.recipe), after),
        )
    why, but = st.columns(2, gap="large")
    with why:
        st.markdown("**Why**")
        _sentences(advice.reasons)
    with but:
        st.markdown("**What speaks against it**")
        _sentences(advice.doubts)
    st.caption(
        "These are rules, each with its source; they are not combined into a score. Only a training shows "
        "what is best on your table."
    )
    st.markdown("**What was measured**")
    facts = pd.DataFrame([(fact.name, fact.value, fact.how) for fact in advice.facts], columns=FACTS)
    tables.table(facts, "facts", key="advice_facts")
    st.markdown("**Every recipe, and whether it fits the time**")
    tables.table(advice.frame(), "recipes", key="advice_options", config=OPTIONS)


def apply_advice(advice: Advice, experiment: ExperimentConfig, n_blocks: int) -> ExperimentConfig:
    """Return the experiment with the advised recipe and settings."""
    recipe = RECIPES[RecipeName(advice.recipe)]
    return apply_overrides(recipe.apply(experiment, n_blocks), dict(advice.settings))


def _take(name: RecipeName, after: ExperimentConfig) -> None:
    state.open_settings(after)
    state.set_value("family", RECIPES[name].family)


def _sentences(reasons: Sequence[Reason]) -> None:
    for reason in reasons:
        st.markdown(
            f"- {plain(reason.conclusion)}  \n  :small[:gray[{plain(reason.observation)}. Source: "
            f"{plain(reason.source)}]]"
        )


FACTS = ["what", "value", "how it was found"]

OPTIONS: dict[str, object] = {
    "recipe": st.column_config.TextColumn(width=110),
    "seconds": st.column_config.NumberColumn("seconds, about", format="%.0f", width=90),
    "fits": st.column_config.CheckboxColumn("fits", width=50),
    "note": st.column_config.TextColumn("what to expect", width=450),
}
"""Column labels of the recipes."""
