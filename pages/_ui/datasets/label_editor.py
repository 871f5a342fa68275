"""Label editor: classes to merge, rows to correct, and the changes that are not saved yet."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from pages._ui.shell import errors, language, navigation, st, state, tables
from pages._ui.shell.formatting import plain, short
from translearn_core.config import DataConfig, ExperimentConfig, Split
from translearn_core.config.table_edits import CellEdit, Edit, RowDrop, TableEdits, ValueRename
from translearn_core.config.text_cells import TEXT, TEXT_PAIR, joined, text_cells
from translearn_core.data import PART, ROW
from translearn_core.data.table_edits import apply_edits, describe_edit
from translearn_core.jobs import LABEL_REVIEW
from translearn_core.results import LabelReview
from translearn_core.results.format import count_noun
from translearn_core.runs import Dataset, Run

PAGE = 50
"""Rows shown at once."""

SELECTED, FILTER = "label_rows", "label_filter"
STARTS = "label_edit_starts"
# session keys: rows chosen on another page, as pairs of row number and text; the rows to show; the numbers of
# edits before each action

FILTERS: dict[str, tuple[str, str]] = {
    "suspicious": (
        "Suspicious",
        "A linear probe on the pretrained backbone, which did not see the row, confidently predicts another "
        "label (confident learning, arXiv:1911.00068).",
    ),
    "wrong": (
        "Predicted otherwise",
        "Held-out rows that the newest run on this data predicts otherwise, the most confident first.",
    ),
    "conflict": ("Conflicting duplicates", "Equal texts with different labels."),
    "rare": ("Rare classes", "Rows of classes with too few rows to learn and to test."),
    "similar name": ("Similar names", "Rows of a class whose name is nearly that of a larger one."),
    "unlabelled": ("Without a label", "Rows that have a text and no label."),
}
"""Name and meaning of each reason to look at a row."""


def edit_button(run: Run[ExperimentConfig], rows: pd.DataFrame, key: str) -> None:
    """Draw a button that opens the editor with these rows of a run's predictions, if labels are classes."""
    if LABEL_REVIEW.unsupported(run.job.config):
        return
    if st.button(
        "Correct labels", key=key, icon=":material/label:", help="opens these rows in the label editor"
    ):
        _edit_rows(run, rows)


def _edit_rows(run: Run[ExperimentConfig], rows: pd.DataFrame) -> None:
    """Open the editor on the data of a run with these rows, which have a row number and a text."""
    state.open_settings(run.job.config)
    state.set_value(SELECTED, list(zip(rows["row"].tolist(), rows["text"].tolist(), strict=True)))
    state.set_value(FILTER, "selected")
    navigation.switch_to("labels")


def panel(dataset: Dataset, data: DataConfig, review: LabelReview) -> None:
    """Show the editor; every change is stored at once as an edit that is not saved as a version yet."""
    edits = state.store().draft_edits(state.owner(), dataset.digest)
    rows = _edited(review.rows, data, edits)
    _classes(dataset, data, review, rows)
    _rows(dataset, data, review, rows, len(edits))
    _changes(dataset, edits)


def _edited(rows: pd.DataFrame, data: DataConfig, edits: Sequence[Edit]) -> pd.DataFrame:
    """Return the rows of a review with the labels that the edits give them."""
    if not edits:
        return rows
    names = {"part": PART, "row": ROW, "label": data.label}
    table = rows.rename(columns=names)
    edited = apply_edits(table, TableEdits(original="", number=2, edits=tuple(edits)))
    edited = edited.rename(columns={name: column for column, name in names.items()})
    for edit in edits:
        if isinstance(edit, ValueRename):
            edited["suggested"] = edited["suggested"].replace(edit.value, edit.replacement)
    return _open_rows(edited, data)


def _open_rows(rows: pd.DataFrame, data: DataConfig) -> pd.DataFrame:
    """Return the rows with the reasons that the edits left."""
    counts = rows["label"][rows["label"] != ""].value_counts()
    done = (rows["suggested"] == rows["label"]) & (rows["label"] != "")
    reasons = {reason: rows[reason] & ~done for reason in ("suspicious", "wrong", "similar name")}
    rare = rows["label"].map(counts).lt(data.rare_class_below) & (rows["label"] != "")
    return rows.assign(**reasons, rare=rare, unlabelled=rows["label"] == "")


def _add(dataset: Dataset, *edits: Edit) -> None:
    """Add the edits of one action, which `_undo` takes back together."""
    store, owner = state.store(), state.owner()
    before = store.draft_edits(owner, dataset.digest)
    starts = [start for start in state.get_value(STARTS, []) if start < len(before)]
    state.set_value(STARTS, [*starts, len(before)])
    store.save_draft_edits(owner, dataset.digest, (*before, *edits))


