"""Figure of test outputs against the target, the texts behind its points, and metrics per output."""

import pandas as pd

from pages._ui.results import text_table
from pages._ui.shell import page_header, st, tables
from translearn_core import plots
from translearn_core.config import ExperimentConfig
from translearn_core.reporting.blocks import figure_name
from translearn_core.reporting.training_section import SCORES
from translearn_core.results import Evaluation
from translearn_core.results.metric import AVERAGE_PRECISION, metric_of
from translearn_core.runs import Run


def panel(run: Run[ExperimentConfig], evaluation: Evaluation) -> None:
    """Show the figure of a run's outputs with the texts of the selected points, and the metrics."""
    outputs = plots.OUTPUT_PLOTS[evaluation.problem]
    st.subheader(outputs.title, anchor=False)
    st.caption(f"{outputs.caption} Click in the figure to read the {run.job.config.data.row_noun}s there.")
    st.fragment(_figure)(run, evaluation)
    st.subheader(outputs.metrics_title, anchor=False)
    st.caption(outputs.metrics_caption)
    names = ("precision", "recall", "f1", metric_of(AVERAGE_PRECISION).column)
    shares = [f"{name}{end}" for name in names for end in ("", " low", " high")]
    fractions = tables.fractions(*shares)
    tables.table(outputs.metrics(evaluation), outputs.metrics_name, key="per_class", config=fractions)


def _figure(run: Run[ExperimentConfig], evaluation: Evaluation) -> None:
    outputs = plots.OUTPUT_PLOTS[evaluation.problem]
    points = tables.selectable(
        outputs.draw(evaluation, page_header.dark()),
        outputs.table(evaluation),
        outputs.table_name,
        key="confusion",
        alt=outputs.title,
        note=figure_name(SCORES, outputs.title.lower()),
    )
    chosen = [point["customdata"] for point in points if "customdata" in point]
    if chosen:
        rows = pd.concat([outputs.rows(evaluation, data) for data in chosen])
        text_table.listing(run, rows, "selected", turn=str(chosen))
