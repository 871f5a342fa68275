"""A choice counts from the click: pages left early keep it, and others wait for what is not known yet."""

from dataclasses import replace

import pytest
from filled import MINILM, Filled
from streamlit.runtime.scriptrunner import RerunException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from visits import Open, page_text, progress, script

from pages._ui.datasets import data_sources
from pages._ui.shell.completion import complete
from translearn_core.config import MULTILINGUAL, BackboneConfig, Pooling
from translearn_core.config.settings import settings
from translearn_core.data import read_table
from translearn_core.jobs import BackboneInfoConfig, ReadConfig
from translearn_core.runs import State

ROWS = "\n".join(f"a text with number {i},{'ab'[i % 2]}" for i in range(60))
CSV = f"text,label\n{ROWS}".encode()


def test_a_backbone_is_chosen_before_it_is_known_and_other_pages_wait_for_it(
    visit: Open, filled: Filled
) -> None:
    at = visit("backbone")
    before = at.session_state["draft"].features
    at.get_by_key("bundled").set_value(MULTILINGUAL).run()
    assert "Looking into the model" in progress(at)
    assert at.session_state["draft"].backbone.id == MULTILINGUAL
    at.switch_page(script("train")).run()
    assert "Looking into the model" in progress(at)
    assert at.session_state["draft"].features == before

    multilingual = replace(MINILM, id=MULTILINGUAL, token_limit=64)
    filled.answer(BackboneInfoConfig(backbone=BackboneConfig(id=MULTILINGUAL)), multilingual)
    at.run()
    assert "Looking at the task" in progress(at), "the table is diagnosed for the backbone chosen"
    assert at.session_state["draft"].features == multilingual.features
    at.switch_page(script("backbone")).run()
    assert at.get_by_key("bundled").value == MULTILINGUAL


def test_pooling_changed_by_hand_stays_and_the_rest_follows_the_backbone(visit: Open, filled: Filled) -> None:
    at = visit("backbone")
    draft = at.session_state["draft"]
    other = next(pooling for pooling in Pooling if pooling is not draft.features.pooling)
    at.session_state["draft"] = replace(draft, features=draft.features.model_copy(update={"pooling": other}))
    at.get_by_key("bundled").set_value(MULTILINGUAL).run()
    shorter = replace(MINILM, id=MULTILINGUAL, token_limit=64)
    filled.answer(BackboneInfoConfig(backbone=BackboneConfig(id=MULTILINGUAL)), shorter)
    at.run()
    features = at.session_state["draft"].features
    assert (features.pooling, features.token_limit) == (other, 64)


def test_a_backbone_that_cannot_be_read_leads_to_another(visit: Open, filled: Filled) -> None:
    at = visit("backbone")
    at.get_by_key("bundled").set_value(MULTILINGUAL).run()
    filled.answer(BackboneInfoConfig(backbone=BackboneConfig(id=MULTILINGUAL)), state=State.FAILED)
    at.switch_page(script("train")).run()
    assert [link.proto.label for link in at.get("page_link")][-1:] == ["Choose another backbone"]


def test_a_table_that_is_being_read_is_waited_for(visit: Open, filled: Filled) -> None:
    new = filled.store.add_dataset(filled.owner, "new.csv", {"train": CSV})
    at = visit("domains")
    assert "Reading the table" in progress(at)
    assert "There is no table yet" not in page_text(at)
    _, profile = read_table(filled.store.workspace.sources(new.digest), settings())
    filled.answer(ReadConfig(dataset=new.digest), profile)
    at.run()
    draft = at.session_state["draft"]
    assert (draft.dataset, draft.text, draft.label) == (new.digest, "text", "label")
    assert "Looking at the task" in progress(at)


def test_a_change_that_another_page_interrupts_is_made() -> None:
    made: list[int] = []

    @complete
    def change(value: int) -> None:
        if not made:
            made.append(0)
            raise RerunException(RerunData())
        made.append(value)

    with pytest.raises(RerunException):
        change(5)
    assert made == [0, 5]


def test_an_upload_is_opened_and_its_table_alone_is_shown(visit: Open, filled: Filled) -> None:
    at = visit("data")
    old = at.session_state["draft"].dataset
    at.file_uploader(key="upload_train-0").upload("new.csv", CSV).run()
    assert at.session_state["draft"].dataset not in (None, old)
    assert "new.csv" in page_text(at)
    assert "Reading the table" in progress(at)
    assert not [one for one in at.get("html") if f"st-key-{data_sources.TABLE} " in str(one.proto.body)]
