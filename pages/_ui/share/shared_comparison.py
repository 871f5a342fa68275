"""Runs side by side, for visitors."""

from collections.abc import Sequence

from pages._ui.results import scores
from pages._ui.shell import page_header, result_cache, st, state, tables
from translearn_core import plots
from translearn_core.config import ExperimentConfig
from translearn_core.plots.style.labels import shortened
from translearn_core.results import RunSummary
from translearn_core.results.metric import metric_of
from translearn_core.runs import Run
from translearn_core.tasks import PROBLEMS


def show(runs: Sequence[Run[ExperimentConfig]]) -> None:
    """Show scores, costs and learning curves of the runs that have results."""
    runs = [run for run in runs if result_cache.cached_result(run, RunSummary) is not None]
    if not runs:
        st.caption("None of these runs has results yet.")
        return
    table, dark = scores.comparison(runs), page_header.dark()
    first = result_cache.cached_result(runs[0], RunSummary)
    assert first is not None
    metric, selection = first.test.metric, metric_of(PROBLEMS[runs[0].job.config.data.problem].selection)
    left, right = st.columns([3, 2])
    with left:
        st.subheader(f"How good, how sure: test {metric.label}", anchor=False)
        tables.chart(plots.scores(table, metric, dark), key="scores", alt=f"Test {metric.label} of each run")
    with right:
        st.subheader("At what price: training time", anchor=False)
        tables.chart(
            plots.cost_and_score(table, selection, dark),
            key="cost",
            alt="Seconds against score of each run, by their numbers",
        )
    tables.table(table, "runs", key="compare", config=scores.columns(runs))
    _curves(runs)


def _curves(runs: Sequence[Run[ExperimentConfig]]) -> None:
    stepwise = [run for run in runs if not run.job.config.fitted_at_once]
    if not stepwise:
        return
    names = shortened((f"{number}. {run.name}" for number, run in enumerate(runs, 1)), 44)
    legend = dict(zip((run.id for run in runs), names, strict=True))
    histories = {legend[run.id]: state.store().history(run.job.id) for run in stepwise}
    several = [legend[run.id] for run in stepwise if run.job.config.trainings > 1]
    st.subheader("Learning curves", anchor=False)
    picture = plots.compare_training_curves(histories, "loss", page_header.dark(), trainings=several)
    tables.chart(picture, key="overlay", alt="Learning curves of the runs")
