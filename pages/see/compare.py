"""Compare page: scores, costs and learning curves of several runs."""

from pages._ui.diagnostics import baselines
from pages._ui.results import paired_comparison, probe_comparison, run_curves, scores
from pages._ui.runs import run_picker
from pages._ui.share import share_popover
from pages._ui.shell import navigation, page_header, result_cache, st, state, tables
from pages._ui.shell.formatting import distinct
from translearn_core import plots
from translearn_core.results import RunSummary
from translearn_core.results.format import count_noun
from translearn_core.results.metric import metric_of
from translearn_core.runs.personal.share_links import MOST_RUNS, SharedComparison
from translearn_core.tasks import PROBLEMS

page_header.header(
    "compare",
    "Runs side by side, each with its 95 % interval. Whether one is better than another is answered row by "
    "row below, on the test rows that both were tested on: overlapping intervals do not answer it.",
)
ready, linked = run_picker.runs_with_results(), run_picker.linked()
if not ready:
    page_header.empty(run_picker.NOTHING, "Start an experiment", "data")
names = distinct({run.id: run.name for run in ready})
state.init_widget("compared", [run.id for run in ready[:5]])
if linked is not None:  # once, so that it can be deselected
    state.set_value(
        "compared", [linked.id, *(run for run in state.get_value("compared") if run != linked.id)]
    )
    del st.query_params["run"]
state.set_value("compared", [run for run in state.get_value("compared") if run in names])
picked = st.multiselect(
    "Runs", list(names), format_func=names.__getitem__, key="compared", persist_state="session"
)
runs = [run for run in ready if run.id in picked]
if not runs:
    st.caption("Choose at least one run.")
    navigation.stop_page()

share_popover.popover(
    SharedComparison(runs=tuple(run.id for run in runs[:MOST_RUNS])), " · ".join(run.name for run in runs)
)
table, dark = scores.comparison(runs), page_header.dark()
first = result_cache.cached_result(runs[0], RunSummary)
assert first is not None
metric, selection = first.test.metric, metric_of(PROBLEMS[runs[0].job.config.data.problem].selection)
same = len({run.job.config.data for run in runs}) == 1 and table["test rows"].nunique() == 1
left, right = st.columns([3, 2])
with left:
    st.subheader(f"How good, how sure: test {metric.label}", anchor=False)
    tables.chart(
        plots.scores(table, metric, dark, lines=baselines.first_untrained_scores(runs) if same else None),
        key="scores",
        alt=f"Test {metric.label} of each run",
    )
with right:
    st.subheader("At what price: training time", anchor=False)
    picture = plots.cost_and_score(table, selection, dark)
    tables.chart(picture, key="cost", alt="Seconds against score of each run, by their numbers")
if not same:
    st.caption(
        "These runs were not all tested on the same target and rows, so their scores are not strictly "
        "comparable."
    )
if lacking := int(table[metric.column].isna().sum()):
    st.caption(f"{count_noun(lacking, 'run')} of another problem type without {metric.label}.")
tables.table(table, "runs", key="compare", config=scores.columns(runs))
paired_comparison.panel(runs)
probe_comparison.panel(runs)
run_curves.panel(runs)
