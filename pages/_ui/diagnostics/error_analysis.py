"""Errors and trust: what a run's confidence is worth, where it errs, and which labels look wrong."""

import streamlit as st

from pages._ui.shell import jobs, page_header, result_cache, state, tables
from pages._ui.shell.formatting import percent, plain, span
from translearn_core import plots
from translearn_core.config import ErrorAnalysisConfig, ExperimentConfig, JobKind, ReadConfig
from translearn_core.results import ErrorAnalysis, TableProfile
from translearn_core.runs import Run, State

LOOK = (
    "A model says how sure it is of every answer. Look whether it is right as often as it is sure, on which "
    "texts it errs more than elsewhere, and whether the label or the model is wrong."
)
COST = "It answers the test and validation rows once more and reads all texts, which takes some seconds."
BELIEVE = (
    "Each bar holds the texts of which the model was about so sure; its height says how many of them it got "
    "right. On the dashed line it is right as often as it is sure; a bar below it is too sure. Short bars in "
    "the lower picture stand on few texts, so their whiskers, the 95 % intervals, are long. Scaling by one "
    "number, the temperature, moves the percentages and never the answers."
)
SILENCE = (
    "From left to right the model answers less and less and is right more and more often. Where to stop is "
    "a question of what a wrong answer costs: what it keeps back, somebody else has to read. The percentages "
    "are the scaled ones."
)
SLICES = (
    "Weakest on top. The dashed line is the accuracy on all test rows. A diamond differs from all other rows "
    "by more than chance, counted for all slices together: of many slices some look weak by chance alone."
)
DOUBTED = (
    "What to do: read them. If the label is wrong, mend it in your CSV and bring the file again, test rows "
    "first, for they decide the score. If the label is right, the text is hard, and worth more of its kind. "
    "A doubt is no proof: never mend what you have not read."
)
CONFUSED = (
    "Of each label, how many of its test rows are taken for another one; the surest mistakes are quoted."
)
QUOTED = 5
"""Confused pairs whose texts are shown; the table has all."""

TEXT = st.column_config.TextColumn(width="large")
SUSPECTS: dict[str, object] = {
    "text": TEXT,
    **tables.fractions("probability of label", "probability of suggested"),
}
ERRORS = ("calibration error", "error low", "error high")
PAIRS: dict[str, object] = {"texts": TEXT, **tables.fractions("share")}


def known(run: Run) -> ErrorAnalysis | None:
    """Return what is known of a run's confidence without waiting; which columns it was cut by is all one."""
    for asked in state.store().runs(run.owner, JobKind.ERROR_ANALYSIS):
        config = asked.job.config
        if isinstance(config, ErrorAnalysisConfig) and config.job == run.job.id and asked.state is State.DONE:
            return result_cache.cached_result(asked, ErrorAnalysis)
    return None


def panel(run: Run) -> None:
    """Show how far a run's numbers can be believed."""
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    st.subheader("Errors, and trust in a number", anchor=False)
    st.markdown(LOOK)
    asked = ErrorAnalysisConfig(job=run.job.id, columns=_columns(config))
    if jobs.found(asked) is None:
        st.caption(COST)
        if st.button("Look where it errs", key="trust", icon=":material/fact_check:"):
            jobs.submit(asked)
            st.rerun()
        return
    found = jobs.submit_and_watch(asked, ErrorAnalysis, "Looking where it errs")
    if found is not None:
        _show(found)


def _columns(config: ExperimentConfig) -> tuple[str, ...]:
    """Choose columns to cut the test rows by; in the table's order, so that a choice is asked once."""
    asked = jobs.found(ReadConfig(dataset=config.data.dataset))
    reading = result_cache.cached_result(asked, TableProfile) if asked is not None else None
    taken = {config.data.text, config.data.label, config.data.split.column}
    names = [column.name for column in reading.columns if column.name not in taken] if reading else []
    if not names:
        return ()
    chosen = st.multiselect(
        "Columns to look at value by value",
        names,
        key=f"trust_columns-{config.data.dataset[:12]}",
        max_selections=20,
        placeholder="those with few values",
        help="length and language of the texts are always looked at; numbers are cut into quarters",
    )
    return tuple(name for name in names if name in chosen)


def _show(found: ErrorAnalysis) -> None:
    believe, silence, weakest, doubted, *caveats = map(plain, found.sentences)
    dark = page_header.dark()
    st.markdown(f"#### Can its confidence be believed?\n\n{believe}")
    tables.figure(
        plots.reliability_diagram(found, dark),
        found.bins,
        "reliability",
        key="reliability",
        alt="How often the model is right, by how sure it is",
    )
    st.caption(BELIEVE)
    tables.table(found.frame(), "calibration", key="calibration", config=tables.fractions(*ERRORS))
    st.markdown(f"#### When should it keep silent?\n\n{silence}")
    st.fragment(_threshold)(found)
    st.caption(SILENCE)
    st.markdown(f"#### Where is it weak?\n\n{weakest}")
    tables.figure(
        plots.slice_accuracies(found, dark),
        found.slices,
        "slices",
        key="slices",
        alt="Accuracy on parts of the rows",
    )
    st.caption(SLICES)
    _labels(found, doubted)
    _pairs(found)
    if caveats:
        st.caption("  \n".join(caveats))


def _threshold(found: ErrorAnalysis) -> None:
    """Read the curve at a threshold; nothing is asked for."""
    chosen = st.slider("Answer only when at least so sure", 0, 100, 90, format="%d %%", key="trust_threshold")
    line = found.coverage.iloc[chosen]
    if line["coverage"]:
        told = (
            f"At **{chosen} %** it answers **{percent(line['coverage'])}** of the test texts, and "
            f"**{percent(line['accuracy'])}** of these answers are right "
            f"({span(line['low'], line['high'])})."
        )
    else:
        told = f"At **{chosen} %** it answers nothing: it is never so sure."
    st.markdown(told)
    tables.figure(
        plots.risk_coverage_curve(found, chosen / 100, page_header.dark()),
        found.coverage,
        "coverage",
        key="coverage",
        alt="Share of the texts that are answered and share of these that are right, by threshold",
    )


def _labels(found: ErrorAnalysis, said: str) -> None:
    st.markdown(f"#### Which labels look wrong?\n\n{said}")
    if found.suspects.empty:
        return
    tables.table(found.suspects, "doubtful_labels", key="suspects", config=SUSPECTS)
    st.caption(DOUBTED)


def _pairs(found: ErrorAnalysis) -> None:
    st.markdown("#### What is taken for what?")
    if found.pairs.empty:
        st.markdown("Nothing: every test row is answered right.")
        return
    st.caption(CONFUSED)
    for k, pair in found.pairs.head(QUOTED).iterrows():
        with st.container(border=True, key=f"pair-{k}"):
            st.markdown(
                f"**{plain(pair['label'])}** taken for **{plain(pair['predicted'])}**: {pair['rows']:,} "
                f"rows, {percent(pair['share'])} of its own"
            )
            st.text(pair["texts"])
    with st.expander("The numbers", icon=":material/table_rows:"):
        tables.table(found.pairs, "confused_pairs", key="pairs", config=PAIRS)
