"""Data page on ambiguous and unreadable files."""

import threading

import pytest
from filled import Filled
from streamlit.testing.v1 import AppTest
from visits import Open

from translearn_core.jobs import Slot
from translearn_core.runs import RunStore
from translearn_core.worker import runtime

SENTENCES = "\n".join(f"the film of the evening number {i} was rather long and slow" for i in range(40))
TABLE = "text;label\n" + "\n".join(
    f"the film of the evening {i};{'good' if i % 2 else 'bad'}" for i in range(40)
)


def work(store: RunStore) -> None:
    """Run the waiting read and diagnose jobs as a worker in a thread."""

    def all_of_it() -> None:
        while waiting := store.waiting(Slot.READING):
            assert store.begin(waiting[0], "READ-0")
            runtime.run(waiting[0], str(store.workspace.root), None, "READ-0")

    thread = threading.Thread(target=all_of_it)
    thread.start()
    thread.join(60)


def bring(at: AppTest, store: RunStore, content: bytes) -> AppTest:
    at.file_uploader(key="upload_train-0").upload("file.csv", content).run()
    for _ in range(2):
        work(store)
        at.run()
    assert not at.exception
    return at


@pytest.fixture
def data(visit: Open, filled: Filled) -> AppTest:
    return visit("data")


def dataset_of(at: AppTest) -> str:
    digest: str = at.session_state["draft"].dataset
    return digest


def test_a_doubtful_header_is_offered_both_ways_and_the_choice_stays(data: AppTest, filled: Filled) -> None:
    at = bring(data, filled.store, SENTENCES.encode())
    assert "40 rows, 1 column" in at.subheader[0].value
    first = dataset_of(at)
    at.button(key="read_so-1").click().run()
    work(filled.store)
    at.run()
    assert "39 rows, 1 column" in at.subheader[0].value
    assert dataset_of(at) != first
    assert filled.store.workspace.read_options(dataset_of(at)).header is True
    assert first not in [d.digest for d in filled.store.datasets(filled.owner)]


def test_encoding_and_delimiter_can_be_chosen_by_hand(data: AppTest, filled: Filled) -> None:
    at = bring(data, filled.store, TABLE.replace("film", "große Film").encode("cp1252"))
    at.selectbox(key=f"read_encoding-{dataset_of(at)}").set_value("cp1250")
    at.selectbox(key=f"read_delimiter-{dataset_of(at)}").set_value(";")
    at.button(key="read_again").click().run()
    work(filled.store)
    at.run()
    options = filled.store.workspace.read_options(dataset_of(at))
    assert (options.encoding, options.delimiter) == ("cp1250", ";")
    assert "40 rows, 2 columns" in at.subheader[0].value


def test_a_choice_for_one_file_is_not_taken_to_the_next(data: AppTest, filled: Filled) -> None:
    at = bring(data, filled.store, TABLE.encode())
    at.selectbox(key=f"read_header-{dataset_of(at)}").set_value(False).run()
    at.file_uploader(key="upload_train-1").upload("other.csv", (TABLE + "\nx;good\n").encode()).run()
    for _ in range(2):
        work(filled.store)
        at.run()
    assert at.selectbox(key=f"read_header-{dataset_of(at)}").value is None


def test_a_file_that_cannot_be_read_can_be_read_otherwise(data: AppTest, filled: Filled) -> None:
    at = bring(data, filled.store, (TABLE + "\none;two;three\n").encode())
    assert "3 fields in line 42" in at.error[0].value
    at.selectbox(key=f"read_delimiter-{dataset_of(at)}").set_value("")
    at.button(key="read_again").click().run()
    work(filled.store)
    at.run()
    assert "41 rows, 1 column" in at.subheader[0].value


def test_rows_of_one_author_are_kept_together_at_a_click(data: AppTest, filled: Filled) -> None:
    rows = "".join(
        f"author{i // 4},what author{i // 4} wrote in the {i}th letter,{i % 8 // 4}\n" for i in range(80)
    )
    at = bring(data, filled.store, ("author,text,label\n" + rows).encode())
    (button,) = [b for b in at.button if b.label.startswith("Keep rows of one author")]
    button.click().run()
    assert at.session_state["draft"].split.group == "author"
    work(filled.store)
    at.run()
    assert not [b for b in at.button if b.label.startswith("Keep rows of one author")]
