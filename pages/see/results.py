"""Results page: scores with intervals, learning curves, confusion matrix, errors, weight drift."""

from pages._ui.datasets import label_editor
from pages._ui.diagnostics import baselines, next_steps
from pages._ui.forms import training_timeline
from pages._ui.results import (
    joint_targets,
    outputs,
    report,
    scores,
    self_training,
    slides,
    tagged_sentences,
    weights,
)
from pages._ui.runs import run_picker, training_monitor
from pages._ui.share import share_popover
from pages._ui.shell import navigation, notes, page_header, result_cache, st, state, tables
from translearn_core import plots
from translearn_core.config import ProblemType
from translearn_core.reporting import training_section
from translearn_core.results import RunSummary
from translearn_core.runs.personal.share_links import SharedRun

page_header.header(
    "results",
    "This is how well the model does on texts it never saw, with the 95 % interval of that score and a "
    "baseline: a score means something only when compared with a baseline.",
)
run = joint_targets.choose(run_picker.finished(joint=True))
notes.begin(run.id)
evaluation, dark = run_picker.evaluation(run), page_header.dark()
config = run.job.config
run_summary = result_cache.cached_result(run, RunSummary)
with st.container(horizontal=True, vertical_alignment="center"):
    navigation.link("evidence", "Report and export", run=run.id, part=report.PART)
    navigation.link("depth", "How deep should it train?", run=run.id)
    share_popover.popover(SharedRun(run=run.id), run.name)
    slides.button(run)
scores.transfer(config)
scores.headline(run, evaluation, run_summary, baselines.best_untrained(run))
scores.by_domain(evaluation)
baselines.panel(run)

st.subheader("Learning curves", anchor=False, help=training_monitor.LEARNING_CURVES)
if config.fitted_at_once:
    st.caption(training_monitor.AT_ONCE)
else:
    history = state.store().history(run.job.id)
    if (note := training_section.curves_note(config)) is not None:
        st.caption(note)
    measure = training_monitor.choose_metric("results_measure", history)
    tables.figure(
        plots.training_curves(
            history,
            measure,
            dark,
            lines=baselines.untrained_scores(run),
            trainings=config.trainings > 1,
        ),
        training_monitor.metric_table(history, measure),
        "history",
        key="curves",
        alt="Training against validation",
        note=training_monitor.figure_of(measure),
    )

self_training.panel(run)
if evaluation.problem is ProblemType.TOKENS:
    tagged_sentences.panel(run, evaluation)
outputs.panel(run, evaluation)
st.subheader(plots.OUTPUT_PLOTS[evaluation.problem].errors_title, anchor=False)
st.caption("Read them: often the label is wrong, not the model (a label issue).")
error_columns = {**tables.wide_texts(evaluation.text_columns), **tables.fractions("confidence")}
tables.table(evaluation.mistakes(), "mistakes", key="mistakes", config=error_columns)
label_editor.edit_button(run, evaluation.mistakes(), "edit_mistakes")

next_steps.panel(run)
weights.panel(run)
training_timeline.show_actual(run)
weights.layers(run)

st.subheader("How it was made: settings and command", anchor=False)
scores.settings_and_command(run, config, run_summary)
