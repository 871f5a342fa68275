"""Transferability scores of backbone layers: LogME, H-score and probe accuracy."""

from dataclasses import replace

import pandas as pd

from pages._ui.backbones import backbone_names
from pages._ui.diagnostics import panel as diagnostic
from pages._ui.runs import run_actions, run_picker
from pages._ui.shell import documentation_links, jobs, st, state, tables
from translearn_core.config import BackboneConfig, DataConfig, ExperimentConfig, FeatureConfig
from translearn_core.jobs import TRANSFERABILITY, TransferabilityConfig
from translearn_core.results import Transferability
from translearn_core.results.metric import metric_of
from translearn_core.runs import Run, State

MOST = 200
"""Most past runs that the scores are compared with, newest first."""


def panel(draft: state.Draft) -> None:
    """Score the layers of the draft's backbone and of others for the draft's labels."""
    with st.expander(TRANSFERABILITY.heading, icon=":material/straighten:"):
        data = draft.data
        if data is None:
            st.caption("Choose a table on the Data page first.")
            return
        runs = comparable_runs(data)
        st.markdown(TRANSFERABILITY.description)
        documentation_links.more_about("diagnostics", "transferability")
        scores_config = transferability_config(draft, data, _backbones(draft.backbone, runs), runs)
        run = jobs.find_run(scores_config)
        if run is None or run.state is State.STOPPED:
            if not st.button(
                TRANSFERABILITY.action, key=f"compute-{TRANSFERABILITY.kind}", icon=":material/straighten:"
            ):
                return
            jobs.submit(scores_config)
        scores = run_actions.result_or_stop(scores_config, "stop_rating")
        if scores is not None:
            _show(scores, runs)


def transferability_config(
    draft: state.Draft,
    data: DataConfig,
    backbones: tuple[BackboneConfig, ...],
    runs: list[Run[ExperimentConfig]],
) -> TransferabilityConfig:
    """Return the job config that scores layers of `backbones` for the draft's labels."""
    features = FeatureConfig(
        **{name: getattr(draft.features, name) for name in ("pooling", "token_limit", "pair_encoding")}
    )
    return TransferabilityConfig(
        data=data,
        backbones=backbones,
        features=features,
        runs=tuple(sorted(run.job.id for run in runs)),
        precision=draft.training.precision,
        device=draft.training.device,
    )


def comparable_runs(data: DataConfig) -> list[Run[ExperimentConfig]]:
    """Return the owner's finished runs on the same data config, newest first."""
    return [run for run in run_picker.runs_with_results() if run.job.config.data == data][:MOST]


def _backbones(backbone: BackboneConfig, runs: list[Run[ExperimentConfig]]) -> tuple[BackboneConfig, ...]:
    """Choose backbones: the draft's, its random-init twin, and those of past runs."""
    twin = backbone.model_copy(update={"random_init": True, "reinit_top_layers": 0})
    past = [run.job.config.backbone for run in runs]
    offered = {config.label: config for config in (backbone, twin, *past)}
    tell = backbone_names.name_lookup()
    if not set(state.get_value("suited_backbones", [])) <= offered.keys():
        state.reset("suited_backbones")
    state.init_widget("suited_backbones", [backbone.label])
    names = st.multiselect(
        "Backbones", list(offered), key="suited_backbones", format_func=tell, max_selections=10
    )
    return tuple(offered[name] for name in names) or (backbone,)


def _show(scores: Transferability, runs: list[Run[ExperimentConfig]]) -> None:
    tell, metric = backbone_names.name_lookup(), metric_of(scores.metric)
    layers = scores.layers.assign(backbone=scores.layers["backbone"].map(tell))
    named = replace(scores, sentence=tell(scores.sentence), layers=layers)
    diagnostic.show(TRANSFERABILITY, named)
    if len(scores.past):
        names = {run.job.id: run.name for run in runs}
        names_by_column = {
            "run": scores.past["run"].map(names),
            "backbone": scores.past["backbone"].map(tell),
        }
        st.markdown("**Your finished runs, with the scores of their initial features**")
        shown: pd.DataFrame = scores.past.assign(**names_by_column).sort_values(
            metric.column, ascending=False
        )
        shares = tables.fractions(metric.column) if metric.share else {}
        tables.table(shown, "past_runs", key="past_runs", config=shares)
