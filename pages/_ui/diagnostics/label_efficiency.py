"""Label efficiency panel: test accuracy against number of labels, untrained baselines first."""

from pages._ui.diagnostics import label_efficiency_training
from pages._ui.diagnostics import panel as diagnostic
from pages._ui.diagnostics.label_efficiency_setup import SEEDS, Curve, curve_of, diagnose_config
from pages._ui.runs import run_actions
from pages._ui.shell import errors, jobs, st, state, tables
from pages._ui.studies import study_list
from translearn_core.config import ExperimentConfig
from translearn_core.jobs import LABEL_EFFICIENCY, BackboneInfoConfig, LabelEfficiencyConfig
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import LabelEfficiency
from translearn_core.results.format import on_two_cores
from translearn_core.runs import Run, State
from translearn_core.runs.studies.label_efficiency import (
    label_efficiency_config,
    nearest_size,
    suggested_sizes,
    untrained_seconds,
)

REDRAWN = 3.0
"""Seconds between checks for finished runs."""


def panel(run: Run[ExperimentConfig]) -> None:
    """Show the label efficiency of a run, with transfer and without."""
    diagnostic.heading(LABEL_EFFICIENCY)
    curve = _submitted_curve(run)
    if curve is None:
        return
    base = run_actions.result_or_stop(curve.question(), "stop-label_efficiency")
    if base is None:
        return
    at = _at(curve)
    progress = study_list.progress(curve.study) if curve.study else None
    if progress is not None and progress.state.live:
        st.fragment(run_every=REDRAWN)(_growing)(curve, base, at)
    else:
        done = progress.done if progress is not None else ()
        result = run_actions.result_or_stop(curve.question(done, at), "stop-label_curve")
        if result is not None:
            _show(run, curve.experiment, result)
    label_efficiency_training.trained_arms(curve)


def _submitted_curve(run: Run[ExperimentConfig]) -> Curve | None:
    """Return the curve; before it was requested, draw the button and return None."""
    config = run.job.config
    pressed = f"label_curve-{run.id}"
    if state.get_value(pressed):
        return curve_of(run, config)
    diagnosis_run = jobs.find_run(diagnose_config(config))
    if diagnosis_run is not None and diagnosis_run.state is State.DONE:
        curve = curve_of(run, config)
        if curve is not None and (curve.study is not None or jobs.find_run(curve.question()) is not None):
            state.set_value(pressed, True)
            return curve
    st.caption(f"{LABEL_EFFICIENCY.cost}{_time(run)}")
    if st.button(
        LABEL_EFFICIENCY.action,
        key=f"compute-{LABEL_EFFICIENCY.kind}",
        type="primary",
        icon=":material/science:",
    ):
        state.set_value(pressed, True)
        st.rerun()
    return None


def _time(run: Run[ExperimentConfig]) -> str:
    """Return a sentence on how long the curve will take, where rows and backbone are known."""
    config = run.job.config
    diagnosis = jobs.known(diagnose_config(config))
    backbone_info = jobs.known(BackboneInfoConfig(backbone=config.backbone))
    if diagnosis is None or backbone_info is None:
        return ""
    sizes = suggested_sizes(diagnosis.rows["train"])
    curve = label_efficiency_config(config, sizes, tuple(range(SEEDS)), balanced=False)
    return f" Here that takes {on_two_cores(untrained_seconds(curve, diagnosis, backbone_info))}."


def _at(curve: Curve) -> int:
    """Choose the number of labels for the sentence and the arrow."""
    key, sizes = f"curve_at-{curve.run.id}", list(curve.sizes)
    state.init_widget(key, nearest_size(sizes))
    if state.get_value(key) not in sizes:
        state.set_value(key, nearest_size(sizes, state.get_value(key)))
    if len(sizes) == 1:
        return sizes[0]
    chosen: int = st.select_slider(
        "How far do so many labels go?",
        sizes,
        nearest_size(sizes),
        format_func=lambda size: f"{size:,}",
        key=key,
        help="the sentence and the arrow are about this number of labels; moving it trains nothing",
        width=420,
    )
    return chosen


def _growing(curve: Curve, base: LabelEfficiency, at: int) -> None:
    """Redraw the curve whenever runs of its study have ended; keep the last one until then."""
    with errors.show_errors():
        assert curve.study is not None
        last = f"curve.asked.{curve.study.id}"
        before: LabelEfficiencyConfig | None = state.get_value(last)
        awaited = _arrived(curve, before)
        if before is None or before.reference_size != at or awaited is None or not awaited.state.live:
            question = curve.question(study_list.progress(curve.study).done, at)
            state.set_value(last, question)
            if _arrived(curve, question) is None:
                jobs.submit(question)
        newest = jobs.known(state.get_value(_shown_last(curve)) or curve.question())
        _show(curve.run, curve.experiment, newest or base)


def _arrived(curve: Curve, question: LabelEfficiencyConfig | None) -> Run | None:
    """Return the job of a config, and remember the config as the one to show if it is done."""
    run = jobs.find_run(question) if question is not None else None
    if run is not None and run.state is State.DONE:
        state.set_value(_shown_last(curve), question)
    return run


def _shown_last(curve: Curve) -> str:
    return f"curve.shown.{curve.run.id}"


def _show(run: Run, config: ExperimentConfig, result: LabelEfficiency) -> None:
    diagnostic.show(LABEL_EFFICIENCY, result, ReportData(run.name, config=config))
    tables.download(
        result.draws(), "label efficiency draws", key=f"curve_draws-{run.id}", label="Every draw as CSV"
    )
