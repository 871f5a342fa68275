"""Texts for a backbone to read: those of the table at hand, or of a file that holds texts alone.

Such a file is brought here, needs no label column, and is found again on the next visit.
"""

from dataclasses import dataclass

import streamlit as st

from pages._ui.datasets import data_sources, read_options
from pages._ui.forms import config_fields
from pages._ui.shell import jobs, navigation, result_cache, state
from pages._ui.shell.formatting import short, size
from translearn_core.config import ReadConfig
from translearn_core.results import TableProfile
from translearn_core.runs import Dataset

FILE = "pretrain_texts"
"""Which file's texts are read; `TABLE` stands for the table at hand."""
NEXT = "pretrain_texts_next"
"""Which file the box turns to when it is drawn next."""
TABLE = "table"
COLUMN = "pretrain_column"
OPEN = "pretraining_open"
"""Whether the part of the page that lets a backbone read on is open."""

LACKING = (
    "Choose a table and its text column on the Data page first, or bring a file that holds texts alone: "
    "labels are not needed."
)


@dataclass(frozen=True)
class Texts:
    """A column of a data set, and how many different texts are in it."""

    dataset: Dataset
    column: str
    different: int


def choose() -> Texts | None:
    """Choose what is read; None, and the next step on screen, while there is nothing."""
    table, column = state.dataset(), state.draft().text
    with st.container(horizontal=True, vertical_alignment="bottom"):
        box = st.container()
        _bring()  # before the box is drawn, which is to show what comes
    files = {file.digest: file for file in state.text_files()}
    at_hand = table is not None and column is not None
    with box:
        chosen = _which(files, at_hand) if files else TABLE if at_hand else None
    if chosen is None:
        st.caption(LACKING)
        return None
    if chosen != TABLE:
        return _of_file(files[chosen])
    run = jobs.found(ReadConfig(dataset=table.digest))
    reading = result_cache.cached_result(run, TableProfile) if run else None
    return Texts(table, column, _different(reading, column) if reading else 0)


def turn_to(digest: str) -> None:
    """Go to where a file's texts can be read on."""
    state.set_value(FILE, digest)
    state.set_value(OPEN, True)
    navigation.switch_to("backbone")


def _which(files: dict[str, Dataset], at_hand: bool) -> str:
    offered = [TABLE] * at_hand + list(files)
    if (chosen := state.get_value(NEXT)) in offered:
        state.set_value(FILE, chosen)
        state.set_value(NEXT, None)
    if state.get_value(FILE) not in offered:
        state.set_value(FILE, offered[0])
    names = {digest: f"{short(file.name, 60)}  ·  {size(file.bytes)}" for digest, file in files.items()}
    names[TABLE] = "The table of the experiment"
    found: str = st.selectbox(
        "Texts to read", offered, format_func=names.__getitem__, key=FILE, persist_state="session"
    )
    return found


def _bring() -> None:
    with st.popover("Bring a file of texts", icon=":material/upload_file:", width="content"):
        brought = data_sources.of_texts("A file with a column of texts", "upload_texts")
    if brought is not None:
        state.set_value(FILE, brought)
        state.set_value(OPEN, True)
        jobs.submit(ReadConfig(dataset=brought, texts_only=True))  # by this it is known as a file of texts
        st.rerun()


def _of_file(file: Dataset) -> Texts | None:
    asked = ReadConfig(dataset=file.digest, texts_only=True)
    reading = jobs.submit_and_watch(asked, TableProfile, "Reading the file")
    if reading is not None or jobs.failed(asked):
        read_options.panel(file, reading, _turn_to)
    if reading is None:
        return None
    names = [column.name for column in reading.columns]
    column = names[0] if len(names) == 1 else reading.suggestion.text
    if len(names) > 1:
        column = config_fields.column("Text", names, column, COLUMN, "the model reads this column")
    return None if column is None else Texts(file, column, _different(reading, column))


def _turn_to(digest: str) -> None:
    """Go on with a file as it is read anew; the box above is drawn already and follows in the next run."""
    jobs.submit(ReadConfig(dataset=digest, texts_only=True))
    state.set_value(NEXT, digest)


def _different(reading: TableProfile, name: str) -> int:
    return next((column.distinct for column in reading.columns if column.name == name), 0)
