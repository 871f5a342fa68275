"""Widgets of a page that ended early keep their values when drawn again."""

from typing import Any

import pytest
from filled import MINILM, Filled
from streamlit.testing.v1 import AppTest
from visits import Open, script

from translearn_core.config import BackboneConfig, RecipeName
from translearn_core.jobs import BackboneInfoConfig, DiagnoseConfig

PRETRAINING = {"epochs": 3, "lr": 5e-5, "batch_size": 32, "mlm_probability": 0.15}


def in_browser(widget: Any) -> Any:
    """Return the value a browser shows for a widget it has dropped: its default unless set."""
    return widget.proto.value if widget.proto.set_value else widget.proto.default


def in_bar(at: AppTest, key: str) -> list[str]:
    proto = at.get_by_key(key).proto
    return list(proto.raw_values) if proto.set_value else [proto.options[i].content for i in proto.default]


@pytest.mark.parametrize("page", ["data", "train", "recipe", "embeddings", "study", "run"])
def test_the_default_of_a_widget_is_its_value(visit: Open, filled: Filled, page: str) -> None:
    at = visit(page, run=filled.run.id) if page in ("embeddings", "run") else visit(page)
    at.run()
    numbers = {box.key: (box.proto.default if box.value is not None else None) for box in at.number_input}
    assert numbers == {box.key: box.value for box in at.number_input}
    sliders = {slider.key: slider.proto.default[0] for slider in at.slider}
    assert sliders == {slider.key: slider.value for slider in at.slider}
    toggles = {toggle.key: toggle.proto.default for toggle in at.toggle}
    assert toggles == {toggle.key: toggle.value for toggle in at.toggle}
    assert numbers or sliders


def test_a_form_comes_back_with_its_values(visit: Open, filled: Filled) -> None:
    lines = [f'"a film that was number {i} of many",{"good" if i % 2 else "bad"}' for i in range(160)]
    filled.table("more.csv", ("text,label\n" + "\n".join(lines)).encode())
    at = visit("data")
    at.switch_page(script("backbone")).run()
    at.toggle(key="twin").set_value(True).run()
    assert [box.key for box in at.number_input] == ["init_seed"], "the page ended early"
    filled.answer(BackboneInfoConfig(backbone=BackboneConfig(random_init=True)), MINILM)
    at.run()
    shown = {name: in_browser(at.number_input(key=f"pretrain.{name}")) for name in PRETRAINING}
    assert shown == PRETRAINING


def test_the_bar_of_recipes_comes_back_with_the_one_taken(visit: Open, filled: Filled) -> None:
    at = visit("recipe")
    at.get_by_key("family").set_value("Everything changes").run()
    at.button(key=f"use-{RecipeName.DISTIL}").click().run()
    draft = at.session_state["draft"]
    assert draft.distil is not None
    assert not [button for button in at.button if str(button.key).startswith("use-")], "the page ended early"
    filled.answer(BackboneInfoConfig(backbone=draft.backbone), MINILM)
    assert isinstance(draft.diagnose, DiagnoseConfig)
    filled.answer(draft.diagnose, filled.diagnosis)
    at.run()
    assert in_bar(at, "family") == ["Everything changes"]
    assert at.button(key=f"use-{RecipeName.DISTIL}").label == "Chosen"
    assert at.selectbox(key="teacher").value == filled.run.job.id


def test_what_was_typed_and_no_draft_holds_comes_back(visit: Open, filled: Filled) -> None:
    at = visit("train")
    at.text_input(key="run_name").set_value("a name").run()
    at.number_input(key="features.token_limit").set_value(64).run()
    assert not at.text_input, "the page ended early"
    filled.answer(at.session_state["draft"].diagnose, filled.diagnosis)
    at.run()
    assert in_browser(at.text_input(key="run_name")) == "a name"
    assert in_browser(at.number_input(key="features.token_limit")) == 64
