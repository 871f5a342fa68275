"""Runs page: groups, search, tags, the difference of two runs, and weights that are deleted."""

import pytest
from filled import Filled
from visits import Open, keys, page_text

from translearn_core.config import FreezePlan
from translearn_core.results.training.run_summary import WEIGHTS_DELETED
from translearn_core.runs import Run, RunTags


@pytest.fixture
def other(filled: Filled) -> Run:
    return filled.train("another seed", FreezePlan(), seed=7)


def test_search_and_tags_choose_runs(visit: Open, filled: Filled, other: Run) -> None:
    at = visit("runs")
    first = filled.run.name
    assert {text.value for text in at.text} >= {first, "another seed"}
    at.text_input(key=f"tags-{other.id}").set_value("for the talk, final").run()
    assert RunTags(filled.store).all(filled.owner) == {other.id: ("final", "for the talk")}
    assert "#final" in page_text(at)
    at.text_input(key="runs_search").set_value("TALK seed").run()
    assert {text.value for text in at.text} & {first, "another seed"} == {"another seed"}
    at.text_input(key="runs_search").set_value("").run()
    at.multiselect(key="runs_tags").set_value(["final"]).run()
    assert {text.value for text in at.text} & {first, "another seed"} == {"another seed"}
    at.text_input(key="runs_search").set_value("nowhere").run()
    assert "No run matches" in page_text(at)


def test_the_difference_of_two_runs_leads_to_their_comparison(
    visit: Open, filled: Filled, other: Run
) -> None:
    at = visit("runs")
    at.multiselect(key="runs_compared").set_value([filled.run.id, other.id]).run()
    (table,) = [frame.value for frame in at.dataframe if "setting" in frame.value]
    rows = table.set_index("setting")
    assert rows.loc["training seed"].tolist() == [str(filled.run.job.config.training.seed), "7"]
    assert "batch size" not in " ".join(rows.index)
    at.button(key="compare_pair").click().run()
    assert set(at.session_state["compared"]) == {filled.run.id, other.id}
    assert (at.session_state["paired_first"], at.session_state["paired_second"]) == (
        filled.run.id, other.id,
    )  # fmt: skip


def test_equal_names_are_told_apart(visit: Open, filled: Filled) -> None:
    twin = filled.train(filled.run.name, FreezePlan(), seed=8)
    at = visit("runs")
    at.multiselect(key="runs_compared").set_value([filled.run.id, twin.id]).run()
    (table,) = [frame.value for frame in at.dataframe if "setting" in frame.value]
    assert list(table.columns) == [
        "setting", *(f"{run.name} ({run.id})" for run in (filled.run, twin))
    ]  # fmt: skip


def test_deleted_weights_are_said_where_they_are_needed(visit: Open, filled: Filled) -> None:
    model = filled.store.workspace.run(filled.run.job.id) / "model"
    model.mkdir()
    (model / "trained.safetensors").write_bytes(b"0" * 2_000_000)
    at = visit("runs")
    button = at.button(key=f"weights-{filled.run.id}")
    assert "(2 MB)" in button.label
    at = button.click().run()
    assert not model.exists()
    assert f"weights-{filled.run.id}" not in keys(at)
    at = visit("predict", run=filled.run.id)
    assert WEIGHTS_DELETED in page_text(at)
    assert "predict" not in keys(at)
    assert WEIGHTS_DELETED not in page_text(visit("results", run=filled.run.id))
    at = visit("predict", run=filled.run.id)
    at.button(key=f"train_again-{filled.run.id}").click().run()
    assert filled.store.run(filled.owner, filled.run.id).state.live
