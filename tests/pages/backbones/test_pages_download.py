"""Download of a Hub model: size, button, progress, stop; with a real worker and a local hub."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from filled import Filled
from streamlit.testing.v1 import AppTest
from visits import Open, progress, script

from tests.architectures import tiny_folder
from tests.backbones.local_hub import LocalHub, local_hub, talking_to
from translearn_core.config import BUNDLED, FeatureConfig
from translearn_core.config.settings import settings
from translearn_core.jobs import BACKBONE_INFO, JobSpec, Slot
from translearn_core.runs import RunStore, State
from translearn_core.worker import runtime


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LocalHub]:
    with local_hub() as served, talking_to(served, tmp_path / "cache"):
        served.folders["ann/tiny"] = tiny_folder("bert", tmp_path / "served")
        served.block = 4096
        yield served


def work(store: RunStore) -> threading.Thread:
    """Run the waiting jobs as a worker in a thread."""

    def all_of_it() -> None:
        while waiting := store.waiting(Slot.INTERACTIVE):
            assert store.begin(waiting[0], "ASK-0")
            runtime.run(waiting[0], str(store.workspace.root), None, "ASK-0")

    thread = threading.Thread(target=all_of_it)
    thread.start()
    return thread


def choose(at: AppTest, id: str) -> None:
    at.get_by_key("backbone_place").set_value("Hugging Face Hub").run()
    at.text_input(key="id_Hugging Face Hub").set_value(id).run()


def submitted(filled: Filled, kind: JobSpec[Any, Any]) -> list[State]:
    return [run.state for run in filled.store.runs(filled.owner, kind) if "tiny" in str(run.job.config)]


def words(at: AppTest) -> str:
    shown = [*at.markdown, *at.info, *at.error, *at.caption]
    return " ".join(str(one.value) for one in shown).replace("\\", "")


def test_a_model_is_fetched_when_its_size_was_agreed_to(visit: Open, filled: Filled, hub: LocalHub) -> None:
    at = visit("backbone")
    choose(at, "ann/tiny")
    assert "size of the model" in progress(at)
    work(filled.store).join(60)
    at.run()
    assert "ann/tiny** is " in words(at)
    assert "kB; it is kept" in words(at)
    assert (hub.downloads(), submitted(filled, BACKBONE_INFO)) == ([], [])
    assert at.session_state["draft"].backbone.id == BUNDLED

    hub.seconds = 0.1
    at.button(key="fetch").click().run()
    thread = work(filled.store)
    while " kB of " not in progress(at):
        assert thread.is_alive()
        at.run()
    assert "ann/tiny … fetching the model" in progress(at)
    assert at.session_state["draft"].backbone.id == "ann/tiny"
    at.button(key="stop_fetching").click().run()
    thread.join(10)
    assert submitted(filled, BACKBONE_INFO) == [State.STOPPED]

    at.switch_page(script("train")).run()
    at.switch_page(script("backbone")).run()
    assert "so far is kept" in words(at)
    hub.seconds = 0.0
    next(button for button in at.button if button.label == "Try again").click().run()
    work(filled.store).join(60)
    at.run()
    assert "BertModel: " in words(at)
    assert at.session_state["draft"].backbone.id == "ann/tiny"
    assert hub.ranges, "it goes on where it was stopped, in one file or in two that came side by side"

    at.get_by_key("twin").set_value(True).run()
    work(filled.store).join(60)
    at.run()
    assert progress(at) != ""
    work(filled.store).join(60)
    at.run()
    assert at.session_state["draft"].backbone.random_init


def test_what_hinders_is_said_and_can_be_tried_again(visit: Open, filled: Filled, hub: LocalHub) -> None:
    hub.refuse["ann/tiny"] = (401, "GatedRepo")
    at = visit("backbone")
    choose(at, "ann/tiny")
    work(filled.store).join(60)
    at.run()
    assert "ann/tiny is gated: ask for access" in words(at)
    hub.refuse.clear()
    next(button for button in at.button if button.label == "Try again").click().run()
    work(filled.store).join(60)
    at.run()
    assert "it is kept in" in words(at)


def test_a_folder_is_looked_into_without_a_question(visit: Open, filled: Filled, models: Path) -> None:
    at = visit("backbone")
    at.get_by_key("backbone_place").set_value("Folder on the server").run()
    folder = str(tiny_folder("bert", models / "tiny"))
    at.text_input(key="id_Folder on the server").set_value(folder).run()
    for _ in range(2):
        work(filled.store).join(60)
        at.run()
    assert "BertModel: " in words(at)
    assert at.session_state["draft"].backbone.id == folder


def test_a_model_is_chosen_by_the_address_of_its_page(visit: Open, filled: Filled, hub: LocalHub) -> None:
    at = visit("backbone")
    choose(at, " https://huggingface.co/ann/tiny/tree/main/ ")
    work(filled.store).join(60)
    at.run()
    assert "ann/tiny** is " in words(at)
    hub.requests.clear()
    choose(at, "Sentence-Transformers/all-MiniLM-L6-v2")
    assert "BertModel: " in words(at)
    assert at.session_state["draft"].backbone.id == BUNDLED
    assert hub.requests == []


def test_pooling_and_limit_follow_the_backbone_unless_somebody_changed_them(
    visit: Open, filled: Filled, models: Path
) -> None:
    folder = tiny_folder("bert", models / "tiny")
    kinds = {"": "Transformer", "1_Pooling": "Pooling"}
    modules = [{"path": path, "type": f"sentence_transformers.models.{kind}"} for path, kind in kinds.items()]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 48}')

    def features() -> tuple[str, int]:
        result = at.session_state["draft"].features
        return str(result.pooling), result.token_limit

    def turn_to(place: str, typed: str = "") -> None:
        at.get_by_key("backbone_place").set_value(place).run()
        if typed:
            at.text_input(key=f"id_{place}").set_value(typed).run()
        for _ in range(2):
            work(filled.store).join(60)
            at.run()

    at = visit("backbone")
    draft = at.session_state["draft"]
    at.session_state["draft"] = replace(draft, features=FeatureConfig())
    turn_to("Folder on the server", f"'{folder}/'")
    assert at.session_state["draft"].backbone.id == str(folder)
    assert features() == ("cls", 48)
    turn_to("Bundled")
    assert features() == ("mean", 128)
    at.session_state["draft"] = replace(at.session_state["draft"], features=FeatureConfig(token_limit=32))
    turn_to("Folder on the server", str(folder))
    assert features() == ("cls", 32)


@pytest.mark.parametrize("name", ["/etc", "'/etc'", "./x", "<~>", "“/etc/”"])
def test_no_way_of_writing_it_leads_to_a_folder_where_they_are_not_offered(
    visit: Open, hub: LocalHub, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("TRANSLEARN_FOLDERS", "0")
    settings.cache_clear()
    at = visit("backbone")
    choose(at, name)
    assert "Models from folders are not offered here" in words(at)
    assert at.session_state["draft"].backbone.id == BUNDLED
