"""Error analysis panel: calibration, selective prediction, slices, label issues, confused pairs."""

import streamlit as st

from pages._ui.shell import jobs, page_header, result_cache, state, tables
from pages._ui.shell.formatting import percent, plain, span
from translearn_core import plots
from translearn_core.config import ErrorAnalysisConfig, ExperimentConfig, JobKind, ReadConfig
from translearn_core.results import ErrorAnalysis, TableProfile
from translearn_core.runs import Run, State

LOOK = (
    "A model gives a confidence with every prediction. Look whether it is right as often as it is confident "
    "(calibration), on which texts it errs more than elsewhere (slices), and whether the label or the model "
    "is wrong (label issues)."
)
COST = "It predicts the test and validation rows again and encodes all texts, which takes some seconds."
RELIABILITY = (
    "Each bar is a bin of texts with about the same confidence; its height is their accuracy. The dashed "
    "line is perfect calibration; a bar below it is overconfident. Short bars in the lower picture hold few "
    "texts, so their whiskers, the 95 % intervals, are long. Temperature scaling changes the percentages and "
    "never the predictions."
)
COVERAGE = (
    "Abstention: accuracy against coverage, the share of texts that are answered. From left to right the "
    "threshold rises: coverage falls and accuracy mostly rises. Where to stop depends on the cost of a wrong "
    "answer: somebody has to read what the model abstains from. Confidence is after temperature scaling."
)
SLICES = (
    "A slice is a group of test rows, by length, language or a column. Weakest on top. The dashed line is "
    "the accuracy on all test rows. A diamond differs from all other rows by more than chance, corrected for "
    "the number of slices."
)
LABEL_ISSUES = (
    "A label issue is a row whose label a model that has not seen it finds unlikely. Read them. If the label "
    "is wrong, correct it in your CSV and upload the file again, test rows first, for they decide the score. "
    "If the label is right, the text is hard, and more like it would help. Never correct a label unread."
)
CONFUSED = (
    "For each class, how many of its test rows are predicted as another one; the most confident errors are "
    "quoted."
)
THRESHOLD = "the model answers only where its confidence is at least this; elsewhere it abstains"
QUOTED = 5
"""Confused pairs shown with texts; the table has all."""

TEXT = st.column_config.TextColumn(width="large")
SUSPECTS: dict[str, object] = {
    "text": TEXT,
    **tables.fractions("probability of label", "probability of suggested"),
}
ERRORS = ("calibration error", "error low", "error high")
PAIRS: dict[str, object] = {"texts": TEXT, **tables.fractions("share")}


def known(run: Run) -> ErrorAnalysis | None:
    """Return a finished error analysis of a run, whatever its slice columns; None if there is none."""
    for job in state.store().runs(run.owner, JobKind.ERROR_ANALYSIS):
        config = job.job.config
        if isinstance(config, ErrorAnalysisConfig) and config.job == run.job.id and job.state is State.DONE:
            return result_cache.cached_result(job, ErrorAnalysis)
    return None


def panel(run: Run) -> None:
    """Show a run's error analysis, or the button that starts it."""
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    st.subheader("Error analysis: can I trust it?", anchor=False)
    st.markdown(LOOK)
    analysis_config = ErrorAnalysisConfig(job=run.job.id, columns=_columns(config))
    if jobs.found(analysis_config) is None:
        st.caption(COST)
        if st.button("Analyse the errors", key="trust", icon=":material/fact_check:"):
            jobs.submit(analysis_config)
            st.rerun()
        return
    result = jobs.submit_and_watch(analysis_config, ErrorAnalysis, "Analysing the errors")
    if result is not None:
        _show(result)


def _columns(config: ExperimentConfig) -> tuple[str, ...]:
    """Choose slice columns; returned in the table's order, so that equal choices give the same job."""
    read_run = jobs.found(ReadConfig(dataset=config.data.dataset))
    reading = result_cache.cached_result(read_run, TableProfile) if read_run is not None else None
    taken = {config.data.text, config.data.label, config.data.split.column}
    names = [column.name for column in reading.columns if column.name not in taken] if reading else []
    if not names:
        return ()
    chosen = st.multiselect(
        "Columns to slice by",
        names,
        key=f"trust_columns-{config.data.dataset[:12]}",
        max_selections=20,
        placeholder="those with few values",
        help="length and language are always included; numeric columns are cut into quartiles",
    )
    return tuple(name for name in names if name in chosen)


def _show(result: ErrorAnalysis) -> None:
    calibration, abstention, weakest, label_issues, *caveats = map(plain, result.sentences)
    dark = page_header.dark()
    st.markdown(f"#### Can its confidence be trusted? Reliability diagram (calibration)\n\n{calibration}")
    tables.figure(
        plots.reliability_diagram(result, dark),
        result.bins,
        "reliability",
        key="reliability",
        alt="Reliability diagram: accuracy by confidence",
    )
    st.caption(RELIABILITY)
    tables.table(result.frame(), "calibration", key="calibration", config=tables.fractions(*ERRORS))
    st.markdown(f"#### When should it abstain? Risk-coverage curve\n\n{abstention}")
    st.fragment(_threshold)(result)
    st.caption(COVERAGE)
    st.markdown(f"#### Where is it weak? Slices\n\n{weakest}")
    tables.figure(
        plots.slice_accuracies(result, dark),
        result.slices,
        "slices",
        key="slices",
        alt="Accuracy on slices of the test rows",
    )
    st.caption(SLICES)
    _labels(result, label_issues)
    _pairs(result)
    if caveats:
        st.caption("  \n".join(caveats))


def _threshold(result: ErrorAnalysis) -> None:
    """Show the risk-coverage curve with the values at a threshold; submits no job."""
    chosen = st.slider(
        "Confidence threshold", 0, 100, 90, format="%d %%", key="trust_threshold", help=THRESHOLD
    )
    line = result.coverage.iloc[chosen]
    if line["coverage"]:
        sentence = (
            f"At **{chosen} %** it answers **{percent(line['coverage'])}** of the test texts, and "
            f"**{percent(line['accuracy'])}** of these answers are right "
            f"({span(line['low'], line['high'])})."
        )
    else:
        sentence = f"At **{chosen} %** it answers nothing: its confidence is never so high."
    st.markdown(sentence)
    tables.figure(
        plots.risk_coverage_curve(result, chosen / 100, page_header.dark()),
        result.coverage,
        "coverage",
        key="coverage",
        alt="Share of the texts that are answered and share of these that are right, by threshold",
    )


def _labels(result: ErrorAnalysis, sentence: str) -> None:
    st.markdown(f"#### Which labels look wrong? Label issues\n\n{sentence}")
    if result.suspects.empty:
        return
    tables.table(result.suspects, "doubtful_labels", key="suspects", config=SUSPECTS)
    st.caption(LABEL_ISSUES)


def _pairs(result: ErrorAnalysis) -> None:
    st.markdown("#### Confused classes")
    if result.pairs.empty:
        st.markdown("None: every test row is predicted correctly.")
        return
    st.caption(CONFUSED)
    for k, pair in result.pairs.head(QUOTED).iterrows():
        with st.container(border=True, key=f"pair-{k}"):
            st.markdown(
                f"**{plain(pair['label'])}** predicted as **{plain(pair['predicted'])}**: {pair['rows']:,} "
                f"rows, {percent(pair['share'])} of its own"
            )
            st.text(pair["texts"])
    with st.expander("The numbers", icon=":material/table_rows:"):
        tables.table(result.pairs, "confused_pairs", key="pairs", config=PAIRS)
