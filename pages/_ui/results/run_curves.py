"""Learning curves of several runs in one figure."""

from collections.abc import Sequence

from pages._ui.runs import training_monitor
from pages._ui.shell import navigation, page_header, st, state, tables
from translearn_core import plots
from translearn_core.config import ExperimentConfig
from translearn_core.plots.style.labels import shortened
from translearn_core.runs import Run


def panel(runs: Sequence[Run[ExperimentConfig]]) -> None:
    """Draw the curves of all runs that trained in steps; end the page if there is none."""
    st.subheader("Learning curves", anchor=False, help=training_monitor.LEARNING_CURVES)
    numbered = [(number, run) for number, run in enumerate(runs, 1) if not run.job.config.fitted_at_once]
    if len(numbered) < len(runs):
        st.caption(training_monitor.WITHOUT_CURVES)
    if not numbered:
        navigation.stop_page()
    histories = {f"{number}. {run.name}": state.store().history(run.job.id) for number, run in numbered}
    measure = training_monitor.choose_metric("compare_measure", *histories.values())
    short_names = shortened((run.name for run in runs), 44)
    legend = [f"{number}. {short_names[number - 1]}" for number, _ in numbered]
    several = [name for name, (_, run) in zip(legend, numbered, strict=True) if run.job.config.trainings > 1]
    shown = dict(zip(legend, histories.values(), strict=True))
    picture = plots.compare_training_curves(shown, measure, page_header.dark(), trainings=several)
    tables.chart(picture, key="overlay", alt="Learning curves of the runs")
    curves = training_monitor.combined_table(histories, measure)
    with st.expander("The numbers", icon=":material/table_rows:"):
        tables.table(curves, "curves", key="compare_curves")
