"""Training timeline: planned before a training, actual with weight drift after it."""

from collections.abc import Sequence

from pages._ui.shell import page_header, result_cache, st, state, tables
from pages._ui.shell.formatting import epochs, plain
from translearn_core import plots
from translearn_core.config import ExperimentConfig, Stage
from translearn_core.reporting.blocks import figure_name
from translearn_core.reporting.training_section import TRAINING
from translearn_core.results import BackboneInfo, Drift, History, Workload
from translearn_core.results.metric import metric_of
from translearn_core.results.training.training_timeline import actual_timeline, planned_timeline
from translearn_core.runs import Run
from translearn_core.tasks import selection_of

COLUMNS: dict[str, object] = {
    "rate": st.column_config.NumberColumn("learning rate", format="%.3g"),
    "relative_change": st.column_config.NumberColumn("change since the start", format="percent"),
}
"""Column labels of both tables."""

RATES = "Learning rate of every part, step by step; frozen parts are hatched"
MOVED = (
    "How far every part's weights are from their start, epoch by epoch; parts that did not move are hatched"
)
"""Alternative texts of the figures."""

AT_ONCE = (
    "**Linear probe**: the texts pass the frozen backbone once, then logistic regression is fitted to its "
    "output at once. There are no epochs and no learning rate, so there is no timeline."
)


def show_planned(config: ExperimentConfig, backbone_info: BackboneInfo, task: Workload) -> None:
    """Show the planned timeline, stage by stage."""
    if config.fitted_at_once:
        st.markdown(AT_ONCE)
        return
    rows = min(task.train, config.data.train_rows or task.train) * (1 + config.augment.copies)
    each = max(1, config.steps_per_epoch(task.texts(rows)))
    timeline = planned_timeline(config, backbone_info.n_blocks, each)
    st.markdown(_listed(describe_stages(config, backbone_info)))
    tables.chart(plots.timeline(timeline, page_header.dark()), key="timeline", alt=RATES)
    with st.expander("The numbers", icon=":material/table_rows:"):
        tables.table(timeline.frame(), "timeline", key="timeline", config=COLUMNS)


def show_actual(run: Run[ExperimentConfig]) -> None:
    """Show the actual timeline of a run and the weight drift of each part."""
    config, drift = run.job.config, result_cache.cached_result(run, Drift)
    if config.fitted_at_once:
        return
    history = state.store().history(run.job.id)
    begun = _begun(config, history)
    if drift is None or not any(epoch.step > begun for epoch in history.epochs):
        return
    n_blocks = drift.n_blocks
    timeline = actual_timeline(config, n_blocks, history, begun=begun)
    st.subheader("What learned when? Training timeline", anchor=False)
    st.markdown(_listed(describe_finished_stages(config, history, begun)))
    st.caption("Learning rate of each part, step by step.")
    tables.chart(
        plots.timeline(timeline, page_header.dark()),
        key="timeline",
        alt=RATES,
        note=figure_name(TRAINING, "rates"),
    )
    measured = any(epoch.moved for epoch in history.epochs)  # runs of earlier versions did not
    if measured:
        st.caption(
            "Weight drift: how far the weights of each part are from their start, measured after every epoch."
        )
        tables.chart(
            plots.gradient_timeline(history, timeline, page_header.dark()),
            key="movement",
            alt=MOVED,
            note=figure_name(TRAINING, "moved by epoch"),
        )
    with st.expander("The numbers", icon=":material/table_rows:"):
        tables.table(timeline.frame(), "timeline", key="timeline", config=COLUMNS)
        if measured:
            tables.table(history.moved_frame(), "movement", key="movement", config=COLUMNS)


def describe_stages(config: ExperimentConfig, backbone_info: BackboneInfo) -> list[str]:
    """Return a sentence for every stage: what trains, how long, and what is cached."""
    n, lowest, lines = backbone_info.n_blocks, backbone_info.n_blocks, []
    stages = config.resolved_stages[-1:] if config.resume_from else config.resolved_stages
    for number, stage in enumerate(stages):
        boundary = stage.freeze.first_trainable_block(n)
        reads = _reads(
            boundary, n, changed=boundary > lowest, splittable=backbone_info.supports_partial_forward
        )
        lines.append(f"**{_trains(stage, config, number)}**, {_long(stage)}. {reads}")
        lowest = min(lowest, boundary)
    return lines


def describe_finished_stages(config: ExperimentConfig, history: History, begun: int) -> list[str]:
    """Return a sentence for every stage of a run after the step `begun`."""
    own, lines = [epoch for epoch in history.epochs if epoch.step > begun], []
    selection = selection_of(config.data)
    for number in dict.fromkeys(epoch.stage for epoch in own):
        stage, stage_epochs = (
            config.resolved_stages[number],
            [epoch for epoch in own if epoch.stage == number],
        )
        short = len(stage_epochs) < stage.epochs
        length = f"{len(stage_epochs)} of " * short + _long(stage, short=True)
        line = f"**{_trains(stage, config, number)}**, {length}."
        scored = [epoch for epoch in stage_epochs if selection in epoch.validation]
        if not scored:  # pairs of texts, before the head is fitted
            lines.append(f"{line} Pairs of texts trained.")
            continue
        best = max(scored, key=lambda epoch: epoch.validation[selection])
        score = f"{metric_of(selection).label} {best.validation[selection]:.3f}"
        lines.append(f"{line} Best validation {score}, in epoch {best.epoch}.")
    return lines


def _reads(boundary: int, n_blocks: int, *, changed: bool, splittable: bool) -> str:
    """Return a sentence on caching; `changed`: a part below the boundary was trained before."""
    once = "once more, because an earlier stage changed it" if changed else "once"
    if boundary == n_blocks:
        return f"The frozen model runs {once}; every epoch reads its output from the activation cache."
    if boundary <= 0 or not splittable:
        return "Nothing is cached: every step runs the whole model."
    return f"Block {boundary} and above train; what is below runs {once} and is cached."


def _listed(lines: Sequence[str]) -> str:
    """Return sentences as a numbered Markdown list; a single one unchanged."""
    return lines[0] if len(lines) == 1 else "\n".join(f"{k}. {line}" for k, line in enumerate(lines, 1))


def _trains(stage: Stage, config: ExperimentConfig, number: int) -> str:
    """Return what trains in stage `number` from 0, and on which rows where each stage is a training."""
    label = stage.freeze.label
    if config.trainings > 1:
        rows = "labelled rows alone" if not number else f"with the pseudo-labels of training {number}"
        label = f"training {number + 1}, {rows}: {label[:1].lower()}{label[1:]}"
    return plain(label[:1].upper() + label[1:])


def _long(stage: Stage, *, short: bool = False) -> str:
    if not stage.epochs:
        return "fitted at once"
    if short or stage.patience is None:
        return epochs(stage.epochs)
    many = stage.patience > 1
    waits = f"{stage.patience} in a row bring" if many else "one brings"
    return f"up to {epochs(stage.epochs)}, fewer if {waits} nothing better"


def _begun(config: ExperimentConfig, history: History) -> int:
    """Return the last step of the run that this one continues, 0 if none."""
    if config.resume_from is None:
        return 0
    before = state.store().history(config.resume_from).epochs
    if before:
        return before[-1].step
    earlier = history.epochs[: -config.training.epochs]  # that run was deleted
    return earlier[-1].step if earlier else 0
