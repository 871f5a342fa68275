"""A training replayed: the same texts before it and after each stage, moved by a slider in the browser."""

import numpy as np
import streamlit as st

from pages._ui.runs import run_picker
from pages._ui.shell import jobs, page_header, result_cache, state, tables
from pages._ui.shell.formatting import percent, plain, span
from translearn_core import plots
from translearn_core.config import ExperimentConfig, SnapshotsConfig
from translearn_core.results import BackboneInfo, RunSummary, Snapshots
from translearn_core.runs import Run

LAYER = "replay_layer"
HARDLY = 0.01
"""A smaller change than this is none worth naming."""


def panel(run: Run, anatomy: BackboneInfo) -> None:
    """Show how one layer's picture and every layer's probe came about."""
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    st.subheader("Stage by stage", anchor=False)
    if (nothing := why_not(config, anatomy)) is not None:
        st.caption(nothing)
        return
    st.markdown(
        "The same texts, looked at before training and again and again during it. Press Play, or pull the "
        "slider, and follow the points: solid ones are test texts, which the model never learned from. The "
        "lines below say how well the simplest classifier, a probe, does on every layer at that moment."
    )
    asked = SnapshotsConfig(job=run.job.id, layer=_layer(anatomy.n_blocks))
    pressed = f"replay-{run.id}"
    if jobs.found(asked) is None and not state.get_value(pressed):
        if not st.button("Replay the training", key="replay", icon=":material/replay:"):
            return
        state.set_value(pressed, True)
    result = jobs.submit_and_watch(asked, Snapshots, "Looking at the training again")
    if result is not None:
        _show(run, result)


def why_not(config: ExperimentConfig, anatomy: BackboneInfo) -> str | None:
    """Return why a run has nothing to replay; None if it has."""
    if not config.trains_backbone:
        return "Only the head trained in this run. No layer moved, so there is nothing to replay."
    if not anatomy.supports_partial_forward:
        return (
            "The layers of this architecture cannot be looked at one by one, so there is nothing to replay."
        )
    return None


def _layer(n_blocks: int) -> int:
    if state.get_value(LAYER, n_blocks) > n_blocks:
        state.set_value(LAYER, n_blocks)
    state.init_widget(LAYER, n_blocks)
    help_ = "the layer that the map shows; 0: the embeddings, before any block; k: after block k-1"
    return st.slider("Layer of the map", 0, n_blocks, key=LAYER, help=help_, width=260)


def _show(run: Run, result: Snapshots) -> None:
    with st.container(width=900):  # wider, the map would only gain empty margins
        st.plotly_chart(
            plots.snapshot_animation(result, 0, page_header.dark()),
            key="replayed",
            config=tables.CONFIG,
            theme=None,
            alt="Texts as points at every moment of the training, and probe accuracy by layer",
        )
    st.markdown(caption(result))
    found = result_cache.cached_result(run, RunSummary)
    if found is not None and found.best_epoch != result.epochs[-1]:
        st.caption(f"The model that was kept is that of epoch {found.best_epoch}, the best on validation.")
    with st.expander("The numbers", icon=":material/table_rows:"):
        shares = tables.fractions("probe accuracy", "low", "high", "same-class neighbours")
        tables.table(result.frame(), "replay", key="replay", config=shares)
        evaluation = run_picker.evaluation(run)
        tables.download(
            lambda: evaluation.with_texts(result.points()),
            "replay_points",
            key="replay_points",
            label="Points as CSV",
        )


def caption(result: Snapshots) -> str:
    """Return what to look at: how far the neighbours came, in which step, and what the probe makes of it."""
    pure, layer = result.purity[:, result.layer], result.layer
    if len(pure) < 2:
        return "The run ended after one look: there is nothing to compare it with."
    gains = np.diff(pure)
    most = int(np.argmax(gains)) + 1
    lines = [
        f"Of a test text's 10 nearest neighbours in layer {layer}, sought among the {len(result.index):,} "
        f"texts that are followed here, **{percent(pure[0])}** carried its label "
        f"{plain(result.moments[0])} and **{percent(pure[-1])}** at the end."
    ]
    if gains[most - 1] < HARDLY:
        lines.append("No step brought texts of one class visibly closer together.")
    elif len(pure) > 2:
        lines.append(
            f"The largest step came **{plain(result.moments[most])}**, plus "
            f"{100 * gains[most - 1]:.1f} points."
        )
    first, last = result.accuracy[[0, -1], layer]
    interval = span(result.low[-1, layer], result.high[-1, layer])
    lines.append(
        f"A probe on this layer gets {percent(last)} of {result.n_test:,} test texts right at the end "
        f"({interval}), {percent(first)} at the first look; always the commonest answer gets "
        f"{percent(result.majority)}."
    )
    return " ".join(lines)
