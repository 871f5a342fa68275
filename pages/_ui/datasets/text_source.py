"""Text source of continued pretraining: the experiment's table, or a file of texts without labels."""

from dataclasses import dataclass

from pages._ui.datasets import data_sources, read_options
from pages._ui.forms import config_fields
from pages._ui.shell import jobs, navigation, st, state
from pages._ui.shell.formatting import short, size
from translearn_core.jobs import ReadConfig
from translearn_core.results import TableProfile
from translearn_core.runs import Dataset

FILE = "pretrain_texts"
"""Widget key of the chosen file; its value `TABLE` means the experiment's table."""
NEXT = "pretrain_texts_next"
"""Key of the file to select at the next run of the page."""
TABLE = "table"
COLUMN = "pretrain_column"
OPEN = "pretraining_open"
"""Key: whether the pretraining panel is open."""

LACKING = (
    "Choose a table and its text column on the Data page first, or upload a file of texts: "
    "labels are not needed."
)


@dataclass(frozen=True)
class Texts:
    """Text columns of a data set, two for pairs, with the number of distinct texts of each.

    With a column `sentence` the rows are words and the texts their sentences.
    """

    dataset: Dataset
    columns: tuple[str, ...]
    different: tuple[int, ...]
    sentence: str | None = None


def choose() -> Texts | None:
    """Choose the texts; None, with the next step on screen, while there are none."""
    table, column = state.dataset(), state.draft().text
    columns = tuple(name for name in (column, state.draft().text_pair) if name is not None)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        box = st.container()
        _upload()  # before the box is drawn, which shows the uploaded file
    files = {file.digest: file for file in state.text_files()}
    has_table = table is not None and column is not None
    with box:
        chosen = _choose_file(files, has_table) if files else TABLE if has_table else None
    if chosen is None:
        st.caption(LACKING)
        return None
    if chosen != TABLE:
        return _texts_of(files[chosen])
    reading = jobs.known(ReadConfig(dataset=table.digest))
    return _texts(table, columns, reading, state.draft().sentence)


def open_pretraining(digest: str) -> None:
    """Open the pretraining panel with a file."""
    state.set_value(FILE, digest)
    state.set_value(OPEN, True)
    navigation.switch_to("backbone")


def _choose_file(files: dict[str, Dataset], has_table: bool) -> str:
    offered = [TABLE] * has_table + list(files)
    if (chosen := state.get_value(NEXT)) in offered:
        state.set_value(FILE, chosen)
        state.set_value(NEXT, None)
    if state.get_value(FILE) not in offered:
        state.set_value(FILE, offered[0])
    names = {digest: f"{short(file.name, 60)}  ·  {size(file.bytes)}" for digest, file in files.items()}
    names[TABLE] = "The table of the experiment"
    picked: str = st.selectbox(
        "Texts to train on", offered, format_func=names.__getitem__, key=FILE, persist_state="session"
    )
    return picked


def _upload() -> None:
    with st.popover("Upload a file of texts", icon=":material/upload_file:", width="content"):
        digest = data_sources.upload_texts("A file with a column of texts", "upload_texts")
    if digest is not None:
        state.set_value(FILE, digest)
        state.set_value(OPEN, True)
        jobs.submit(ReadConfig(dataset=digest, texts_only=True))  # marks it as a file of texts
        st.rerun()


def _texts_of(file: Dataset) -> Texts | None:
    read_config = ReadConfig(dataset=file.digest, texts_only=True)
    reading = jobs.submit_and_watch(read_config)
    if reading is not None or jobs.failed(read_config):
        read_options.panel(file, reading, _switch_file)
    if reading is None:
        return None
    names = [column.name for column in reading.columns]
    column = names[0] if len(names) == 1 else reading.suggestion.text
    if len(names) > 1:
        column = config_fields.column("Text", names, column, COLUMN, "the model reads this column")
    return None if column is None else _texts(file, (column,), reading)


def _switch_file(digest: str) -> None:
    """Switch to a file that is read anew; the box is already drawn and follows in the next run."""
    jobs.submit(ReadConfig(dataset=digest, texts_only=True))
    state.set_value(NEXT, digest)


def _texts(
    dataset: Dataset, columns: tuple[str, ...], reading: TableProfile | None, sentence: str | None = None
) -> Texts:
    distinct = {} if reading is None else {column.name: column.distinct for column in reading.columns}
    counted = columns if sentence is None else (sentence,)
    return Texts(dataset, columns, tuple(distinct.get(name, 0) for name in counted), sentence)
