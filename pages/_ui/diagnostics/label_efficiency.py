"""What a label is worth: the label curve of a run, first without any training and then with it."""

import streamlit as st

from pages._ui.diagnostics import label_efficiency_training
from pages._ui.diagnostics.label_efficiency_setup import Curve, curve_of, look_of
from pages._ui.shell import errors, jobs, page_header, result_cache, state, tables
from pages._ui.shell.formatting import plain
from pages._ui.studies import study_list
from translearn_core import plots
from translearn_core.config import ExperimentConfig, LabelEfficiencyConfig
from translearn_core.results import LabelEfficiency
from translearn_core.runs import Run, State
from translearn_core.runs.label_efficiency_studies import nearest_size

REDRAWN = 3.0
"""Seconds between looks for runs that have ended."""

WHAT = (
    "Labels cost somebody's time. Here the same test texts are answered after learning from 8 labelled "
    "texts, from 16, from 32 and so on. Look for how far to the left a line reaches a height that another "
    "reaches only far to the right: that distance is what transfer saves."
)
UNTRAINED = (
    "This first part trains no backbone: TF-IDF counts words, and the frozen probe is a linear classifier on "
    "the layers as they came. Each text passes the backbone once at most."
)
MEANING = (
    "A point is the mean over draws of the labels, its band the 95 % interval: over the test texts, and "
    "from three draws on over the draws too. Fewer labels are always among the more, every way learns from "
    "the very same ones, and all are scored on the same test texts. The probe's layer, and the epoch a "
    "training keeps, are chosen on validation texts, whose labels come on top."
)


def panel(run: Run) -> None:
    """Show what each number of labels is worth with transfer and without."""
    st.subheader("What is a label worth?", anchor=False)
    st.markdown(WHAT)
    curve = _asked(run)
    if curve is None:
        return
    base = jobs.submit_and_watch(curve.question(), LabelEfficiency, "Learning from ever more labels")
    if base is None:
        return
    at = _at(curve)
    now = study_list.progress(curve.study) if curve.study else None
    if now is not None and now.state.live:
        st.fragment(run_every=REDRAWN)(_growing)(curve, base, at)
    else:
        done = now.done if now is not None else ()
        found = jobs.submit_and_watch(curve.question(done, at), LabelEfficiency, "Reading the runs")
        if found is not None:
            _show(run, found)
    label_efficiency_training.part(curve)


def _asked(run: Run) -> Curve | None:
    """Return the curve; before anybody asked for it, draw the button and return nothing."""
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    pressed = f"label_curve-{run.id}"
    if state.get_value(pressed):
        return curve_of(run, config)
    looked = jobs.found(look_of(config))
    if looked is not None and looked.state is State.DONE:
        curve = curve_of(run, config)
        if curve is not None and (curve.study is not None or jobs.found(curve.question()) is not None):
            state.set_value(pressed, True)
            return curve
    st.caption(UNTRAINED)
    if st.button(
        "Draw the curve", key="measure_label_efficiency", type="primary", icon=":material/show_chart:"
    ):
        state.set_value(pressed, True)
        st.rerun()
    return None


def _at(curve: Curve) -> int:
    """Choose the number of labels that the sentence is about."""
    key, sizes = f"curve_at-{curve.run.id}", list(curve.sizes)
    state.init_widget(key, nearest_size(sizes))
    if state.get_value(key) not in sizes:
        state.set_value(key, nearest_size(sizes, state.get_value(key)))
    if len(sizes) == 1:
        return sizes[0]
    chosen: int = st.select_slider(
        "How far do so many labels go?",
        sizes,
        format_func=lambda size: f"{size:,}",
        key=key,
        help="the sentence and the arrow are about this number of labels; moving it trains nothing",
        width=420,
    )
    return chosen


def _growing(curve: Curve, base: LabelEfficiency, at: int) -> None:
    """Draw the curve again whenever runs of its study have ended; what is there stays meanwhile."""
    with errors.show_errors():
        assert curve.study is not None
        last = f"curve.asked.{curve.study.id}"
        before: LabelEfficiencyConfig | None = state.get_value(last)
        awaited = _arrived(curve, before)
        if before is None or before.at != at or awaited is None or not awaited.state.live:
            asked = curve.question(study_list.progress(curve.study).done, at)
            state.set_value(last, asked)
            if _arrived(curve, asked) is None:
                jobs.submit(asked)
        newest = jobs.found(state.get_value(_shown_last(curve)) or curve.question())
        _show(
            curve.run,
            (result_cache.cached_result(newest, LabelEfficiency) if newest is not None else None) or base,
        )


def _arrived(curve: Curve, asked: LabelEfficiencyConfig | None) -> Run | None:
    """Return the run of a question, and where it is done note it as the one to show."""
    run = jobs.found(asked) if asked is not None else None
    if run is not None and run.state is State.DONE:
        state.set_value(_shown_last(curve), asked)
    return run


def _shown_last(curve: Curve) -> str:
    return f"curve.shown.{curve.run.id}"


def _show(run: Run, found: LabelEfficiency) -> None:
    if found.sentences:
        st.markdown(f"**{plain(found.sentences[0])}**")
    st.plotly_chart(
        plots.label_efficiency(found, page_header.dark()),
        key=f"label_curve_figure-{run.id}",
        config=tables.CONFIG,
        theme=None,
        alt="Test accuracy by the number of labels, a line for each way to learn",
    )
    for sentence in found.sentences[1:]:
        st.markdown(f"- {plain(sentence)}")
    st.caption(f"{MEANING} Here: {found.n_test:,} test texts, {found.n_validation:,} validation texts.")
    with st.expander("The numbers", icon=":material/table_rows:"):
        shares = tables.fractions("accuracy", "low", "high")
        tables.table(found.frame(), "label curve", key=f"curve-{run.id}", config=shares)
        tables.download(
            found.draws(), "label curve draws", key=f"curve_draws-{run.id}", label="Every draw as CSV"
        )
