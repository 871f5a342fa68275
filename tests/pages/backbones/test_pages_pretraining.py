"""Continued pretraining on the Backbone page: start, progress, stop, result, choice."""

import threading
from pathlib import Path

import pytest
from filled import HOSTILE, MINILM, Filled
from streamlit.testing.v1 import AppTest
from visits import BOB, Open, page_text, progress, script

from pages._ui.server.owner import owner_of
from tests.architectures import tiny_folder
from translearn_core.config import ADAPTED, BUNDLED, BackboneConfig
from translearn_core.jobs import PRETRAIN, BackboneInfoConfig, PretrainConfig, Slot
from translearn_core.results import Pretraining
from translearn_core.runs import Run, State
from translearn_core.worker import runtime


def made_of(config: PretrainConfig) -> Pretraining:
    return Pretraining(
        parent=config.backbone.label,
        texts=140,
        held_out=20,
        tokens=2_345,
        loss_before=4.5,
        loss_after=3.25,
        losses=(6.0, 4.0, 3.5, 3.0),
        head_epochs=1,
        fresh_head=True,
        seconds=61.0,
        device="CPU, 2 threads",
        precision="bf16",
    )


def more_films(filled: Filled) -> None:
    lines = [f'"a film that was number {i} of many",{"good" if i % 2 else "bad"}' for i in range(160)]
    filled.table("more.csv", ("text,label\n" + "\n".join(lines)).encode())


def on_films(visit: Open, filled: Filled) -> AppTest:
    """The Backbone page after a table with enough texts was chosen on the Data page."""
    more_films(filled)
    at = visit("data")
    at.switch_page(script("backbone")).run()
    assert not at.exception
    return at


def pretrain_config(filled: Filled, **settings: object) -> PretrainConfig:
    return PretrainConfig(dataset=filled.dataset.digest, text="text", **settings)


def finish(filled: Filled, name: str, **settings: object) -> Run:
    config = pretrain_config(filled, **settings)
    return filled.answer(config, made_of(config), name=name)


def pretrainings(filled: Filled) -> list[Run]:
    return filled.store.runs(filled.owner, PRETRAIN)


def work(filled: Filled, slot: Slot) -> threading.Thread:
    def all_of_it() -> None:
        while waiting := filled.store.waiting(slot):
            assert filled.store.begin(waiting[0], f"{slot}-0")
            runtime.run(waiting[0], str(filled.store.workspace.root), None, f"{slot}-0")

    thread = threading.Thread(target=all_of_it)
    thread.start()
    return thread


def test_it_says_how_many_texts_there_are_and_starts(visit: Open, filled: Filled) -> None:
    at = on_films(visit, filled)
    assert "160 different texts" in page_text(at)
    at.number_input(key="pretrain.epochs").set_value(2).run()
    at.button(key="pretrain").click().run()
    (run,) = pretrainings(filled)
    assert run.job.config == pretrain_config(filled, epochs=2)
    assert run.name == f"{BUNDLED} pretrained on: more.csv, 2 epochs"
    assert "queue" in progress(at)
    at.button(key=f"stop_pretraining-{run.id}").click().run()
    assert filled.store.run(filled.owner, run.id).state is State.STOPPED
    at.run()
    at.button(key=f"go_on-{run.id}").click().run()
    assert filled.store.run(filled.owner, run.id).state is State.QUEUED
    assert not at.exception


def test_too_few_texts_or_none_are_said(visit: Open, filled: Filled) -> None:
    at = visit("data")
    at.switch_page(script("backbone")).run()
    assert "90 different texts in text; it takes 100" in page_text(at)
    with pytest.raises(KeyError):
        at.button(key="pretrain")
    filled.store.delete_dataset(filled.owner, filled.dataset.id)
    at = visit("backbone")
    assert "Choose a table" in page_text(at)


def test_a_result_is_shown_and_its_backbone_can_be_used(visit: Open, filled: Filled) -> None:
    more_films(filled)
    run = finish(filled, f"films {HOSTILE}")
    at = visit("data")
    at.switch_page(script("backbone")).run()
    words = page_text(at)
    assert "Loss on 20 texts held out: **4.500 → 3.250**" in words
    assert "90 before, 26 now" in words
    assert "alone for 1 epoch" in words
    assert f"from {BUNDLED}" in words
    assert at.button(key="pretrain").disabled
    place = at.get_by_key("backbone_place")
    assert "Trained here" in place.options
    at.button(key=f"use-{run.id}").click().run()
    assert at.get_by_key("backbone_place").value == "Trained here"
    box = at.selectbox(key="backbone_mine")
    assert box.value == f"{ADAPTED}{run.job.id}"
    assert f"(from {BUNDLED})" in box.options[0]
    assert not at.exception


