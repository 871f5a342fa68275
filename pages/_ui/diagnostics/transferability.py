"""Transferability scores of backbone layers: LogME, H-score and probe accuracy."""

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
    "Transferability scores, LogME and the H-score, say in seconds and without training how well the "
    "features of a layer suit your labels; higher is better. A linear probe measures the same on rows it has "
    "not seen. Where the two pictures have the same shape, the quick scores can be trusted here."
)

MOST = 200
"""Most past runs that the scores are compared with, newest first."""


def panel(draft: state.Draft) -> None:
    """Score the layers of the draft's backbone and of others for the draft's labels."""
    with st.expander(
        "How well do its layers suit your labels? Transferability scores", icon=":material/straighten:"
    ):
        data = draft.data
        if data is None:
            st.caption("Choose a table on the Data page first.")
            return
        runs = comparable(data)
        st.markdown(WHAT)
        scores_config = question(draft, data, _backbones(draft.backbone, runs), runs)
        run = jobs.found(scores_config)
        if run is None or run.state is State.STOPPED:
            if not st.button("Rate every layer", key="score_transferability", icon=":material/straighten:"):
                return
            run = jobs.submit(scores_config)
        scores = jobs.submit_and_watch(scores_config, Transferability, "Rating layers")
        if scores is not None:
            _show(scores, runs)
        elif run.state.live:
            st.button(
                "Stop", key="stop_rating", icon=":material/stop:", on_click=run_actions.stop, args=(run.id,)
            )


def question(
    draft: state.Draft, data: DataConfig, backbones: tuple[BackboneConfig, ...], runs: list[Run]
) -> TransferabilityConfig:
    """Return the job config that scores layers of `backbones` for the draft's labels."""
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
    """Return the owner's finished runs on the same data config, newest first."""
    return [run for run in run_picker.runs_with_results() if _config(run).data == data][:MOST]


def _config(run: Run) -> ExperimentConfig:
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    return config


def _backbones(backbone: BackboneConfig, runs: list[Run]) -> tuple[BackboneConfig, ...]:
    """Choose backbones: the draft's, its random-init twin, and those of past runs."""
    twin = backbone.model_copy(update={"random_init": True, "fresh_top": 0})
    past = [_config(run).backbone for run in runs]
    offered = {config.label: config for config in (backbone, twin, *past)}
    tell = backbone_names.name_lookup()
    if not set(state.get_value("suited_backbones", [])) <= offered.keys():
        state.reset("suited_backbones")
    state.init_widget("suited_backbones", [backbone.label])
    names = st.multiselect(
        "Backbones", list(offered), key="suited_backbones", format_func=tell, max_selections=10
    )
    return tuple(offered[name] for name in names) or (backbone,)


def _show(scores: Transferability, runs: list[Run]) -> None:
    tell = backbone_names.name_lookup()
    st.markdown(plain(tell(scores.sentence)))
    layers = scores.frame().assign(backbone=scores.frame()["backbone"].map(tell))
    tables.figure(
        plots.layer_ratings(scores, page_header.dark()),
        layers,
        "layer_ratings",
        key="layer_ratings",
        alt="LogME and probe accuracy by layer",
    )
    st.caption(
        f"LogME and the H-score are from {scores.rows:,} training rows; the probe learns from the same and "
        "is scored on validation rows, never on test; its C, the inverse regularisation strength, is chosen "
        "by cross-validation on the training rows. LogME is a log probability, so only its order counts. "
        "The largest dot of a line is its best layer."
    )
    if len(scores.past):
        names = {run.job.id: run.name for run in runs}
        names_by_column = {
            "run": scores.past["run"].map(names),
            "backbone": scores.past["backbone"].map(tell),
        }
        st.markdown("**Your finished runs, with the scores of their initial features**")
        shown: pd.DataFrame = scores.past.assign(**names_by_column).sort_values("accuracy", ascending=False)
        tables.table(shown, "past_runs", key="past_runs", config=tables.fractions("accuracy"))
