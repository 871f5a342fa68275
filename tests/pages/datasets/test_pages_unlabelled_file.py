"""A file of texts without labels beside a table: brought, read, counted, and left out again."""

from dataclasses import replace

import pandas as pd
import pytest
from filled import Filled
from streamlit.testing.v1 import AppTest
from visits import Open, keys, page_text

from translearn_core.config import DataConfig, DomainConfig, job_id
from translearn_core.config.settings import settings
from translearn_core.config.table_edits import CellEdit, RowDrop
from translearn_core.data import read_table
from translearn_core.data.table_edits import new_column
from translearn_core.errors import DataError
from translearn_core.jobs import ReadConfig
from translearn_core.runs import State
from translearn_core.worker import data_loading

TABLE = "text,label\n" + "\n".join(f"labelled text {i},{'yes' if i % 2 else 'no'}" for i in range(60))
TEXTS = b"text\nfirst\nsecond\nthird\n"


@pytest.fixture
def table(filled: Filled) -> Filled:
    filled.table("notes.csv", TABLE.encode())
    return filled


def read(filled: Filled, digest: str) -> None:
    """Read a data set as a worker does."""
    _, reading = read_table(filled.store.workspace.sources(digest), settings())
    filled.answer(ReadConfig(dataset=digest), reading)


def brought(filled: Filled, visit: Open, content: bytes = TEXTS) -> AppTest:
    """Bring a file of texts on the page of the table."""
    at = visit("data")
    at.file_uploader(key="add_unlabelled-0").upload("more.csv", content).run()
    assert not at.exception
    assert not at.error
    return at


def test_texts_without_labels_come_beside_the_table(table: Filled, visit: Open):
    at = brought(table, visit)
    digest = at.session_state["draft"].dataset
    assert digest != table.dataset.digest
    assert at.session_state["draft"].label == "label", "columns stay"
    assert set(table.store.workspace.source_paths(digest)) == {"train", "unlabelled"}
    read(table, digest)
    table.look(DataConfig(dataset=digest, text="text", label="label"))
    at.run()
    assert not at.error
    assert any("3 rows in the file of texts without labels" in one.label for one in at.expander)
    prepared = data_loading.load_prepared(table.store.workspace, table.data)
    assert prepared.unlabelled == ("first", "second", "third")
    assert len(prepared.texts) == 60
    assert "leave_out_unlabelled" in keys(at)
    at.button(key="leave_out_unlabelled").click().run()
    assert at.session_state["draft"].dataset == table.dataset.digest


def test_corrections_of_the_table_come_with_it(table: Filled, visit: Open):
    version = table.store.add_version(table.owner, table.dataset.digest, [RowDrop(row=1)])
    read(table, version.digest)
    table.store.save_draft_edits(table.owner, version.digest, [RowDrop(row=2)])
    at = brought(table, visit)
    digest = at.session_state["draft"].dataset
    edits = table.store.workspace.edits(digest)
    assert edits is not None
    assert edits.edits == (RowDrop(row=1),)
    assert set(table.store.workspace.source_paths(edits.original)) == {"train", "unlabelled"}
    assert table.store.draft_edits(table.owner, digest) == (RowDrop(row=2),)


def test_a_column_of_both_files_stays_when_the_texts_are_left_out(table: Filled, visit: Open):
    digest = brought(table, visit).session_state["draft"].dataset
    rows = pd.DataFrame({"part": ["train", "unlabelled"], "row": [1, 1]})
    column = new_column("language", rows, ["en", "zh"], labels=False)
    version = table.store.add_version(table.owner, digest, [column])
    read(table, version.digest)
    at = visit("data")
    at.button(key="leave_out_unlabelled").click().run()
    left = data_loading.load_table(table.store.workspace, at.session_state["draft"].dataset)
    assert left["language"].dropna().tolist() == ["en"]
    assert len(left) == 60
    label = CellEdit(part="unlabelled", row=2, column="label", value="yes")
    labelled = table.store.add_version(table.owner, digest, [label])
    read(table, labelled.digest)
    at = visit("data")
    assert "Some of them have a label in this version" in page_text(at)
    assert "leave_out_unlabelled" not in keys(at)


def test_an_added_column_of_languages_is_left_out_when_texts_without_one_come(table: Filled, visit: Open):
    rows = pd.DataFrame({"part": ["train", "train"], "row": [1, 2]})
    column = new_column("language", rows, ["en", "zh"], labels=False)
    version = table.store.add_version(table.owner, table.dataset.digest, [RowDrop(row=3), column])
    read(table, version.digest)
    at = visit("data")
    at.session_state["draft"] = replace(
        at.session_state["draft"], dataset=version.digest, domains=DomainConfig(column="language")
    )
    at.run()
    at.file_uploader(key="add_unlabelled-0").upload("more.csv", TEXTS).run()
    assert not at.exception
    assert not at.error
    draft = at.session_state["draft"]
    edits = table.store.workspace.edits(draft.dataset)
    assert edits is not None
    assert (edits.edits, draft.domains) == ((RowDrop(row=3),), None)
    read(table, draft.dataset)
    at.run()
    assert "Column 'language', which you had added, has no value for these texts" in page_text(at)


def test_a_file_with_other_columns_gets_a_sentence_and_can_be_left_out(table: Filled, visit: Open):
    at = brought(table, visit, b"body\nfirst\n")
    digest = at.session_state["draft"].dataset
    with pytest.raises(DataError, match="The unlabelled file has no column of the training file") as problem:
        read(table, digest)
    job = job_id(ReadConfig(dataset=digest))
    table.store.begin(job, "READ-0")
    table.store.finish(job, State.FAILED, str(problem.value))
    at.run()
    assert "give the columns the same names" in page_text(at)
    at.button(key="leave_out_unlabelled").click().run()
    assert at.session_state["draft"].dataset == table.dataset.digest


def test_it_can_come_with_the_table(filled: Filled, visit: Open):
    at = visit("data")
    at.toggle(key="three_files").set_value(True).run()
    at.file_uploader(key="upload_train-0").upload("notes.csv", TABLE.encode())
    at.file_uploader(key="upload_unlabelled-0").upload("more.csv", TEXTS).run()
    at.button(key="read_files").click().run()
    digest = at.session_state["draft"].dataset
    assert set(filled.store.workspace.source_paths(digest)) == {"train", "unlabelled"}
