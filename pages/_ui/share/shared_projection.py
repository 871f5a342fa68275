"""Projections of a run with a selection, for visitors."""

import numpy as np

from pages._ui.diagnostics import neighbourhood_quality
from pages._ui.diagnostics.neighbourhood_quality import TITLES
from pages._ui.diagnostics.projection import COLOURS, caption
from pages._ui.results import text_table
from pages._ui.share import shared_data
from pages._ui.shell import page_header, result_cache, st, tables
from pages._ui.shell.formatting import plain
from translearn_core import plots
from translearn_core.config import ExperimentConfig
from translearn_core.errors import NotFoundError
from translearn_core.jobs import PROJECTION
from translearn_core.reporting.blocks import figure_name
from translearn_core.reporting.diagnostics.projection import figure_of
from translearn_core.results import Evaluation, Projection
from translearn_core.runs import Run
from translearn_core.runs.personal.share_links import NO_LINK, SharedProjection


def show(run: Run[ExperimentConfig], subject: SharedProjection) -> None:
    """Show every variant with the selection marked, the numbers, and the selected texts.

    Raises
    ------
    NotFoundError
        If the projection was deleted.
    """
    made = shared_data.finished(run.owner, subject.projection)
    projection = None if made is None else result_cache.cached_result(made, Projection)
    if projection is None:
        raise NotFoundError(NO_LINK)
    noun, dark = run.job.config.data.row_noun, page_header.dark()
    lines = np.asarray(subject.rows, dtype=np.int64)
    marked = np.flatnonzero(np.isin(projection.index, lines))
    colour = COLOURS.get(subject.colour, "label")
    for number, column in enumerate(st.columns(len(projection.variants))):
        variant = projection.variants[number]
        with column:
            st.markdown(f"**{TITLES.get(variant, plain(variant))}**")
            picture = plots.projection(projection, number, colour, dark, marked=marked)
            tables.chart(
                picture,
                key=f"map-{variant}",
                alt=f"Texts as points, {variant}",
                note=figure_name(PROJECTION.heading, figure_of(projection, variant)),
            )
            neighbourhood_quality.quality_metrics(projection, number, noun)
    st.markdown(plain(projection.sentence))
    neighbourhood_quality.neighbour_overlap(projection, noun)
    caption(projection, noun)
    evaluation = result_cache.cached_result(run, Evaluation)
    if evaluation is None or not len(lines):
        return
    st.subheader(f"Selected {noun}s", anchor=False)
    rows = evaluation.predictions
    rows = rows.iloc[lines[(lines >= 0) & (lines < len(rows))]]
    rows = rows[[column for column in text_table.COLUMNS if column in rows]]
    st.markdown(text_table.caption(rows, 0))
    tables.table(rows, "selected", key="selected", config=tables.wide_texts(evaluation.text_columns))