def _undo(dataset: Dataset, edits: Sequence[Edit]) -> None:
    """Take back the last action; the last edit if the session does not know where that began."""
    starts = [start for start in state.get_value(STARTS, []) if start < len(edits)]
    start = starts.pop() if starts else len(edits) - 1
    state.set_value(STARTS, starts)
    state.store().save_draft_edits(state.owner(), dataset.digest, tuple(edits[:start]))


def _classes(dataset: Dataset, data: DataConfig, review: LabelReview, rows: pd.DataFrame) -> None:
    st.subheader("Classes", anchor=False)
    counts = rows["label"][rows["label"] != ""].value_counts()
    open_merges = review.merges[
        review.merges["value"].isin(counts.index) & review.merges["replacement"].isin(counts.index)
    ]
    for number, merge in enumerate(open_merges.to_dict("records")):
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"merge-{number}"):
            st.markdown(
                f"**{plain(merge['value'])}** ({count_noun(merge['rows'], 'row')}) may be "
                f"**{plain(merge['replacement'])}** ({count_noun(merge['rows of replacement'], 'row')}): "
                f"their names differ by {merge['reason']}."
            )
            edit = ValueRename(column=data.label, value=merge["value"], replacement=merge["replacement"])
            st.button(
                "Merge",
                key=f"merge_class-{number}",
                icon=":material/merge:",
                on_click=_add,
                args=(dataset, edit),
            )
    if open_merges.empty:
        st.caption("No two class names look like spellings of one.")
    with st.expander(f"All {count_noun(len(counts), 'label')} in the table", icon=":material/category:"):
        tables.table(counts.rename_axis("label").reset_index(name="rows"), "classes", key="classes")
        with (
            st.form("rename_class", border=False),
            st.container(horizontal=True, vertical_alignment="bottom"),
        ):
            value = st.selectbox(
                "Class", list(counts.index), format_func=language.AsWritten, key="renamed_class"
            )
            replacement = st.text_input(
                "New name, or another class to merge it into", key="class_name", max_chars=200
            )
            pressed = st.form_submit_button("Rename", icon=":material/edit:")
        if pressed and replacement.strip() and replacement.strip() != value:
            _add(dataset, ValueRename(column=data.label, value=value, replacement=replacement.strip()))
            st.rerun()


