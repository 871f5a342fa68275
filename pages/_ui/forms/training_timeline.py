"""What learns when: before a training what is planned, afterwards what happened and what really moved."""

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from pages._ui.shell import page_header, result_cache, state, tables
from pages._ui.shell.formatting import epochs, plain
from translearn_core import plots
from translearn_core.config import ExperimentConfig, Stage
from translearn_core.results import BackboneInfo, Drift, History
from translearn_core.results.training_timeline import actual_timeline, planned_timeline
from translearn_core.runs import Run

COLUMNS: dict[str, object] = {
    "rate": st.column_config.NumberColumn("learning rate", format="%.3g"),
    "relative_change": st.column_config.NumberColumn("change since the start", format="percent"),
}
"""How the columns of both tables are called on screen."""

RATES = "Learning rate of every part, step by step; frozen parts are hatched"
MOVED = (
    "How far every part's weights are from their start, epoch by epoch; parts that did not move are hatched"
)
"""What the pictures show, for those who cannot see them."""


def show_planned(config: ExperimentConfig, anatomy: BackboneInfo, train_rows: int) -> None:
    """Show what will train when, stage by stage, and where kept results save work."""
    rows = min(train_rows, config.data.train_rows or train_rows) * (1 + config.augment.copies)
    each = max(1, -(-rows // config.training.batch_size))
    told = planned_timeline(config, anatomy.n_blocks, each)
    st.markdown(_listed(stages(config, anatomy)))
    _picture(plots.timeline(told, page_header.dark()), RATES, "timeline")
    with st.expander("The numbers", icon=":material/table_rows:"):
        tables.table(told.frame(), "timeline", key="timeline", config=COLUMNS)


def show_actual(run: Run) -> None:
    """Show what trained when in a run, and under it how far each part's weights went."""
    config, drift = run.job.config, result_cache.cached_result(run, Drift)
    assert isinstance(config, ExperimentConfig)
    history = state.store().history(run.job.id)
    begun = _begun(config, history)
    if drift is None or not any(epoch.step > begun for epoch in history.epochs):
        return
    n_blocks = sum(str(part).startswith("block ") for part in drift.by_part()["part"])
    told = actual_timeline(config, n_blocks, history, begun=begun)
    st.subheader("What learned when", anchor=False)
    st.markdown(_listed(passed(config, history, begun)))
    st.caption("How fast each part was told to learn.")
    _picture(plots.timeline(told, page_header.dark()), RATES, "timeline")
    measured = any(epoch.moved for epoch in history.epochs)  # runs of earlier versions did not
    if measured:
        st.caption("How far each part's weights really went, measured after every epoch.")
        _picture(plots.gradient_timeline(history, told, page_header.dark()), MOVED, "movement")
    with st.expander("The numbers", icon=":material/table_rows:"):
        tables.table(told.frame(), "timeline", key="timeline", config=COLUMNS)
        if measured:
            tables.table(history.moved_frame(), "movement", key="movement", config=COLUMNS)


def stages(config: ExperimentConfig, anatomy: BackboneInfo) -> list[str]:
    """Return a sentence for every stage: what trains, how long, and what is read instead of computed."""
    n, lowest, lines = anatomy.n_blocks, anatomy.n_blocks, []
    for stage in config.resolved_stages[-1:] if config.continues else config.resolved_stages:
        boundary = stage.plan.first_trainable_block(n)
        reads = _reads(boundary, n, changed=boundary > lowest, splittable=anatomy.supports_partial_forward)
        lines.append(f"**{_trains(stage)}**, {_long(stage)}. {reads}")
        lowest = min(lowest, boundary)
    return lines


def passed(config: ExperimentConfig, history: History, begun: int) -> list[str]:
    """Return a sentence for every stage that a run went through after the step `begun`."""
    own, lines = [epoch for epoch in history.epochs if epoch.step > begun], []
    for number in dict.fromkeys(epoch.stage for epoch in own):
        stage, mine = config.resolved_stages[number], [epoch for epoch in own if epoch.stage == number]
        short = len(mine) < stage.epochs
        line = f"**{_trains(stage)}**, " + f"{len(mine)} of " * short + f"{epochs(stage.epochs)}."
        best = max(mine, key=lambda epoch: epoch.validation_macro_f1)
        lines.append(
            f"{line} Best validation macro-F1 {best.validation_macro_f1:.3f}, in epoch {best.epoch}."
        )
    return lines


def _reads(boundary: int, n_blocks: int, *, changed: bool, splittable: bool) -> str:
    """Return what a stage computes and what it reads; `changed`: a part below its boundary has trained."""
    once = "once more, because an earlier stage changed it" if changed else "once"
    if boundary == n_blocks:
        return f"The frozen model is run {once}; every epoch only reads what came out."
    if boundary <= 0 or not splittable:
        return "Nothing is kept: every step runs the whole model."
    return f"What lies below block {boundary} is run {once} and kept; every step starts there."


def _picture(figure: go.Figure, alt: str, key: str) -> None:
    st.plotly_chart(figure, key=key, config=tables.CONFIG, theme=None, alt=alt)


def _listed(lines: Sequence[str]) -> str:
    """Return sentences as a numbered list; a single one as it is."""
    return lines[0] if len(lines) == 1 else "\n".join(f"{k}. {line}" for k, line in enumerate(lines, 1))


def _trains(stage: Stage) -> str:
    label = stage.plan.label
    return plain(label[:1].upper() + label[1:])


def _long(stage: Stage) -> str:
    if stage.patience is None:
        return epochs(stage.epochs)
    many = stage.patience > 1
    waits = f"{stage.patience} in a row bring" if many else "one brings"
    return f"up to {epochs(stage.epochs)}, fewer if {waits} nothing better"


def _begun(config: ExperimentConfig, history: History) -> int:
    """Return the step after which a run began: where the run it continues ended."""
    if config.continues is None:
        return 0
    before = state.store().history(config.continues).epochs
    if before:
        return before[-1].step
    earlier = history.epochs[: -config.training.epochs]  # that run was deleted
    return earlier[-1].step if earlier else 0
