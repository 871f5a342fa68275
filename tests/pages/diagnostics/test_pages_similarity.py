"""Similarity, weight drift and forgetting panels: jobs, sentences, second seed."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest
import streamlit.runtime.context as browser
from filled import HOSTILE, Filled
from streamlit.testing.v1 import AppTest
from visits import ALICE, Open, keys, page_text

from pages._ui.server.owner import COOKIE
from tests.plots.similarity_results import make_forgetting, make_similarity
from translearn_core.config import ExperimentConfig, FreezePlan, job_id, next_seed_run
from translearn_core.jobs import FORGETTING, SIMILARITY, ForgettingConfig, JobSpec, SimilarityConfig
from translearn_core.runs import Run, State

Panel = Callable[[str, Run], AppTest]


@pytest.fixture
def panel(monkeypatch: pytest.MonkeyPatch) -> Panel:
    """Open one panel on a run, as Alice."""

    def page(name: str, run: str) -> None:
        from importlib import import_module

        from pages._ui.shell import state

        import_module(f"pages._ui.{name}").panel(state.store().run(state.owner(), run))

    def opened(name: str, run: Run) -> AppTest:
        context = SimpleNamespace(cookies={COOKIE: ALICE}, theme=SimpleNamespace(type="light"))
        monkeypatch.setattr(browser, "_get_client_context", lambda: context)
        at = AppTest.from_function(page, args=(name, run.id), default_timeout=30).run()
        assert not at.exception, at.exception
        return at

    return opened


def with_another_seed(filled: Filled) -> Run:
    config = filled.run.job.config
    assert isinstance(config, ExperimentConfig)
    results = (filled.evaluation(1), filled.drift(config.freeze), filled.summary(config.freeze, 1))
    return filled.answer(next_seed_run(config), *results, name="the other one")


# what moved


def test_nothing_is_compared_before_somebody_asks(filled: Filled, panel: Panel) -> None:
    at = panel("diagnostics.similarity", filled.run)
    assert not filled.store.runs(filled.owner, SIMILARITY)
    at.button(key="compute-similarity").click().run()
    assert not at.exception
    (submitted,) = filled.store.runs(filled.owner, SIMILARITY)
    assert submitted.job.config == SimilarityConfig(job=filled.run.job.id)
    assert "compare_layers" not in keys(at)


def test_the_timeline_and_every_tensor_stand_there_in_any_case(filled: Filled, panel: Panel) -> None:
    at = panel("diagnostics.similarity", filled.run)
    assert "Training timeline" in page_text(at)
    assert any("relative_change" in table.value for table in at.dataframe)


def test_of_which_epoch_the_weights_are_is_said_where_it_is_not_the_last(
    filled: Filled, panel: Panel
) -> None:
    at = panel("results.weights", filled.run)
    assert "epoch 2 of 3" in page_text(at)
    filled.answer(SimilarityConfig(job=filled.run.job.id), make_similarity(seed=False))
    assert "epoch 2 of 3" in page_text(panel("diagnostics.similarity", filled.run))
    plan = FreezePlan.last_n(1, 6)
    config = ExperimentConfig(data=filled.data, freeze=plan)
    results = (filled.evaluation(), filled.drift(plan), replace(filled.summary(plan), best_epoch=3))
    last = filled.answer(config, *results, name="the last is the best")
    assert "weights of epoch" not in page_text(panel("results.weights", last))


def test_an_answer_is_drawn_twice_and_said_and_a_second_seed_offered(filled: Filled, panel: Panel) -> None:
    filled.answer(SimilarityConfig(job=filled.run.job.id), make_similarity(seed=False))
    at = panel("diagnostics.similarity", filled.run)
    assert "layer 6 moved most" in page_text(at)
    specs = [chart.proto.spec for chart in at.get("plotly_chart")]
    assert "before and after" in specs[0]
    assert "change of the weights" in specs[0]
    assert "heatmap" in specs[1]
    assert "about 12 s" in page_text(at)
    at.button(key="second_seed").click().run()
    assert not at.exception
    other = filled.store.run(filled.owner, job_id(next_seed_run(filled.run.job.config)))
    assert other.state is State.QUEUED
    assert other.name == f"{filled.run.name}, second seed"
    assert "second_seed" not in keys(at), "its progress stands there instead"


def test_it_is_asked_again_when_the_second_seed_is_done(filled: Filled, panel: Panel) -> None:
    filled.answer(SimilarityConfig(job=filled.run.job.id), make_similarity(seed=False))
    other = with_another_seed(filled)
    panel("diagnostics.similarity", filled.run)
    submitted = {run.job.config.second_seed_run for run in filled.store.runs(filled.owner, SIMILARITY)}
    assert submitted == {None, other.job.id}


def test_with_another_seed_its_line_is_there_and_no_button(filled: Filled, panel: Panel) -> None:
    other = with_another_seed(filled)
    filled.answer(SimilarityConfig(job=filled.run.job.id, second_seed_run=other.job.id), make_similarity())
    at = panel("diagnostics.similarity", filled.run)
    assert "this seed and another" in at.get("plotly_chart")[0].proto.spec
    assert keys(at).isdisjoint({"second_seed", "compare_layers"})


def test_a_second_seed_that_failed_says_why_and_can_be_tried_again(filled: Filled, panel: Panel) -> None:
    filled.answer(SimilarityConfig(job=filled.run.job.id), make_similarity(seed=False))
    filled.answer(next_seed_run(filled.run.job.config), state=State.FAILED)
    at = panel("diagnostics.similarity", filled.run)
    assert "The loss became nan" in at.error[0].value
    assert "second_seed" in keys(at)


@pytest.mark.parametrize(("tab", "spec"), [("Similarity (CKA)", SIMILARITY), ("Forgetting", FORGETTING)])
def test_a_run_of_the_head_alone_is_asked_nothing(
    visit: Open, filled: Filled, tab: str, spec: JobSpec
) -> None:
    run = filled.train("head", FreezePlan())
    at = visit("evidence", run=run.id)
    at.session_state["evidence_part"] = tab
    assert spec.unsupported(run.job.config) in page_text(at.run())
    assert f"compute-{spec.kind}" not in keys(at)


# what was lost


@pytest.fixture
def earlier(filled: Filled) -> list[Run]:
    """Two finished runs on the same table whose labels are another column."""
    data, runs = filled.data, []
    for seed, name in enumerate((HOSTILE, "newer")):
        filled.data = data.with_label("text").model_copy(update={"text": "label"})
        runs.append(filled.train(name, FreezePlan.last_n(1, 6), seed=seed))
    filled.data = data
    return runs


def test_the_newest_earlier_run_is_chosen_and_others_can_be(
    filled: Filled, panel: Panel, earlier: list[Run]
) -> None:
    filled.train("same task", FreezePlan.last_n(1, 6), seed=5)
    at = panel("diagnostics.forgetting", filled.run)
    (box,) = at.multiselect
    assert box.value == [earlier[1].job.id]
    assert box.options == ["newer", HOSTILE], "the run on the same task is not there"
    box.select(earlier[0].job.id).run()
    at.button(key="compute-forgetting").click().run()
    assert not at.exception
    (submitted,) = filled.store.runs(filled.owner, FORGETTING)
    assert submitted.job.config == ForgettingConfig(
        job=filled.run.job.id, earlier_runs=(earlier[1].job.id, earlier[0].job.id)
    )


def test_what_was_lost_is_said_drawn_and_listed(filled: Filled, panel: Panel, earlier: list[Run]) -> None:
    config = ForgettingConfig(job=filled.run.job.id, earlier_runs=(earlier[1].job.id,))
    result = make_forgetting(("subject (a, b)",))
    tasks = (replace(result.tasks[0], run=earlier[1].job.id),)
    filled.answer(config, replace(result, tasks=tasks))
    at = panel("diagnostics.forgetting", filled.run)
    text = page_text(at)
    assert "newer, subject (a, b): 0.020 was lost." in text
    assert result.reference.sentence in text
    assert result.masked.sentence in text
    assert "head" not in text
    (chart,) = at.get("plotly_chart")
    assert "guessing covered words" in chart.proto.spec
    pairs = next(table.value for table in at.dataframe if "alike" in table.value)
    assert pairs["first"].tolist() == ["It rains.", "He runs.", "The cat sleeps."], "the largest change first"
    assert "compute-forgetting" not in keys(at)


def test_without_earlier_runs_and_without_a_head_it_says_so(filled: Filled, panel: Panel) -> None:
    filled.answer(ForgettingConfig(job=filled.run.job.id), make_forgetting((), masked=False))
    at = panel("diagnostics.forgetting", filled.run)
    assert "no other finished run" in page_text(at)
    assert "head" in page_text(at)
    assert not at.multiselect
