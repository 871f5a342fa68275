"""Results of a study: arms compared with a baseline, depth and size curves, sentences, table."""

from collections.abc import Callable, Mapping

from pages._ui.backbones import backbone_names
from pages._ui.shell import documentation_links, jobs, page_header, st, state, tables
from pages._ui.shell.formatting import plain
from pages._ui.studies import study_list
from translearn_core import plots
from translearn_core.config import Way, unsuitable_arms
from translearn_core.config.studies.arm_labels import arm_titles, group_labels
from translearn_core.jobs import CompareConfig
from translearn_core.reporting.blocks import figure_name
from translearn_core.reporting.diagnostics.comparison import (
    NO_WORTH,
    SHARED_TEXTS,
    WORTH,
    heading_of,
    may_share_texts,
    size_noun,
)
from translearn_core.results import Comparison
from translearn_core.results.evaluation import small_test_set_note
from translearn_core.results.format import count_noun
from translearn_core.runs import Study

Tell = Callable[[str], str]

MEANING = (
    "Dots are means over seeds. Their bars are 95 % intervals: over the seeds, or over the test rows where a "
    "configuration has fewer than three, or all of them score the same. Differences are paired on the same "
    "test rows, in percentage points. Among twenty configurations one looks different by chance alone."
)

ONLY_IN_CSV = ["interval", "trains", "boundary", "training rows", "backbone"]
"""Columns of the table that are not on screen."""

COLUMNS: dict[str, object] = {
    "arm": "configuration",
    **{
        name: st.column_config.NumberColumn(format="%+.3f")
        for name in ("difference", "difference low", "difference high")
    },
    "seconds": st.column_config.NumberColumn(format="%.1f"),
    "trainable parameters": st.column_config.NumberColumn(format="compact"),
    "verdict": st.column_config.TextColumn(width="large"),
}


def show(study: Study) -> None:
    """Compare the finished runs of a study, as soon as there are two."""
    progress = study_list.progress(study)
    compare_config = study.comparison(progress.done)
    if compare_config is None or len(progress.done) < 2:
        st.caption("When two runs are done, they can be compared here; the study goes on meanwhile.")
        return
    st.subheader("Findings", anchor=False)
    documentation_links.more_about("diagnostics", "compare")
    _choose_baseline(study, compare_config)
    if progress.state.live:
        compare_config = _so_far(study, compare_config)
    comparison = jobs.submit_and_watch(compare_config) if compare_config else None
    if comparison is not None:
        _figures(study, comparison)


def left_out(study: Study) -> None:
    """Say which ways of a study are left out, because its settings do not suit them."""
    for arm in unsuitable_arms(study.config, study.blocks):
        st.caption(f":material/block: {plain(arm.sentence())}")


def _name_lookup(study: Study) -> Tell:
    """Return a function that maps cell names to titles, with names of backbones pretrained here."""
    tell, called = backbone_names.name_lookup(), arm_titles(study.arms)
    return lambda name: tell(called.get(name, name))


def _choose_baseline(study: Study, compare_config: CompareConfig) -> None:
    key = f"baseline-{study.id}"
    state.set_value(key, compare_config.baseline)
    st.selectbox(
        "Baseline",
        [cell.name for cell in compare_config.arms],
        format_func=_name_lookup(study),
        key=key,
        on_change=_set_baseline,
        args=(study.id, key),
        help="the other configurations are compared with this one",
        width=400,
    )


def _set_baseline(study: str, key: str) -> None:
    study_list.study_store().set_baseline(state.owner(), study, state.get_value(key))


def _so_far(study: Study, compare_config: CompareConfig) -> CompareConfig | None:
    """Return the comparison viewed last while runs go on; a button updates it."""
    key = f"looked.{study.id}"
    if st.button("Look now", key="look_now", icon=":material/visibility:"):
        state.set_value(key, compare_config)
    before: CompareConfig | None = state.get_value(key)
    if before is None:
        st.caption("Runs are still going: compare those that are done now, or wait for the others.")
        return None
    compared = count_noun(sum(len(cell.jobs) for cell in before.arms), "run")
    st.caption(f"From the {compared} that were done when you looked.")
    cells = {cell.name for cell in before.arms}
    return (
        before.model_copy(update={"baseline": compare_config.baseline})
        if compare_config.baseline in cells
        else before
    )


def _figures(study: Study, short: Comparison) -> None:
    dark, config, tell = page_header.dark(), study.config, backbone_names.name_lookup()
    comparison = short.rename_arms(_name_lookup(study))
    tables.chart(
        plots.study_arms(comparison, dark),
        key="study_arms",
        alt=f"Test {comparison.metric.label} of each configuration with its interval",
        note=figure_name(heading_of(config), "comparison"),
    )
    if few := small_test_set_note(comparison.test_rows, noun=config.data.row_noun):
        st.warning(plain(few), icon=":material/warning:")
    for sentence in comparison.worse if config.ways else ():
        st.error(plain(sentence), icon=":material/trending_down:")
    st.caption(MEANING)
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in comparison.sentences()))
    if len(config.boundaries) > 1:
        st.subheader("How deep should it train? Freeze-depth curve", anchor=False)
        picture = plots.depth_curve(comparison, _renamed(group_labels(study.arms, "boundary"), tell), dark)
        tables.chart(
            picture,
            key="depth_curve",
            alt="Score and seconds by the lowest block that trains",
            note=figure_name(heading_of(config), "comparison by depth"),
        )
        st.caption(
            "Look for where the upper curve becomes flat: deeper training costs time and gains nothing."
        )
    if len(config.sizes) > 1:
        question = "target labels does each method" if config.ways else "rows does it"
        st.subheader(f"How many {question} need? Label efficiency", anchor=False)
        lines = _renamed(group_labels(study.arms, "rows"), tell)
        picture = plots.size_curve(comparison, lines, dark, noun=size_noun(config))
        tables.chart(
            picture,
            key="size_curve",
            alt=f"Score by the number of {size_noun(config)}",
            note=figure_name(heading_of(config), "comparison by rows"),
        )
        st.caption(
            f"Score against the number of {size_noun(config)}; smaller subsets are nested in larger ones. "
            "Where lines cross, the better strategy changes."
        )
    if comparison.worth:
        st.subheader("What is each adaptation method worth in labels of the target?", anchor=False)
        st.markdown("\n".join(f"- {plain(sentence)}" for sentence in comparison.worth_sentences))
        share = ("score",) if comparison.metric.share else ()
        tables.table(comparison.worth_frame(), "worth", key="worth", config=tables.fractions(*share))
        st.caption(WORTH)
    elif config.ways and Way.TARGET not in config.ways:
        st.caption(NO_WORTH)
    if may_share_texts(config):
        st.caption(SHARED_TEXTS)
    st.subheader("The numbers", anchor=False)
    saved = short.rename_arms(tell).frame()
    shown = comparison.frame().drop(columns=ONLY_IN_CSV)
    columns = COLUMNS | tables.fractions(*comparison.arms[0].share_columns)
    tables.table(shown, "study", key="study", config=columns, saved=saved)


def _renamed(lines: Mapping[str, str], tell: Tell) -> dict[str, str]:
    return {tell(cell): tell(line) for cell, line in lines.items()}
