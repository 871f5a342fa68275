"""Training snapshots: projection and probe score at several epochs of a run."""

import numpy as np

from pages._ui.diagnostics import panel as diagnostic
from pages._ui.forms import config_fields
from pages._ui.runs import run_picker
from pages._ui.shell import page_header, result_cache, st, tables
from pages._ui.shell.formatting import plain
from translearn_core import plots
from translearn_core.config import ExperimentConfig
from translearn_core.jobs import SNAPSHOTS, SnapshotsConfig
from translearn_core.results import BackboneInfo, Estimate, RunSummary, Snapshots
from translearn_core.results.format import percent
from translearn_core.results.metric import metric_of
from translearn_core.runs import Run

LAYER = "replay_layer"
UNSUPPORTED = "The layers of this architecture cannot be looked at one by one, so there is nothing to replay."
HARDLY = 0.01
"""Smallest increase of label agreement that is reported."""


def panel(run: Run[ExperimentConfig], backbone_info: BackboneInfo) -> None:
    """Show a run's training snapshots, or the button that computes them."""
    diagnostic.heading(SNAPSHOTS)
    if reason := unsupported_reason(run.job.config, backbone_info):
        st.caption(reason)
        return
    layer = config_fields.layer("Layer of the projection", backbone_info.n_blocks, LAYER)
    result = diagnostic.result(SNAPSHOTS, SnapshotsConfig(job=run.job.id, layer=layer))
    if result is not None:
        _show(run, result)


def unsupported_reason(config: ExperimentConfig, backbone_info: BackboneInfo) -> str:
    """Return why a run has no snapshots; an empty string if it has."""
    layers = "" if backbone_info.supports_partial_forward else UNSUPPORTED
    return SNAPSHOTS.unsupported(config) or layers


def _show(run: Run[ExperimentConfig], result: Snapshots) -> None:
    with st.container(width=900):  # a wider figure would only add margins
        tables.chart(
            plots.snapshot_animation(result, 0, page_header.dark()),
            key="replayed",
            alt="Texts as points at every moment of the training, and probe scores by layer",
        )
    st.markdown(caption(result, run.job.config.data.row_noun))
    run_summary = result_cache.cached_result(run, RunSummary)
    if run_summary is not None and run_summary.best_epoch != result.epochs[-1]:
        st.caption(
            f"The model that was kept is that of epoch {run_summary.best_epoch}, the best on validation."
        )
    with st.expander("The numbers", icon=":material/table_rows:"):
        scores = (result.score_column, "low", "high") if metric_of(result.metric).share else ()
        shares = tables.fractions("label agreement", *scores)
        tables.table(result.frame(), "replay", key="replay", config=shares)
        evaluation = run_picker.evaluation(run)
        tables.download(
            lambda: evaluation.with_texts(result.points()),
            "replay_points",
            key="replay_points",
            label="Points as CSV",
        )


def caption(result: Snapshots, noun: str = "text") -> str:
    """Return sentences on label agreement, its largest step, and the score of the probe."""
    agreement, layer = result.purity[:, result.layer], result.layer
    if len(agreement) < 2:
        return "The run has one snapshot: there is nothing to compare it with."
    gains = np.diff(agreement)
    largest = int(np.argmax(gains)) + 1
    lines = [
        f"10-nearest-neighbour label agreement of the test {noun}s in layer {layer}, among the "
        f"{len(result.index):,} {noun}s shown here: **{percent(agreement[0])}** {plain(result.moments[0])}, "
        f"**{percent(agreement[-1])}** at the end."
    ]
    if gains[largest - 1] < HARDLY:
        lines.append("It did not rise visibly at any snapshot.")
    elif len(agreement) > 2:
        lines.append(
            f"The largest increase came **{plain(result.moments[largest])}**, plus "
            f"{100 * gains[largest - 1]:.1f} points."
        )
    metric, (first, last) = metric_of(result.metric), result.score[[0, -1], layer]
    interval = metric.format_range(Estimate(last, result.low[-1, layer], result.high[-1, layer]))
    lines.append(
        f"The test {metric.label} of a probe on this layer is {metric.format(last)} at the end ({interval}, "
        f"{result.n_test:,} test {noun}s), {metric.format(first)} at first; that of the "
        f"{result.constant_name} is {metric.format(result.constant_baseline)}."
    )
    return " ".join(lines)
