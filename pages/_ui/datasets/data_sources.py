"""Data sources: upload, samples, earlier data sets."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pages._ui.runs import dependents
from pages._ui.shell import errors, navigation, st, state
from pages._ui.shell.formatting import distinct, plain, short, size
from translearn_core.config import BackboneConfig, FreezePlan
from translearn_core.config.settings import settings
from translearn_core.config.table_edits import UNLABELLED
from translearn_core.data import SAMPLES, SampleDataset, sample_bytes
from translearn_core.errors import TranslearnError

KINDS = [
    "csv", "tsv", "txt", "tab", "dat", "data", "psv", "xlsx", "xlsm", "xlsb", "xls", "ods", "parquet", "json",
    "jsonl", "ndjson", "conll", "conllu", "gz", "zip",
]  # fmt: skip
FIRST = "tickets"
"""The sample shown first: a frozen backbone already separates most of its ten classes."""

BUNDLED_BLOCKS = 6
"""Blocks of the bundled backbone."""

TABLE = "table_shown"
"""Key of the container of all that the Data page shows of a table."""
PARTS = {
    "train": "Table to learn from",
    "validation": "Validation table",
    "test": "Test table",
    UNLABELLED: "Texts without labels",
}


def upload() -> None:
    """Upload one table, or up to four files; they are stored on disk at once."""
    separate = st.toggle(
        "I have separate files for validation, for test, or of texts without labels", key="three_files"
    )
    files = {
        part: file_uploader(part, label, f"upload_{part}")
        for part, label in PARTS.items()
        if separate or part == "train"
    }
    ready = files["train"] is not None
    if separate:
        ready = st.button("Read these files", key="read_files", type="primary", disabled=not ready)
    if ready:
        with errors.show_errors():
            _keep(files)


def sample_cards() -> None:
    """Offer the sample data sets."""
    with st.grid(3, min_column_width=240):
        for sample in sorted(SAMPLES, key=lambda sample: sample.key != FIRST):
            with st.container(border=True, height="stretch"):
                st.markdown(f"**{sample.title}**")
                st.markdown(sample.sentence)
                st.caption(sample.question)
                st.space("stretch")
                if st.button(
                    "Try it", key=f"sample-{sample.key}", icon=":material/play_arrow:", width="stretch"
                ):
                    open_sample(sample)


def open_sample(sample: SampleDataset) -> None:
    """Open a sample with its columns and its plan chosen, and go to the Data page."""
    load_sample(sample)
    navigation.switch_to("data")


def load_sample(sample: SampleDataset) -> None:
    """Open a sample with its columns chosen, and the plan that shows its point if the backbone is bundled."""
    dataset = state.store().add_dataset(state.owner(), sample.file, {"train": sample_bytes(sample.key)})
    state.open_dataset(dataset.digest)
    state.change(text=sample.text, text_pair=sample.text_pair, label=sample.label)
    if state.draft().backbone == BackboneConfig():
        state.change(freeze=FreezePlan.last_n(sample.blocks, BUNDLED_BLOCKS), stages=())


def earlier() -> None:
    """Choose one of the owner's data sets."""
    names = distinct({d.digest: f"{short(d.name, 60)}  ·  {size(d.bytes)}" for d in state.datasets()})
    if not names:
        return
    current = state.draft().dataset
    state.set_value("dataset", current if current in names else None)
    st.selectbox(
        "One of yours",
        list(names),
        index=None,
        format_func=names.__getitem__,
        key="dataset",
        on_change=_turn_to,
        placeholder="Choose",
    )


@st.dialog("Delete this data set?", icon=":material/delete:")
def confirm_delete(digest: str, name: str) -> None:
    """Confirm the deletion of a data set and its runs."""
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


def upload_texts(label: str, key: str) -> str | None:
    """Upload a file of texts; return its digest once, when it is stored."""
    upload_file: Any = st.file_uploader(
        label,
        KINDS,
        key=state.uploader_key(key),
        max_upload_size=settings().max_upload_mb,
        help=f"up to {settings().max_upload_mb} MB; one column is enough, and no header is needed",
    )
    if upload_file is None:
        return None
    with errors.show_errors():
        dataset = state.store().add_dataset(
            state.owner(), _name(upload_file), {"train": upload_file.getvalue()}
        )
        state.reset_uploader(key)
        return dataset.digest
    return None


def file_uploader(part: str, label: str, key: str) -> Any:
    """Draw the uploader of a part of a data set."""
    columns = "; the columns are named as in the table, and the labels may be missing"
    return st.file_uploader(
        label,
        KINDS,
        key=state.uploader_key(key),
        max_upload_size=settings().max_upload_mb,
        help="CSV, TSV, Excel, OpenDocument, Parquet or JSON Lines, also in .gz or .zip, up to "
        f"{settings().max_upload_mb} MB and {settings().max_rows:,} rows"
        + (columns if part == UNLABELLED else ""),
    )


def _keep(files: dict[str, Any]) -> None:
    uploads = {part: file for part, file in files.items() if file is not None}
    name = _name(uploads["train"])
    with _table_hidden(), st.spinner(f"Storing {plain(name)}"):
        owner, contents = state.owner(), {p: f.getvalue() for p, f in uploads.items()}
        dataset = state.store().add_dataset(owner, name, contents)
        state.open_dataset(dataset.digest)  # before anything at which a request for another page ends this
    for part in PARTS:  # a file that could not be stored stays and is tried again
        state.reset_uploader(f"upload_{part}")
    navigation.switch_to("data")


@contextmanager
def _table_hidden() -> Iterator[None]:
    """Hide what the page shows of the earlier table while another is stored; an error shows it again."""
    place = st.empty()
    # with an element beside the style, which alone would go to a container that is not emptied
    place.html(f"<span></span><style>.st-key-{TABLE} {{ display: none; }}</style>")
    try:
        yield
    except Exception:
        place.empty()
        raise


def _name(upload_file: Any) -> str:
    return short(str(upload_file.name).replace("\\", "/").rsplit("/", 1)[-1], 120)


def _turn_to() -> None:
    if chosen := state.get_value("dataset"):
        state.open_dataset(chosen)
