"""Table of selected texts, text search, and nearest neighbours of one row."""

from collections.abc import Hashable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from pages._ui.datasets import label_editor
from pages._ui.diagnostics import nearest_neighbours
from pages._ui.results.selection import NONE, PointSelection
from pages._ui.runs import run_picker
from pages._ui.shell import st, state, tables
from pages._ui.shell.formatting import plain, short
from translearn_core.config import ExperimentConfig
from translearn_core.config.text_cells import SENTENCE, TEXT, TEXT_PAIR, joined, text_cells
from translearn_core.results import Evaluation, Projection
from translearn_core.results.format import count_noun, percent
from translearn_core.runs import Run
from translearn_core.tasks.label_sets.multi_label import NO_LABEL

MOST = 1_000
"""Maximum number of texts sent to the browser; the CSV holds all."""
COLUMNS = ["text", "text_pair", "sentence", "label", "predicted", "confidence", "split", "row"]

HOW = (
    "Draw around points in either projection, with the lasso or the box: the same {noun}s are ringed in the "
    "other one, and listed here. Double-click to clear the selection."
)
CHOOSE = "Tick a row to see its nearest neighbours before and after training."


def picked(run: Run[ExperimentConfig]) -> str:
    """Return the session key of the selection in a run's texts."""
    return f"picked-{run.job.id}"


def filters(run: Run[ExperimentConfig]) -> str:
    """Return the widget key of the text search of a run."""
    return f"wanted-{run.job.id}"


def panel(run: Run[ExperimentConfig], projection: Projection, selection: PointSelection) -> None:
    """List the selected texts, and show the neighbours of the ticked one."""
    noun = run.job.config.data.row_noun
    st.subheader(f"Selected {noun}s", anchor=False)
    evaluation = run_picker.evaluation(run)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            f"Find {noun}s",
            key=filters(run),
            on_change=partial(_search, run, projection),
            placeholder="or search for words",
            icon=":material/search:",
            persist_state="session",
            width=360,
        )
        if len(selection.lines):
            st.button("Clear", key="let_go", icon=":material/close:", on_click=_clear, args=(run,))
    sought = state.get_value(filters(run), "").strip()
    if not len(selection.lines):
        st.caption(f"No {noun} holds “{plain(short(sought))}”." if sought else HOW.format(noun=noun))
        return
    line = _table(run, evaluation, projection, selection)
    if line is not None:
        nearest_neighbours.panel(run, evaluation, int(projection.settings["layer"]), line)


def _table(
    run: Run[ExperimentConfig], evaluation: Evaluation, projection: Projection, selection: PointSelection
) -> int | None:
    """List texts, and return the row of the ticked one."""
    rows = evaluation.predictions.iloc[selection.lines]
    hidden = len(rows) - int(np.isin(selection.lines, projection.index[projection.shown]).sum())
    ticked = listing(run, rows, "circled", turn=selection.turn, hidden=hidden, note=CHOOSE)
    return None if ticked is None else int(selection.lines[ticked])


def listing(
    run: Run[ExperimentConfig],
    rows: pd.DataFrame,
    key: str,
    *,
    turn: Hashable = 0,
    hidden: int = 0,
    note: str = "",
) -> int | None:
    """List rows of a run's predictions with their CSV and a button that opens them in the label editor.

    Parameters
    ----------
    turn : hashable
        Differs between selections, so that a tick does not outlive its rows.
    hidden : int
        Number of rows that their figure does not draw.
    note : str
        Sentence on ticking a row; without one, rows cannot be ticked.

    Returns
    -------
    int or None
        Position of the ticked row.
    """
    rows = rows[[column for column in COLUMNS if column in rows]]
    st.markdown(caption(rows, hidden))
    shown, cut = rows.head(MOST), partial(short, limit=nearest_neighbours.LONGEST)
    texts = [name for name in (TEXT, TEXT_PAIR, SENTENCE) if name in shown]
    event: Any = st.dataframe(
        shown.assign(**{name: shown[name].map(cut) for name in texts}),
        hide_index=True,
        key=f"{key}_table-{turn}",
        column_config={**tables.wide_texts(texts), **tables.fractions("confidence")},
        selection_mode="single-row",
        on_select="rerun" if note else "ignore",
        placeholder="–",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(note if len(shown) == len(rows) else f"These are the first {MOST:,}. {note}")
        tables.download(rows, key, key=key, label="All as CSV")
        label_editor.edit_button(run, rows, f"edit_{key}")
    ticked = event["selection"]["rows"] if note else []
    return ticked[0] if ticked else None


def caption(rows: pd.DataFrame, hidden: int) -> str:
    """Return a sentence with the number of texts, their most frequent label and errors, or means."""
    unseen = f", {hidden:,} of them not drawn" if hidden else ""
    known = rows["predicted"].notna()
    if missing := int((~known).sum()):
        unseen += f", {missing:,} of them not predicted"
    if pd.api.types.is_float_dtype(rows["label"]):
        label, predicted = (rows[name].mean() for name in ("label", "predicted"))
        error = (rows["label"] - rows["predicted"]).abs().mean()
        texts = "text" if len(rows) == 1 else "texts"
        errors = f", predicted {predicted:.4g}, mean absolute error {error:.4g}" if known.any() else ""
        return f"**{len(rows):,} {texts}**{unseen}: mean number **{label:.4g}**{errors}."
    commonest = rows["label"].value_counts()
    share = percent(commonest.iloc[0] / len(rows))
    wrong = int((rows["label"] != rows["predicted"])[known].sum())
    texts = count_noun(len(rows), "word" if SENTENCE in rows else "text")
    return (
        f"**{texts}**{unseen}: {share} labelled **{plain(commonest.index[0]) or NO_LABEL}**, "
        f"{wrong:,} predicted otherwise."
    )


def _search(run: Run[ExperimentConfig], projection: Projection) -> None:
    """Select the texts of the projection that contain the words, ignoring case; none for an empty search."""
    words, selection = state.get_value(filters(run)).strip(), state.get_value(picked(run))
    lines = NONE
    if words:
        rows = run_picker.evaluation(run).predictions.iloc[projection.index]
        texts = pd.Series([joined(cell) for cell in text_cells(rows)], dtype=object)
        lines = projection.index[texts.str.contains(words, case=False, regex=False).to_numpy(bool)]
    state.set_value(picked(run), selection.find(lines))


def _clear(run: Run[ExperimentConfig]) -> None:
    state.set_value(picked(run), state.get_value(picked(run)).find(NONE))
    state.set_value(filters(run), "")
