"""Files of texts for continued pretraining: upload, use, reopening, deletion."""

import threading

import pytest
from filled import Filled
from streamlit.testing.v1 import AppTest
from visits import ALICE, BOB, Open, page_text, script

from pages._ui.datasets import text_source
from pages._ui.server.owner import owner_of
from translearn_core.config.settings import settings
from translearn_core.data import read_table
from translearn_core.jobs import PRETRAIN, PretrainConfig, ReadConfig, Slot
from translearn_core.runs import RunStore, State
from translearn_core.worker import runtime

ALONE = "note\n" + "\n".join(f"a note that was number {i} of many" for i in range(150))
TWO = "id,note\n" + "\n".join(f"{i},a note that was number {i} of many" for i in range(150))


def work(store: RunStore) -> None:
    """Run the waiting interactive jobs as a worker in a thread."""

    def all_of_it() -> None:
        while waiting := [*store.waiting(Slot.READING), *store.waiting(Slot.INTERACTIVE)]:
            assert store.begin(waiting[0], "ASK-0")
            runtime.run(waiting[0], str(store.workspace.root), None, "ASK-0")

    thread = threading.Thread(target=all_of_it)
    thread.start()
    thread.join(60)


def bring(at: AppTest, store: RunStore, name: str = "notes.csv", content: str = ALONE) -> None:
    at.file_uploader(key="upload_texts-0").upload(name, content.encode()).run()
    work(store)
    at.run()
    assert not at.exception


def store_dataset(filled: Filled, content: str = ALONE, name: str = "notes.csv") -> str:
    """Store a file of texts as uploaded on an earlier visit; return its digest."""
    file = filled.store.add_dataset(filled.owner, name, {"train": content.encode()})
    _, reading = read_table(filled.store.workspace.sources(file.digest), settings())
    filled.answer(ReadConfig(dataset=file.digest, texts_only=True), reading)
    return file.digest


def pretrainings(filled: Filled) -> list[PretrainConfig]:
    return [run.job.config for run in filled.store.runs(filled.owner, PRETRAIN)]


def test_a_file_of_one_column_is_brought_and_read_on(visit: Open, filled: Filled) -> None:
    at = visit("backbone")
    bring(at, filled.store)
    assert "150 different texts** are in the column note of notes.csv" in page_text(at)
    at.button(key="pretrain").click().run()
    (submitted,) = pretrainings(filled)
    assert (submitted.dataset, submitted.text) == (at.selectbox(key=text_source.FILE).value, "note")
    (run,) = filled.store.runs(filled.owner, PRETRAIN)
    assert "pretrained on: notes.csv" in run.name


def test_it_needs_no_table_at_all(visit: Open, filled: Filled) -> None:
    filled.store.delete_dataset(filled.owner, filled.dataset.id)
    at = visit("backbone")
    assert "or upload a file" in page_text(at)
    bring(at, filled.store)
    assert "150 different texts" in page_text(at)
    assert at.session_state["draft"].dataset is None


def test_of_several_columns_one_is_chosen(visit: Open, filled: Filled) -> None:
    at = visit("backbone")
    bring(at, filled.store, content=TWO)
    assert at.selectbox(key=text_source.COLUMN).value == "note"
    at.selectbox(key=text_source.COLUMN).set_value("id").run()
    at.button(key="pretrain").click().run()
    assert [config.text for config in pretrainings(filled)] == ["id"]


def test_one_file_after_the_other(visit: Open, filled: Filled) -> None:
    first = store_dataset(filled)
    at = visit("backbone")
    assert at.selectbox(key=text_source.FILE).value == text_source.TABLE
    bring(at, filled.store, "second.csv", ALONE.replace("note", "word"))
    assert "in the column word of second.csv" in page_text(at)
    assert len(at.selectbox(key=text_source.FILE).options) == 3
    at.selectbox(key=text_source.FILE).set_value(first).run()
    assert "in the column note of notes.csv" in page_text(at)
    assert not at.error


