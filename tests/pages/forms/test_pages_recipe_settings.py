"""A chosen recipe fills in all settings, augmentation too."""

import pytest
from filled import Filled
from streamlit.testing.v1 import AppTest
from visits import Open, page_text, script

from translearn_core.config import (
    AugmentConfig,
    ContrastiveConfig,
    FreezePlan,
    HeadKind,
    Optimizer,
    PairLoss,
    RecipeName,
    Tuning,
)


def goes_to(at: AppTest, page: str) -> AppTest:
    at.switch_page(script(page))
    at.run()
    assert not at.exception, at.exception
    return at


@pytest.fixture
def altered(filled: Filled) -> Filled:
    """Alice's newest run was trained with data augmentation."""
    config = filled.run.job.config.model_copy(update={"augment": AugmentConfig(copies=1)})
    filled.store.submit(filled.owner, config, "with copies")
    return filled


def test_a_recipe_takes_altered_copies_away_and_the_form_says_so(visit: Open, altered: Filled) -> None:
    at = visit("recipe")
    assert at.session_state["draft"].augment.copies == 1
    assert at.number_input(key="augment.copies").value == 1
    at.button(key="use-linear").click().run()
    assert at.session_state["draft"].augment == AugmentConfig()
    assert at.number_input(key="augment.copies").value == 0
    assert "Your recipe: Feature extraction, linear" in page_text(at)
    at.number_input(key="augment.copies").set_value(2).run()
    assert at.session_state["draft"].augment.copies == 2, "it can be changed after that"
    assert "Your recipe: your own" in page_text(at)


def test_altered_copies_are_counted_where_a_run_is_started(visit: Open, altered: Filled) -> None:
    rows = int(altered.diagnosis.counts["train"].sum())
    at = visit("train")
    assert f"{rows} training rows and {rows} altered copies" in page_text(at)
    goes_to(at, "recipe").button(key="use-linear").click().run()
    goes_to(at, "train")
    assert f"{rows} training rows," in page_text(at)
    assert "altered" not in page_text(at)


def test_a_run_is_proposed_to_be_called_by_its_recipe(visit: Open, filled: Filled) -> None:
    at = visit("recipe")
    at.segmented_control(key="family").set_value("Step by step").run()
    at.button(key=f"use-{RecipeName.GRADUAL}").click().run()
    at.button(key="to_train").click().run()
    assert at.text_input(key="run_name").placeholder == "films.csv, gradual, seed 0"


def test_a_run_of_a_plain_plan_is_proposed_to_be_called_by_its_blocks(visit: Open, filled: Filled) -> None:
    at = visit("train")
    assert at.text_input(key="run_name").placeholder == "films.csv, blocks 4, 5, seed 0"


def test_runs_with_long_names_that_begin_alike_can_be_told_apart(visit: Open, filled: Filled) -> None:
    begin = "How deep? films.csv, blocks 4, 5, seed 0"
    filled.train(f"{begin}: blocks 0–5, seed 1", FreezePlan.last_n(6, 6), seed=1)
    filled.train(f"{begin}: head only, seed 1", FreezePlan(), seed=1)
    at = visit("compare")
    drawn = "".join(str(chart.proto.spec) for chart in at.get("plotly_chart"))
    assert "How deep" not in drawn
    for name in ("…head only, seed 1", "…blocks 0–5, seed 1"):
        assert name in drawn or name.encode("ascii", "backslashreplace").decode() in drawn
    assert len(at.get("plotly_chart")) == 3


def test_another_optimizer_brings_its_rates_and_a_recipe_keeps_it(visit: Open, filled: Filled) -> None:
    at = visit("train")
    before = at.session_state["draft"].training
    assert "training.momentum" not in {widget.key for widget in at.number_input}
    at.selectbox(key="training.optimizer").set_value(Optimizer.SGD).run()
    training = at.session_state["draft"].training
    assert training == before.with_optimizer(Optimizer.SGD)
    shown = [at.number_input(key=f"training.{name}").value for name in ("lr", "head_lr", "momentum")]
    assert shown == [training.lr, training.head_lr, training.momentum]
    at.number_input(key="training.momentum").set_value(0.8).run()
    at.number_input(key="training.lr").set_value(0.02).run()
    assert (at.session_state["draft"].training.momentum, at.session_state["draft"].training.lr) == (0.8, 0.02)
    goes_to(at, "recipe").segmented_control(key="family").set_value("A part changes").run()
    at.button(key=f"use-{RecipeName.ADAPTERS}").click().run()
    draft = at.session_state["draft"]
    assert (draft.training.optimizer, draft.training.momentum) == (Optimizer.SGD, 0.8)
    assert "Your recipe: Bottleneck adapters" in page_text(at)


def test_adapters_have_a_width_and_no_mixout(visit: Open, filled: Filled) -> None:
    at = visit("recipe")
    at.number_input(key="training.mixout").set_value(0.7).run()
    assert at.session_state["draft"].training.mixout == 0.7
    at.selectbox(key="tuning.kind").set_value(Tuning.ADAPTERS).run()
    draft = at.session_state["draft"]
    assert (draft.tuning.kind, draft.training.mixout) == (Tuning.ADAPTERS, 0.0)
    assert draft.experiment is not None
    at.number_input(key="tuning.bottleneck").set_value(16).run()
    assert at.session_state["draft"].tuning.bottleneck == 16
    widgets = {widget.key for widget in at.number_input}
    assert not {"training.mixout", "tuning.rank"} & widgets
    at.selectbox(key="tuning.kind").set_value(Tuning.ALL).run()
    assert at.number_input(key="training.mixout").value == 0.0


def test_pairs_of_texts_have_settings_and_can_be_left_out(visit: Open, filled: Filled) -> None:
    at = visit("recipe")
    at.segmented_control(key="family").set_value("Step by step").run()
    at.button(key=f"use-{RecipeName.CONTRASTIVE}").click().run()
    draft = at.session_state["draft"]
    assert draft.contrastive == ContrastiveConfig()
    assert draft.head.kind is HeadKind.PROBE
    assert draft.experiment is not None
    at.number_input(key="contrastive.draws").set_value(5).run()
    at.selectbox(key="contrastive.loss").set_value(PairLoss.SUPERVISED).run()
    at.number_input(key="contrastive.temperature").set_value(0.2).run()
    expected = ContrastiveConfig(draws=5, loss=PairLoss.SUPERVISED, temperature=0.2)
    assert at.session_state["draft"].contrastive == expected
    goes_to(at, "train")
    assert "each text drawn 5 times an epoch" in page_text(at)
    widgets = {widget.key for widget in at.number_input}
    assert "training.epochs" in widgets
    assert "training.patience" not in widgets
    goes_to(at, "recipe").button(key="no_contrastive").click().run()
    draft = at.session_state["draft"]
    assert (draft.contrastive, draft.head.kind) == (None, HeadKind.LINEAR)