def test_what_is_made_of_another_names_its_parent(visit: Open, filled: Filled) -> None:
    more_films(filled)
    first = finish(filled, "first")
    second = finish(filled, "second", backbone=BackboneConfig(id=f"{ADAPTED}{first.job.id}"))
    at = visit("backbone")
    assert "from first" in page_text(at)
    at.button(key=f"use-{second.id}").click().run()
    assert at.selectbox(key="backbone_mine").options == ["second (from first)", f"first (from {BUNDLED})"]
    at.selectbox(key="backbone_mine").select(f"{ADAPTED}{first.job.id}").run()
    assert at.selectbox(key="backbone_mine").value == f"{ADAPTED}{first.job.id}"


def test_renamed_and_deleted_here(visit: Open, filled: Filled) -> None:
    more_films(filled)
    run = finish(filled, "first")
    filled.answer(BackboneInfoConfig(backbone=BackboneConfig(id=f"{ADAPTED}{run.job.id}")), MINILM)
    at = visit("backbone")
    at.text_input(key=f"name-{run.id}").set_value("my films").run()
    assert pretrainings(filled)[0].name == "my films"
    at.button(key=f"use-{run.id}").click().run()
    assert at.session_state["draft"].backbone.id == f"{ADAPTED}{run.job.id}"
    assert at.button(key=f"delete-{run.id}").disabled
    at.checkbox(key=f"sure-{run.id}").check().run()
    at.button(key=f"delete-{run.id}").click().run()
    assert pretrainings(filled) == []
    assert at.get_by_key("backbone_place").value == "Bundled"
    assert not at.exception


def test_nobody_else_sees_it(visit: Open, filled: Filled) -> None:
    more_films(filled)
    finish(filled, "the first")
    Filled(filled.store, owner_of(BOB), rows=60)
    at = visit("backbone", BOB)
    assert "60 different texts" in page_text(at)
    assert "the first" not in page_text(at)
    assert "Trained here" not in at.get_by_key("backbone_place").options


def test_a_failure_is_a_sentence_and_can_be_tried_again(visit: Open, filled: Filled) -> None:
    more_films(filled)
    run = filled.answer(pretrain_config(filled), name="first", state=State.FAILED)
    at = visit("backbone")
    assert "The loss became nan" in page_text(at)
    at.button(key=f"go_on-{run.id}").click().run()
    assert filled.store.run(filled.owner, run.id).state is State.QUEUED


def test_a_real_worker_makes_one_and_it_becomes_the_draft(visit: Open, filled: Filled, models: Path) -> None:
    at = on_films(visit, filled)
    at.get_by_key("backbone_place").set_value("Folder on the server").run()
    folder = str(tiny_folder("bert", models / "tiny"))
    at.text_input(key="id_Folder on the server").set_value(folder).run()
    for _ in range(3):
        work(filled, Slot.INTERACTIVE).join(60)
        at.run()
    assert "BertModel: " in page_text(at)
    at.number_input(key="pretrain.epochs").set_value(1).run()
    at.button(key="pretrain").click().run()
    work(filled, Slot.TRAINING).join(120)
    at.run()
    (run,) = pretrainings(filled)
    assert run.state is State.DONE, run.job.reason
    assert "Loss on 20 texts held out" in page_text(at)
    at.button(key=f"use-{run.id}").click().run()
    for _ in range(3):
        work(filled, Slot.INTERACTIVE).join(60)
        at.run()
    assert at.session_state["draft"].backbone.id == f"{ADAPTED}{run.job.id}"
    assert "BertModel: " in page_text(at)


def test_a_model_that_reads_one_way_is_not_offered(visit: Open, filled: Filled, models: Path) -> None:
    more_films(filled)
    at = visit("backbone")
    at.get_by_key("backbone_place").set_value("Folder on the server").run()
    folder = str(tiny_folder("gpt2", models / "tiny"))
    at.text_input(key="id_Folder on the server").set_value(folder).run()
    for _ in range(3):
        work(filled, Slot.INTERACTIVE).join(60)
        at.run()
    assert "causal" in page_text(at)
