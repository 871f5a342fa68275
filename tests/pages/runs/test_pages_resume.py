"""Resuming within a fragment redraws the whole page, which polls again."""

from types import SimpleNamespace

import pytest
import streamlit.runtime.context as browser
from filled import Filled
from streamlit.testing.v1 import AppTest
from visits import ALICE

from pages._ui.runs import training_monitor
from pages._ui.server.owner import COOKIE
from pages._ui.shell.formatting import plain
from pages._ui.studies import study_list
from translearn_core.config import BackboneConfig, ExperimentConfig, FreezePlan, StudyConfig, TrainingConfig
from translearn_core.results import RunSummary
from translearn_core.results.training.history import StepPoint
from translearn_core.runs import State, Studies, artifacts


def fragment(part: str, args: tuple[object, ...]) -> None:
    """Run a fragment as after a click in it, until it reruns the page."""
    from importlib import import_module

    import streamlit as st

    if st.session_state.get("drawn"):
        st.text("the whole page")
        return
    st.session_state["drawn"] = True
    import_module(f"pages._ui.{part}")._panel(*args)


@pytest.fixture(autouse=True)
def _alice(monkeypatch: pytest.MonkeyPatch) -> None:
    context = SimpleNamespace(cookies={COOKIE: ALICE}, theme=SimpleNamespace(type="light"))
    monkeypatch.setattr(browser, "_get_client_context", lambda: context)


def asks_for_all(part: str, *args: object) -> bool:
    at = AppTest.from_function(fragment, args=(part, args), default_timeout=30).run()
    assert not at.exception, at.exception
    return [text.value for text in at.text] == ["the whole page"]


@pytest.mark.parametrize("was_live", [False, True])
@pytest.mark.parametrize("state", [State.STOPPED, State.QUEUED])
def test_a_run_that_was_stopped_or_resumed_is_drawn_anew(
    filled: Filled, state: State, was_live: bool
) -> None:
    config = ExperimentConfig(
        data=filled.data, freeze=FreezePlan.last_n(1, 6), training=TrainingConfig(seed=8)
    )
    run = filled.store.submit(filled.owner, config, "one")
    if state is State.STOPPED:
        filled.store.request_stop(filled.owner, run.id)
    assert filled.store.run(filled.owner, run.id).state is state
    assert asks_for_all("runs.training_monitor", run.id, was_live) is (was_live != state.live)


def stopped_sentence(run: str) -> str:
    def page(run: str) -> None:
        from pages._ui.runs import training_monitor

        training_monitor._panel(run, False)

    at = AppTest.from_function(page, args=(run,), default_timeout=30).run()
    assert not at.exception, at.exception
    return str(at.info[0].value)


def test_a_run_that_was_stopped_says_what_is_left_of_it(filled: Filled) -> None:
    store, owner = filled.store, filled.owner
    config = ExperimentConfig(data=filled.data, training=TrainingConfig(seed=9))
    run = store.submit(owner, config, "contrastive")
    job = run.job
    assert store.begin(job.id, "worker")
    store.request_stop(owner, run.id)
    assert store.finish(job.id, State.STOPPED, worker="worker")
    assert stopped_sentence(run.id) == plain(training_monitor.STOPPED_AT_ONCE)
    store.add_points(job.id, [StepPoint(1, 0.1, 0.7, 1e-4, 1e-3, 1.0, 90.0)], worker="worker")
    assert stopped_sentence(run.id) == plain(training_monitor.STOPPED_EARLY)
    folder = store.workspace.run(job.id)
    folder.mkdir(parents=True, exist_ok=True)
    artifacts.save(folder, artifacts.load(store.workspace.run(filled.run.job.id), RunSummary))
    assert stopped_sentence(run.id) == plain(training_monitor.STOPPED)


def test_a_study_deleted_in_another_tab_leaves_the_page_to_say_so(filled: Filled) -> None:
    assert asks_for_all("studies.study_list", "0" * 16, False, True, None)


@pytest.mark.parametrize(("stopped", "seconds"), [(False, 1.0), (True, 5.0)])
def test_what_stopped_is_looked_at_too_but_rarely(
    filled: Filled, monkeypatch: pytest.MonkeyPatch, stopped: bool, seconds: float
) -> None:
    config = StudyConfig(data=filled.data, recipes=("linear",), seeds=(0, 1))
    studies = Studies(filled.store)
    study = studies.add(filled.owner, "which way", config, {BackboneConfig().label: 6})
    if stopped:
        studies.stop(filled.owner, study.id)
    every = []
    monkeypatch.setattr("pages._ui.shell.state.store", lambda: filled.store)
    monkeypatch.setattr("streamlit.fragment", lambda run_every: every.append(run_every) or (lambda _: print))
    study_list.watch(study)
    training_monitor.watch(filled.store.run(filled.owner, study.jobs[0]))
    training_monitor.watch(filled.run)
    assert every == [seconds, seconds, None], "what is done never changes"


def test_a_run_deleted_in_another_tab_is_a_sentence_below_the_maps(
    filled: Filled, caplog: pytest.LogCaptureFixture
) -> None:
    def page(run: str) -> None:
        from pages._ui.diagnostics import projection
        from pages._ui.shell import jobs, state

        result = state.store().run(state.owner(), run)
        backbone_info = jobs.backbone_info(result.job.config.backbone)
        state.store().delete_run(state.owner(), run)
        projection.panel(result, backbone_info)

    at = AppTest.from_function(page, args=(filled.run.id,), default_timeout=30).run()
    assert not at.exception
    assert [error.value for error in at.error]
    assert not any(record.exc_info for record in caplog.records)


@pytest.mark.parametrize("was_live", [False, True])
@pytest.mark.parametrize("stopped", [False, True])
def test_a_study_that_was_stopped_or_goes_on_is_drawn_anew(
    filled: Filled, stopped: bool, was_live: bool
) -> None:
    studies = Studies(filled.store)
    config = StudyConfig(data=filled.data, recipes=("linear",), seeds=(0, 1))
    study = studies.add(filled.owner, "which way", config, {BackboneConfig().label: 6})
    if stopped:
        studies.stop(filled.owner, study.id)
    assert asks_for_all("studies.study_list", study.id, was_live, True, None) is (was_live == stopped)