def test_it_is_found_again_and_the_table_is_still_offered(visit: Open, filled: Filled) -> None:
    digest = store_dataset(filled)
    at = visit("backbone")
    box = at.selectbox(key=text_source.FILE)
    assert box.value == text_source.TABLE
    assert any("notes.csv" in option for option in box.options)
    assert "There are 90 different texts in text" in page_text(at)
    box.set_value(digest).run()
    assert "150 different texts** are in the column note of notes.csv" in page_text(at)
    at.switch_page(script("train")).run()
    at.switch_page(script("backbone")).run()
    assert at.selectbox(key=text_source.FILE).value == digest
    at.selectbox(key=text_source.FILE).set_value(text_source.TABLE).run()
    assert "There are 90 different texts in text" in page_text(at)


def test_the_runs_page_opens_it_where_it_is_read(visit: Open, filled: Filled) -> None:
    digest = store_dataset(filled)
    (file,) = [d for d in filled.store.datasets(filled.owner) if d.digest == digest]
    at = visit("runs")
    at.button(key=f"open-{file.id}").click().run()
    assert at.title[0].value == "Backbone"
    assert "150 different texts** are in the column note of notes.csv" in page_text(at)
    assert at.session_state["draft"].dataset == filled.dataset.digest, "it is nobody's next experiment"
    filled.store.delete_dataset(filled.owner, file.id)
    at.switch_page(script("backbone")).run()
    assert not [box for box in at.selectbox if box.key == text_source.FILE]
    assert "There are 90 different texts in text" in page_text(at)


def test_a_table_that_is_learned_from_too_opens_as_a_table(visit: Open, filled: Filled) -> None:
    _, reading = read_table(filled.store.workspace.sources(filled.dataset.digest), settings())
    filled.answer(ReadConfig(dataset=filled.dataset.digest, texts_only=True), reading)
    at = visit("runs")
    at.button(key=f"open-{filled.dataset.id}").click().run()
    assert at.title[0].value == "Data"


def test_a_file_that_cannot_be_read_is_a_sentence(visit: Open, filled: Filled) -> None:
    at = visit("backbone")
    bring(at, filled.store, "empty.csv", "")
    assert at.error
    assert "pretrain" not in {button.key for button in at.button}
    at.selectbox(key=text_source.FILE).set_value(text_source.TABLE).run()
    assert not at.error


def test_a_file_that_is_over_the_quota_says_so_and_leaves_nothing(
    visit: Open, filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRANSLEARN_MAX_OWNER_MB", "10")
    settings.cache_clear()
    at = visit("backbone")
    at.file_uploader(key="upload_texts-0").upload(
        "large.csv", b"note\n" + b"words and more\n" * 800_000
    ).run()
    assert "Your data sets and runs fill" in page_text(at)
    assert len(filled.store.datasets(filled.owner)) == 1
    at.run()  # it stays in its place, and so does the reason
    assert "Your data sets and runs fill" in page_text(at)
    assert len(filled.store.datasets(filled.owner)) == 1


def test_too_few_texts_are_said_with_the_column(visit: Open, filled: Filled) -> None:
    at = visit("backbone")
    bring(at, filled.store, content="note\nonly one\nand another\n")
    assert "There are 2 different texts in note; it takes 100" in page_text(at)


def test_nobody_else_finds_it(visit: Open, filled: Filled) -> None:
    store_dataset(filled)
    Filled(filled.store, owner_of(BOB), rows=60)
    at = visit("backbone", BOB)
    assert not [box for box in at.selectbox if box.key == text_source.FILE]
    assert [box for box in visit("backbone", ALICE).selectbox if box.key == text_source.FILE]


def test_a_worker_reads_it_on(visit: Open, filled: Filled) -> None:
    from tests.architectures import tiny_folder
    from translearn_core.config import BackboneConfig

    digest = store_dataset(filled)
    source = BackboneConfig(id=str(tiny_folder("bert", filled.store.workspace.root / "tiny")))
    config = PretrainConfig(dataset=digest, text="note", backbone=source, epochs=1, token_limit=16)
    run = filled.store.submit(filled.owner, config, "notes read")
    assert filled.store.begin(run.job.id, "TRAIN-0")
    thread = threading.Thread(
        target=runtime.run, args=(run.job.id, str(filled.store.workspace.root), None, "TRAIN-0")
    )
    thread.start()
    thread.join(120)
    assert filled.store.run(filled.owner, run.id).state is State.DONE
    assert f"from {source.id}" in page_text(visit("backbone"))
