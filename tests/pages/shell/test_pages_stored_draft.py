"""The draft is kept as it is made: a reload, another tab and any page opened by its address show it."""

from dataclasses import replace

import pytest
from filled import Filled
from visits import ALICE, BOB, Open

from pages._ui.forms.draft import Draft
from pages._ui.server.owner import owner_of
from pages._ui.shell import stored_draft
from translearn_core.config import (
    ContrastiveConfig,
    DomainConfig,
    ExperimentConfig,
    FreezePlan,
    SplitConfig,
    TrainingConfig,
)
from translearn_core.runs import ExperimentDrafts


def restored(filled: Filled) -> Draft:
    return stored_draft.restore(filled.store, filled.owner, filled.store.datasets(filled.owner))


def test_a_reload_before_the_first_run_shows_what_was_chosen(filled: Filled, visit: Open) -> None:
    rows = "\n".join(f"a text with number {i},{'ab'[i % 2]},{'xyz'[i % 3]}" for i in range(60))
    filled.table("new.csv", f"text,label,other\n{rows}".encode())
    at = visit("data")
    at.selectbox(key="label_column").set_value("other").run()
    again = visit("data").session_state["draft"]
    assert (again.label, again.dataset) == ("other", filled.dataset.digest)


def test_a_plan_is_found_on_another_page_in_another_tab(filled: Filled, visit: Open) -> None:
    visit("backbone").number_input(key="last_blocks").set_value(3).run()
    assert visit("train").session_state["draft"].freeze == FreezePlan.last_n(3, 6)
    assert visit("train", token=BOB).session_state["draft"].freeze != FreezePlan.last_n(3, 6)


def test_every_part_comes_back_as_it_was(filled: Filled) -> None:
    before = replace(
        restored(filled),
        split=SplitConfig(group="author", test_groups=("b", "a")),
        domains=DomainConfig(column="where", source=("here",), target=("there",), target_labels=8),
        contrastive=ContrastiveConfig(draws=3),
        training=TrainingConfig(seed=7, lr=0.0123),
    )
    stored_draft.save(filled.store, filled.owner, before)
    assert restored(filled) == before


def test_a_newer_run_takes_its_place(filled: Filled) -> None:
    stored_draft.save(filled.store, filled.owner, replace(restored(filled), rare_class_below=9))
    assert restored(filled).rare_class_below == 9
    filled.answer(ExperimentConfig(data=filled.data, training=TrainingConfig(seed=41)), name="newer")
    assert restored(filled).training.seed == 41


@pytest.mark.parametrize("text", ["", "{", '{"training": {"colour": 3}}', '{"label": 3}'])
def test_one_that_cannot_be_read_counts_as_none(filled: Filled, visit: Open, text: str) -> None:
    ExperimentDrafts(filled.store).save(owner_of(ALICE), text)
    at = visit("train")
    assert not at.exception
    assert at.session_state["draft"].dataset == filled.data.dataset
