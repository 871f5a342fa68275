"""Which row next: the texts whose label would help most, labelled in a table or in a CSV."""

from collections.abc import Sequence

import pandas as pd

from pages._ui.diagnostics import panel as diagnostic
from pages._ui.forms import require_task
from pages._ui.shell import errors, jobs, st, state, tables
from pages._ui.shell.formatting import plain
from translearn_core.config import FeatureConfig, ProblemType
from translearn_core.config.table_edits import UNLABELLED
from translearn_core.config.text_cells import TEXT, TEXT_PAIR
from translearn_core.data.label_file import FILE_PARTS, RowLabel, label_edits, read_label_file
from translearn_core.jobs import ReadConfig
from translearn_core.jobs.diagnostics.unlabelled_texts import NEXT_ROWS, Choice, NextRowsConfig
from translearn_core.results.diagnostics.few_labels.next_rows import NextRows
from translearn_core.results.format import count_noun, quote_list
from translearn_core.runs import Dataset

COLUMN = "label"
"""Proposed name of the label column where there is none."""
UPLOADER = "labelled_rows"
MEANINGS = {
    Choice.BOTH: "texts that would change the model most, each in another way (BADGE)",
    Choice.UNCERTAINTY: "texts whose class the model is least sure of",
    Choice.DIVERSITY: "texts spread over all, away from the labelled ones",
}


def panel(dataset: Dataset, draft: state.Draft) -> None:
    """Choose unlabelled rows and take their labels, if the table has any rows without a label."""
    profile = jobs.submit_and_watch(ReadConfig(dataset=dataset.digest))  # a new version was not read yet
    if profile is None or draft.text is None or not _single_label(draft):
        return
    labelled = 0 if draft.label is None else profile.column(draft.label).filled
    if UNLABELLED not in profile.parts and labelled >= profile.rows:
        return
    diagnostic.heading(NEXT_ROWS)
    require_task.require_backbone()
    config = _choose(dataset, draft)
    result = diagnostic.result(NEXT_ROWS, config)
    if result is None:
        return
    for sentence in result.sentences:
        st.markdown(plain(sentence))
    column = draft.label
    if column is None:
        name = st.text_input(
            "Name of the label column", COLUMN, max_chars=100, key="new_label_column", width=260
        )
        column = name.strip() or COLUMN
    elif result.classes:
        st.caption(plain(f"Classes so far: {quote_list(result.classes, 20)}."))
    _table(dataset, result, column, draft.text)
    _file(dataset, result, column, draft.text)


def _single_label(draft: state.Draft) -> bool:
    """Whether its labels are or may be one class per text."""
    if draft.sentence is not None:
        return False
    return draft.label is None or draft.problem in (None, ProblemType.SINGLE_LABEL)


def _choose(dataset: Dataset, draft: state.Draft) -> NextRowsConfig:
    """Draw the settings and return the job."""
    method = Choice.DIVERSITY
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rows = st.number_input("Rows", 1, 1_000, 20, key="next_rows", width=140)
        if draft.label is not None:
            method = st.segmented_control(
                "Choose by",
                list(Choice),
                default=Choice.BOTH,
                required=True,
                key="next_rows_method",
                help="; ".join(f"{choice}: {text}" for choice, text in MEANINGS.items()),
            )
    return NextRowsConfig(
        dataset=dataset.digest,
        text=draft.text or "",
        text_pair=draft.text_pair,
        label=draft.label,
        backbone=draft.backbone,
        features=FeatureConfig(pooling=draft.features.pooling, token_limit=draft.features.token_limit),
        method=method,
        rows=int(rows),
        precision=draft.training.precision,
        device=draft.training.device,
        seed=draft.training.seed,
        task=None if draft.data is None or len(draft.data.prepared_targets) > 1 else draft.data,
    )


def _table(dataset: Dataset, result: NextRows, column: str, text: str) -> None:
    """Draw the rows with a cell for each label, and take those that are filled in."""
    frame = result.frame().assign(uncertainty=result.rows["uncertainty"])
    texts = [name for name in (TEXT, TEXT_PAIR) if name in frame]
    measured = ["uncertainty"] * bool(frame["uncertainty"].notna().any())
    edited: pd.DataFrame = st.data_editor(
        frame[["label", *texts, *measured, "part", "row"]],
        key=f"label_next-{dataset.digest}-{result.method}-{len(frame)}",
        hide_index=True,
        num_rows="fixed",
        disabled=[*texts, "uncertainty", "part", "row"],
        column_config={
            "label": st.column_config.TextColumn("label", width="medium", max_chars=200),
            "uncertainty": st.column_config.NumberColumn(
                "uncertainty",
                format="%.2f",
                help="Entropy of the probe's probabilities, from 0 (certain) to 1 (all classes alike). Its "
                "guess is left out: it would lead the hand that labels.",
            ),
            **tables.wide_texts(texts),
        },
    )
    labels = [
        RowLabel(FILE_PARTS[row["part"]], int(row["row"]), str(row["label"]).strip())
        for row in edited.to_dict("records")
        if isinstance(row["label"], str) and row["label"].strip()
    ]
    if st.button(
        f"Take {count_noun(len(labels), 'label')}" if labels else "Take the labels",
        key="take_labels",
        type="primary",
        icon=":material/label:",
        disabled=not labels,
        help="saves a new version of the data set",
    ):
        _take(dataset, labels, column, text)


def _file(dataset: Dataset, result: NextRows, column: str, text: str) -> None:
    """Offer the rows as a CSV with an empty column, and take it back."""
    key = state.uploader_key(UPLOADER)
    brought = state.get_value(key) is not None  # it would close over the button that takes the labels
    with st.expander("Label them elsewhere, in a CSV", icon=":material/upload_file:", expanded=brought):
        tables.download(result.frame(), "rows to label", key="next_rows_file", label="Rows to label as CSV")
        file = st.file_uploader("The CSV with its column label filled in", ["csv", "tsv", "txt"], key=key)
        if file is not None and st.button("Take these labels", key="take_file", icon=":material/label:"):
            with errors.show_errors():
                labels = read_label_file(file.getvalue(), file.name)
                state.reset_uploader(UPLOADER)
                _take(dataset, labels, column, text)


def _take(dataset: Dataset, labels: Sequence[RowLabel], column: str, text: str) -> None:
    """Save a version of the data set with the labels, and open it; unsaved edits are saved with it."""
    with errors.show_errors():
        store, owner = state.store(), state.owner()
        edits = label_edits(store.workspace.edited_table(dataset.digest), labels, column, text)
        earlier = store.draft_edits(owner, dataset.digest)
        version = store.add_version(owner, dataset.digest, (*earlier, *edits))
        store.save_draft_edits(owner, dataset.digest, ())
        state.open_version(version.digest)
        if state.draft().label is None:
            state.change(label=column, problem=ProblemType.SINGLE_LABEL)
            state.reset("label_column", "problem_type")
        st.rerun()
