"""How well the layers of backbones suit the labels, before anything is trained."""

import pandas as pd
import streamlit as st

from pages._ui.backbones import backbone_names
from pages._ui.runs import run_actions, run_picker
from pages._ui.shell import jobs, page_header, state, tables
from pages._ui.shell.formatting import plain
from translearn_core import plots
from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    TransferabilityConfig,
)
from translearn_core.results import Transferability
from translearn_core.runs import Run, State

WHAT = (
    "LogME and the H-score say in seconds, without any training, how well the features of a layer suit your "
    "labels; higher is better. A probe, the simplest classifier, measures the same on rows it has not seen. "
    "Where the two pictures have one shape, the quick scores can be believed here."
)
"""What the panel is about."""

MOST = 200
"""Past runs at most that the scores are held against, the newest."""


def panel(draft: state.Draft) -> None:
    """Offer to rate the layers of the draft's backbone, and of others, for the draft's labels."""
    with st.expander("How well do its layers suit your labels?", icon=":material/straighten:"):
        data = draft.data
        if data is None:
            st.caption("Choose a table on the Data page first.")
            return
        runs = comparable(data)
        st.markdown(WHAT)
        asked = question(draft, data, _backbones(draft.backbone, runs), runs)
        run = jobs.found(asked)
        if run is None or run.state is State.STOPPED:
            if not st.button("Rate every layer", key="score_transferability", icon=":material/straighten:"):
                return
            run = jobs.submit(asked)
        found = jobs.submit_and_watch(asked, Transferability, "Rating layers")
        if found is not None:
            _show(found, runs)
        elif run.state.live:
            st.button(
                "Stop", key="stop_rating", icon=":material/stop:", on_click=run_actions.stop, args=(run.id,)
            )


def question(
    draft: state.Draft, data: DataConfig, backbones: tuple[BackboneConfig, ...], runs: list[Run]
) -> TransferabilityConfig:
    """Return the question how well layers of some backbones suit the draft's labels."""
    features = FeatureConfig(pooling=draft.features.pooling, token_limit=draft.features.token_limit)
    return TransferabilityConfig(
        data=data,
        backbones=backbones,
        features=features,
        runs=tuple(sorted(run.job.id for run in runs)),
        precision=draft.training.precision,
        device=draft.training.device,
    )


def comparable(data: DataConfig) -> list[Run]:
    """Return the owner's finished runs on just these rows, the newest first."""
    return [run for run in run_picker.runs_with_results() if _config(run).data == data][:MOST]


def _config(run: Run) -> ExperimentConfig:
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    return config


def _backbones(backbone: BackboneConfig, runs: list[Run]) -> tuple[BackboneConfig, ...]:
    """Draw the choice of backbones: the draft's, the same with fresh weights, and those of past runs."""
    twin = backbone.model_copy(update={"random_init": True, "fresh_top": 0})
    past = [_config(run).backbone for run in runs]
    offered = {one.label: one for one in (backbone, twin, *past)}
    tell = backbone_names.name_lookup()
    if not set(state.get_value("suited_backbones", [])) <= offered.keys():
        state.reset("suited_backbones")
    state.init_widget("suited_backbones", [backbone.label])
    names = st.multiselect(
        "Backbones", list(offered), key="suited_backbones", format_func=tell, max_selections=10
    )
    return tuple(offered[name] for name in names) or (backbone,)


def _show(found: Transferability, runs: list[Run]) -> None:
    tell = backbone_names.name_lookup()
    st.markdown(plain(tell(found.sentence)))
    layers = found.frame().assign(backbone=found.frame()["backbone"].map(tell))
    tables.figure(
        plots.layer_ratings(found, page_header.dark()),
        layers,
        "layer_ratings",
        key="layer_ratings",
        alt="LogME and probe accuracy by layer",
    )
    st.caption(
        f"LogME and the H-score are from {found.rows:,} training rows; the probe learns from the same and is "
        "scored on validation rows, never on test. LogME is a log probability, so only its order counts. The "
        "largest dot of a line is its best layer."
    )
    if len(found.past):
        names = {run.job.id: run.name for run in runs}
        told = {"run": found.past["run"].map(names), "backbone": found.past["backbone"].map(tell)}
        st.markdown("**Your finished runs, and what the scores of the features they began from were**")
        shown: pd.DataFrame = found.past.assign(**told).sort_values("accuracy", ascending=False)
        tables.table(shown, "past_runs", key="past_runs", config=tables.fractions("accuracy"))
