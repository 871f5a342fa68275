"""What a study's finished runs say: cells side by side, curves, sentences, and the numbers."""

from collections.abc import Callable, Mapping

import streamlit as st

from pages._ui.backbones import backbone_names
from pages._ui.shell import jobs, page_header, state, tables
from pages._ui.shell.formatting import plain
from pages._ui.studies import study_list
from translearn_core import plots
from translearn_core.config import CompareConfig
from translearn_core.config.studies.labels import cell_titles, group_labels
from translearn_core.results import Comparison
from translearn_core.results.evaluation import small_test_set_note
from translearn_core.runs import Study

Tell = Callable[[str], str]

MEANING = (
    "Dots are means over seeds. Their bars are 95 % intervals: over the seeds, or over the test rows where a "
    "way has fewer than three. Differences are taken on the same test rows, in points: hundredths of the "
    "accuracy. Among twenty ways one looks different by chance alone."
)

ORDER = (
    "cell", "runs", "accuracy", "accuracy low", "accuracy high", "macro F1", "difference", "difference low",
    "difference high", "seconds", "trainable parameters", "verdict",
)  # fmt: skip
"""Columns on screen; the CSV has all."""

COLUMNS: dict[str, object] = {
    "cell": "way",
    **tables.fractions("accuracy", "accuracy low", "accuracy high", "macro F1"),
    **{
        name: st.column_config.NumberColumn(format="%+.3f") for name in ORDER if name.startswith("difference")
    },
    "seconds": st.column_config.NumberColumn(format="%.1f"),
    "trainable parameters": st.column_config.NumberColumn(format="compact"),
    "verdict": st.column_config.TextColumn(width="large"),
}


def show(study: Study) -> None:
    """Show how the finished runs of a study compare, as soon as there are two."""
    now = study_list.progress(study)
    asked = study.comparison(now.done)
    if asked is None or len(now.done) < 2:
        st.caption("The comparison appears here as soon as two runs are done.")
        return
    st.subheader("What it says", anchor=False)
    _choose_baseline(study, asked)
    if now.state.live:
        asked = _so_far(study, asked)
    found = jobs.submit_and_watch(asked, Comparison, "Comparing the runs") if asked else None
    if found is not None:
        _figures(study, found)


def _teller(study: Study) -> Tell:
    """Return what tells cells by the titles of recipes, and backbones that were made here by their names."""
    tell, called = backbone_names.name_lookup(), cell_titles(study.cells)
    return lambda name: tell(called.get(name, name))


def _choose_baseline(study: Study, asked: CompareConfig) -> None:
    key = f"baseline-{study.id}"
    state.set_value(key, asked.baseline)
    st.selectbox(
        "Held against",
        [cell.name for cell in asked.cells],
        format_func=_teller(study),
        key=key,
        on_change=_hold,
        args=(study.id, key),
        help="the others are said to be better or worse than this one",
        width=400,
    )


def _hold(study: str, key: str) -> None:
    study_list.book().set_baseline(state.owner(), study, state.get_value(key))


def _so_far(study: Study, asked: CompareConfig) -> CompareConfig | None:
    """Return what was looked at last while runs go on; the button looks at what is done by now."""
    key = f"looked.{study.id}"
    if st.button("Look now", key="look_now", icon=":material/visibility:"):
        state.set_value(key, asked)
    before: CompareConfig | None = state.get_value(key)
    if before is None:
        st.caption("It is shown by itself when all runs have ended. You can look at what there is before.")
        return None
    st.caption(
        f"From the {sum(len(cell.jobs) for cell in before.cells)} runs that were done when you looked."
    )
    known = {cell.name for cell in before.cells}
    return before.model_copy(update={"baseline": asked.baseline}) if asked.baseline in known else before


def _figures(study: Study, short: Comparison) -> None:
    dark, config, tell = page_header.dark(), study.config, backbone_names.name_lookup()
    found = short.called(_teller(study))
    _draw(plots.study_cells(found, dark), "study_cells", "Test accuracy of each way with its interval")
    if few := small_test_set_note(found.test_rows):
        st.warning(plain(few), icon=":material/warning:")
    st.caption(MEANING)
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in found.sentences()))
    if len(config.boundaries) > 1:
        st.subheader("How deep should it train?", anchor=False)
        picture = plots.depth_curve(found, _told(group_labels(study.cells, "boundary"), tell), dark)
        _draw(picture, "depth_curve", "Score and seconds by the lowest block that trains")
        st.caption(
            "Look for where the upper curve becomes flat: training deeper than that costs time and gains "
            "nothing that could not be chance."
        )
    if len(config.sizes) > 1:
        st.subheader("How many rows does it need?", anchor=False)
        picture = plots.size_curve(found, _told(group_labels(study.cells, "rows"), tell), dark)
        _draw(picture, "size_curve", "Score by the number of training rows")
        st.caption("Fewer rows are always among the more. Where lines cross, the better way changes.")
    st.subheader("The numbers", anchor=False)
    saved = short.called(tell).frame()
    tables.table(found.frame(), "study", key="study", config=COLUMNS, order=ORDER, saved=saved)


def _draw(picture: object, key: str, alt: str) -> None:
    st.plotly_chart(picture, key=key, config=tables.CONFIG, theme=None, alt=alt)


def _told(lines: Mapping[str, str], tell: Tell) -> dict[str, str]:
    return {tell(cell): tell(line) for cell, line in lines.items()}
