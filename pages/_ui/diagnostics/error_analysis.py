"""Error analysis panel: slice columns, and the threshold of the risk-coverage curve."""

from functools import partial

import pandas as pd

from pages._ui.diagnostics import panel as diagnostic
from pages._ui.results import text_table
from pages._ui.runs import run_picker
from pages._ui.shell import jobs, language, page_header, result_cache, st, state, tables
from pages._ui.shell.formatting import plain, span
from translearn_core import plots
from translearn_core.config import ExperimentConfig
from translearn_core.jobs import ERROR_ANALYSIS, ErrorAnalysisConfig, ReadConfig
from translearn_core.reporting.blocks import FigureBlock, TableBlock
from translearn_core.reporting.diagnostics.error_analysis import CONFUSED_TABLE, COVERAGE_TABLE
from translearn_core.reporting.diagnostics.error_blocks import RELIABILITY_TABLE
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import ErrorAnalysis
from translearn_core.results.format import count_noun, percent
from translearn_core.runs import Run, State

THRESHOLD = "the model answers only where its confidence is at least this; elsewhere it abstains"
BARS = 0
"""Trace of the bars of the reliability diagram."""
QUOTED = 5
"""Confused pairs shown with texts; the table has all."""


def finished_analysis(run: Run[ExperimentConfig]) -> ErrorAnalysis | None:
    """Return a finished error analysis of a run, whatever its slice columns; None if there is none."""
    for job in state.store().runs(run.owner, ERROR_ANALYSIS):
        if job.job.config.job == run.job.id and job.state is State.DONE:
            return result_cache.cached_result(job, ErrorAnalysis)
    return None


def panel(run: Run[ExperimentConfig]) -> None:
    """Show a run's error analysis, or the button that starts it."""
    diagnostic.heading(ERROR_ANALYSIS)
    config = ErrorAnalysisConfig(job=run.job.id, columns=_columns(run.job.config))
    result = diagnostic.result(ERROR_ANALYSIS, config)
    if result is not None:
        custom = {
            RELIABILITY_TABLE: partial(_reliability, run, result),
            COVERAGE_TABLE: partial(_coverage, result, run.job.config.data.row_noun),
            CONFUSED_TABLE: partial(_pairs, result),
        }
        data = ReportData(run.name, config=run.job.config)
        diagnostic.show(ERROR_ANALYSIS, result, data, custom=custom)


def _columns(config: ExperimentConfig) -> tuple[str, ...]:
    """Choose slice columns; returned in the table's order, so that equal choices give the same job."""
    reading = jobs.known(ReadConfig(dataset=config.data.dataset))
    taken = {*config.data.text_columns, config.data.label, config.data.split.column}
    names = [column.name for column in reading.columns if column.name not in taken] if reading else []
    if not names:
        return ()
    chosen = st.multiselect(
        "Columns to slice by",
        names,
        format_func=language.AsWritten,
        key=f"trust_columns-{config.data.dataset[:12]}",
        max_selections=20,
        placeholder="those with few values",
        help="length and language are always included; numeric columns are cut into quartiles",
    )
    return tuple(name for name in names if name in chosen)


def _reliability(run: Run[ExperimentConfig], result: ErrorAnalysis, block: FigureBlock) -> None:
    st.fragment(_bars)(run, result, block)


def _bars(run: Run[ExperimentConfig], result: ErrorAnalysis, block: FigureBlock) -> None:
    """Show the reliability diagram, and the texts behind its selected bars."""
    points = tables.selectable(
        block.figure,
        block.table.frame,
        RELIABILITY_TABLE,
        key=RELIABILITY_TABLE,
        alt=block.alt,
        note="",
        config=tables.fractions(*block.table.fractions),
    )
    st.caption(f"{block.caption} Click a bar to read its {run.job.config.data.row_noun}s.")
    bars = [point["x"] for point in points if point["curve_number"] == BARS]
    bins = result.bins[result.bins["which"] == "raw"][["from", "to"]].itertuples(index=False)
    chosen = [(low, high) for low, high in bins if any(low < x <= high for x in bars)]
    if chosen:
        evaluation = run_picker.evaluation(run)
        rows = pd.concat([evaluation.between(low, high) for low, high in chosen])
        if len(rows):
            text_table.listing(run, rows, "bar", turn=str(bars))


def _coverage(result: ErrorAnalysis, noun: str, block: FigureBlock) -> None:
    st.fragment(_threshold)(result, noun)
    st.caption(block.caption)


def _threshold(result: ErrorAnalysis, noun: str) -> None:
    """Show the risk-coverage curve with the values at a threshold; submits no job."""
    chosen = st.slider(
        "Confidence threshold", 0, 100, 90, format="%d %%", key="trust_threshold", help=THRESHOLD
    )
    st.markdown(coverage_at(result, chosen, noun))
    tables.figure(
        plots.risk_coverage_curve(result, chosen / 100, page_header.dark()),
        result.coverage,
        "coverage",
        key="coverage",
        alt=f"Share of the {noun}s that are answered and share of these that are right, by threshold",
        note="",
    )


def coverage_at(result: ErrorAnalysis, chosen: int, noun: str = "text") -> str:
    """Return a sentence on coverage and accuracy at a threshold of `chosen` percent."""
    line = result.coverage.iloc[chosen]
    if not line["coverage"]:
        return f"At **{chosen} %** it answers nothing: its confidence is never so high."
    return (
        f"At **{chosen} %** it answers **{percent(line['coverage'])}** of the test {noun}s, and "
        f"**{percent(line['accuracy'])}** of these answers are right ({span(line['low'], line['high'])})."
    )


def _pairs(result: ErrorAnalysis, block: TableBlock) -> None:
    if result.pairs.empty:
        st.markdown("None: every test row is predicted correctly.")
        return
    st.caption(block.caption)
    for k, pair in result.pairs.head(QUOTED).iterrows():
        with st.container(border=True, key=f"pair-{k}"):
            st.markdown(
                f"**{plain(pair['label'])}** predicted as **{plain(pair['predicted'])}**: "
                f"{count_noun(pair['rows'], 'row')}, {percent(pair['share'])} of its own"
            )
            st.text(pair["texts"])
    with st.expander("The numbers", icon=":material/table_rows:"):
        tables.table(block.frame, "confused_pairs", key="pairs", config=tables.fractions(*block.fractions))