def _rows(dataset: Dataset, data: DataConfig, review: LabelReview, rows: pd.DataFrame, turn: int) -> None:
    st.subheader("Rows", anchor=False)
    counts = {reason: int(rows[reason].sum()) for reason in FILTERS}
    selected = state.get_value(SELECTED)
    choices = [reason for reason in FILTERS if counts[reason]] + ["selected"] * bool(selected) + ["all"]
    names = {reason: f"{title} {counts[reason]:,}" for reason, (title, _) in FILTERS.items()}
    names |= {"selected": f"Selected {len(selected or ()):,}", "all": f"All {len(rows):,}"}
    if state.get_value(FILTER) not in (None, *choices):
        state.set_value(FILTER, choices[0])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        reason = st.segmented_control(
            "Show", choices, default=choices[0], format_func=names.__getitem__, key=FILTER, required=True
        )
        words = st.text_input("Find texts", key="label_search", icon=":material/search:", width=260).strip()
    if reason in FILTERS:
        st.caption(FILTERS[reason][1])
    if not counts["suspicious"]:
        st.caption(
            "No suspicious label is left." if review.counts()["suspicious"] else "No label is suspicious."
        )
    listed = _filtered(rows, reason, words, selected)
    if listed.empty:
        st.caption("No row is left here.")
        return
    pages = -(-len(listed) // PAGE)
    page = 1
    if pages > 1:
        page = st.number_input(f"Page (of {pages:,})", 1, pages, 1, key=f"label_page-{reason}", width=160)
    shown = listed.iloc[(page - 1) * PAGE : page * PAGE]
    key = f"label_rows-{reason}-{page}-{turn}"
    labels = sorted({*rows["label"]} - {""})
    _table(dataset, data, shown, labels, key)
    suggested = shown[(shown["suggested"] != "") & (shown["suggested"] != shown["label"])]
    suggested = suggested[suggested["suggested"].isin(rows["label"])]
    if len(suggested) > 1:
        st.button(
            f"Take all {len(suggested)} suggestions of this list",
            key="take_all",
            icon=":material/done_all:",
            on_click=_add,
            args=(dataset, *(_label(data, row, row["suggested"]) for row in suggested.to_dict("records"))),
            help="Read them first: a suggestion is a doubt, not a proof.",
        )


def _table(dataset: Dataset, data: DataConfig, shown: pd.DataFrame, labels: Sequence[str], key: str) -> None:
    """Draw the table of rows, whose changed cells become edits."""
    texts = [name for name in (TEXT, TEXT_PAIR) if name in shown]
    table = shown.assign(take=False, drop=False)[
        ["label", "suggested", "take", "probability", "drop", *texts, "split", "row"]
    ]
    st.data_editor(
        table,
        key=key,
        hide_index=True,
        num_rows="fixed",
        disabled=[*texts, "suggested", "probability", "split", "row"],
        column_config={
            "take": st.column_config.CheckboxColumn("take", help="Give the row the suggested label."),
            "suggested": st.column_config.TextColumn("suggestion"),
            "probability": st.column_config.NumberColumn(
                "probability", format="percent", help="Probability of the suggested label."
            ),
            "label": st.column_config.SelectboxColumn("label", options=labels, required=True),
            **tables.wide_texts(texts),
            "drop": st.column_config.CheckboxColumn("drop", help="Leave the row out."),
        },
        on_change=partial(_take_changes, dataset, data, shown, key),
    )


def _filtered(
    rows: pd.DataFrame, reason: str, words: str, selected: Sequence[tuple[int, str]] | None
) -> pd.DataFrame:
    if reason == "selected":
        chosen = set(map(tuple, selected or ()))
        rows = rows[[key in chosen for key in zip(rows["row"], rows["text"], strict=True)]]
    elif reason != "all":
        rows = rows[rows[reason]].sort_values("doubt", ascending=False, kind="stable")
    if words:
        texts = pd.Series([joined(cell) for cell in text_cells(rows)], index=rows.index, dtype=object)
        rows = rows[texts.str.contains(words, case=False, regex=False).to_numpy(bool)]
    return rows


def _label(data: DataConfig, row: dict[str, Any], value: str) -> CellEdit:
    return CellEdit(part=Split(row["part"]), row=row["row"], column=data.label, value=value)


def _take_changes(dataset: Dataset, data: DataConfig, shown: pd.DataFrame, key: str) -> None:
    """Store the changed cells of the table as edits."""
    if edits := edits_of(data, shown, state.get_value(key)["edited_rows"]):
        _add(dataset, *edits)


def edits_of(data: DataConfig, shown: pd.DataFrame, changed: Mapping[Any, dict[str, Any]]) -> list[Edit]:
    """Return the edits of the rows `shown`, from the changed cells by position of the row."""
    edits: list[Edit] = []
    for position, changes in changed.items():
        row = shown.iloc[int(position)].to_dict()
        if changes.get("drop"):
            edits.append(RowDrop(part=Split(row["part"]), row=row["row"]))
        elif changes.get("take") and row["suggested"]:
            edits.append(_label(data, row, row["suggested"]))
        elif (label := changes.get("label")) and label != row["label"]:
            edits.append(_label(data, row, label))
    return edits


def _changes(dataset: Dataset, edits: Sequence[Edit]) -> None:
    """Show the edits that are not saved, with undo and save."""
    st.subheader("Changes", anchor=False)
    if not edits:
        st.caption("Nothing is changed yet.")
        return
    store, owner = state.store(), state.owner()
    number = store.version_number(store.versions(owner, dataset.digest)[-1].digest) + 1
    st.markdown(f"**{count_noun(len(edits), 'change')}** not saved as a version yet. The last ones:")
    st.markdown("\n".join(f"- {plain(short(describe_edit(edit), 160))}" for edit in edits[-5:][::-1]))
    with st.container(horizontal=True):
        if st.button(f"Save as version {number}", key="save_version", type="primary", icon=":material/save:"):
            with errors.show_errors():
                version = store.add_version(owner, dataset.digest, edits)
                store.save_draft_edits(owner, dataset.digest, ())
                state.open_version(version.digest)
                st.rerun()
        st.button(
            "Undo the last",
            key="undo_edit",
            icon=":material/undo:",
            on_click=_undo,
            args=(dataset, edits),
        )
        with st.popover("Discard all", icon=":material/delete:", type="tertiary"):
            st.markdown(f"{count_noun(len(edits), 'change')} will be lost, merged classes among them.")
            st.button(
                "Discard",
                key="discard_edits",
                on_click=store.save_draft_edits,
                args=(owner, dataset.digest, ()),
            )
