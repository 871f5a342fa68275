"""Where data comes from: a file, a sample, or an earlier data set of one's own."""

from typing import Any

import streamlit as st

from pages._ui.runs import dependents
from pages._ui.shell import errors, navigation, state
from pages._ui.shell.formatting import short, size
from translearn_core.data import SAMPLES, SampleDataset, sample_bytes
from translearn_core.errors import TranslearnError
from translearn_core.settings import settings

KINDS = [
    "csv", "tsv", "txt", "tab", "dat", "data", "psv", "xlsx", "xlsm", "xlsb", "xls", "ods", "parquet", "json",
    "jsonl", "ndjson", "gz", "zip",
]  # fmt: skip
FIRST = "tickets"
"""The sample shown first, the most rewarding try: a frozen backbone already tells most of its ten classes."""

PARTS = {"train": "Table to learn from", "validation": "Validation table", "test": "Test table"}


def upload() -> None:
    """Take a table, or three; as soon as they are there they go to disk and out of memory."""
    apart = st.toggle("I have separate validation and test files", key="three_files")
    files = {part: _file(part, label) for part, label in PARTS.items() if apart or part == "train"}
    ready = files["train"] is not None
    if apart:
        ready = st.button("Read these files", key="read_files", type="primary", disabled=not ready)
    if ready:
        with errors.show_errors():
            _keep(files)


def sample_cards() -> None:
    """Offer the samples, one click each."""
    with st.grid(3, min_column_width=240):
        for sample in sorted(SAMPLES, key=lambda sample: sample.key != FIRST):
            with st.container(border=True, height="stretch"):
                st.markdown(f"**{sample.title}**")
                st.markdown(sample.sentence)
                st.space("stretch")
                if st.button(
                    "Try it", key=f"sample-{sample.key}", icon=":material/play_arrow:", width="stretch"
                ):
                    take(sample)


def take(sample: SampleDataset) -> None:
    """Make a sample the draft's data set, its columns chosen, and go to it."""
    kept = state.store().add_dataset(state.owner(), sample.file, {"train": sample_bytes(sample.key)})
    state.open_dataset(kept.digest)
    state.change(text=sample.text, label=sample.label)
    navigation.switch_to("data")


def earlier() -> None:
    """Choose among the owner's data sets."""
    mine = {d.digest: f"{short(d.name, 60)}  ·  {size(d.bytes)}" for d in state.datasets()}
    if not mine:
        return
    current = state.draft().dataset
    state.set_value("dataset", current if current in mine else None)
    st.selectbox(
        "One of yours",
        list(mine),
        index=None,
        format_func=mine.__getitem__,
        key="dataset",
        on_change=_turn_to,
        placeholder="Choose",
    )


@st.dialog("Delete this data set?", icon=":material/delete:")
def confirm_delete(digest: str, name: str) -> None:
    """Ask before a data set goes, with all that was computed from it."""
    st.text(short(name, 60))
    st.markdown("Its runs and their results go with it. This cannot be undone.")
    for sentence in dependents.dataset_dependents_note(digest):
        st.markdown(sentence)
    if st.button("Delete", key="delete_dataset_yes", type="primary", icon=":material/delete:"):
        try:
            state.store().delete_dataset(state.owner(), digest)
        except TranslearnError as problem:
            errors.show_error(problem)
            return
        if state.draft().dataset == digest:
            state.change(dataset=None, text=None, label=None)
        state.reset_backbone()
        st.rerun()


def of_texts(label: str, key: str) -> str | None:
    """Take a file for its texts alone; returns its digest once, as soon as it is there and out of memory."""
    given: Any = st.file_uploader(
        label,
        KINDS,
        key=state.uploader_key(key),
        max_upload_size=settings().max_upload_mb,
        help=f"up to {settings().max_upload_mb} MB; one column is enough, and no header is needed",
    )
    if given is None:
        return None
    with errors.show_errors():
        kept = state.store().add_dataset(state.owner(), _name(given), {"train": given.getvalue()})
        state.reset_uploader(key)
        return kept.digest
    return None


def _file(part: str, label: str) -> Any:
    return st.file_uploader(
        label,
        KINDS,
        key=state.uploader_key(f"upload_{part}"),
        max_upload_size=settings().max_upload_mb,
        help="CSV, TSV, Excel, OpenDocument, Parquet or JSON Lines, also in .gz or .zip, up to "
        f"{settings().max_upload_mb} MB and {settings().max_rows:,} rows",
    )


def _keep(files: dict[str, Any]) -> None:
    given = {part: file for part, file in files.items() if file is not None}
    name = _name(given["train"])
    kept = state.store().add_dataset(state.owner(), name, {p: f.getvalue() for p, f in given.items()})
    for part in PARTS:  # what could not be kept stays with its error, and is tried again
        state.reset_uploader(f"upload_{part}")
    state.open_dataset(kept.digest)
    navigation.switch_to("data")


def _name(given: Any) -> str:
    return short(str(given.name).replace("\\", "/").rsplit("/", 1)[-1], 120)


def _turn_to() -> None:
    if chosen := state.get_value("dataset"):
        state.open_dataset(chosen)
