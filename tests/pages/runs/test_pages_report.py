"""Report panel: parts, order of jobs, contents."""

from types import SimpleNamespace
from typing import Any

import pytest
import streamlit.runtime.context as browser
from filled import Filled
from streamlit.testing.v1 import AppTest
from visits import BOB, Alone, Open, page_text

from pages._ui.results import report
from pages._ui.server.owner import COOKIE
from translearn_core.config import BackboneConfig, StudyConfig, job_id
from translearn_core.jobs import (
    BASELINES,
    DIAGNOSE,
    FORGETTING,
    PROBE,
    PROJECTION,
    REPORT,
    BaselinesConfig,
    ErrorAnalysisConfig,
    ForgettingConfig,
    NextStepsConfig,
    ProbeConfig,
    ProjectConfig,
    ReportConfig,
    SimilarityConfig,
)
from translearn_core.results import ReportFile
from translearn_core.runs import Run, State, Studies
from translearn_core.runs.report_jobs import study_diagnosis


def page() -> None:
    from pages._ui.results import report
    from pages._ui.runs import run_picker

    report.panel(run_picker.pick_runs()[0])


@pytest.fixture
def opened(filled: Filled, alone: Alone) -> AppTest:
    """The panel about Alice's newest run, in her browser."""
    return alone(page)


def reports(filled: Filled) -> list[Run]:
    return filled.store.runs(filled.owner, REPORT)


def written(filled: Filled, missing: tuple[str, ...] = ()) -> Run:
    """Store the latest report as the worker would."""
    (run,) = reports(filled)
    config = run.job.config
    made = filled.answer(config, ReportFile("report.html", 5_100_000, ("How good is it?", "*sly*"), missing))
    (filled.store.workspace.run(made.job.id) / "report.html").write_text("<h1>a report</h1>")
    return made


def test_it_says_what_is_there_and_asks_for_nothing_by_itself(opened: AppTest, filled: Filled) -> None:
    text = page_text(opened)
    assert f":material/check: {PROBE.heading}" in text
    assert f":material/check: {PROJECTION.heading}" in text
    assert f":material/add: {BASELINES.heading}" in text
    assert f":material/add: {FORGETTING.heading}" in text
    assert reports(filled) == []
    assert filled.store.runs(filled.owner, BASELINES) == []
    assert not opened.get("download_button")


def test_the_button_asks_for_what_is_missing_first_and_for_the_report_last(
    opened: AppTest, filled: Filled
) -> None:
    opened.text_input[0].set_value("Does it help?").run()
    opened.button(key="make_report").click().run()
    assert not opened.exception
    (run,) = reports(filled)
    config, job = run.job.config, filled.run.job.id
    assert isinstance(config, ReportConfig)
    assert (config.job, config.question, config.name) == (job, "Does it help?", "blocks 4 and 5")
    assert config.command.startswith("translearn train films.csv --text text --label label")
    submitted = [
        BaselinesConfig(job=job), ProbeConfig(job=job), SimilarityConfig(job=job),
        ForgettingConfig(job=job), ErrorAnalysisConfig(job=job), ProjectConfig(job=job, layer=6),
        NextStepsConfig(job=job),
    ]  # fmt: skip
    assert list(config.parts[1:]) == [job_id(one) for one in submitted]
    new = [job_id(one) for one in submitted if not isinstance(one, ProjectConfig | ProbeConfig)]
    queued = [filled.store.run(filled.owner, part) for part in (*config.parts, run.id)]
    waiting = sorted((one for one in queued if one.state is State.QUEUED), key=lambda one: one.created)
    assert [one.job.id for one in waiting if one.job.spec is not DIAGNOSE] == [*new, run.job.id]
    assert BASELINES.title in opened.get("progress")[0].proto.text
    assert not [button for button in opened.button if button.key == "make_report"]


def test_another_visit_finds_the_report_with_what_it_holds_and_lacks(
    opened: AppTest, filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.button(key="make_report").click().run()
    written(filled, missing=("probes, which failed: too [few](http://x)",))
    later = AppTest.from_function(page, default_timeout=30)
    later.run()
    assert not later.exception
    (button,) = later.get("download_button")
    assert "5 MB" in button.proto.label
    text = page_text(later)
    assert "It holds: How good is it?, *sly*" in text
    assert "Not in it:\n- probes, which failed: too [few](http://x)" in text
    assert any("\\[few\\]" in str(one.value) for one in later.markdown)
    monkeypatch.setattr(browser, "_get_client_context", lambda: SimpleNamespace(cookies={COOKIE: BOB}))
    assert filled.store.runs("somebody else", REPORT) == []


def test_made_again_it_is_written_anew(opened: AppTest, filled: Filled) -> None:
    opened.button(key="make_report").click().run()
    before = written(filled)
    opened.run()
    opened.button(key="make_report").click().run()
    assert not opened.exception
    (now,) = reports(filled)
    assert now.job.id == before.job.id
    assert now.id != before.id
    assert now.state is State.QUEUED


def test_stop_ends_the_report_and_the_parts_it_waits_for(opened: AppTest, filled: Filled) -> None:
    opened.button(key="make_report").click().run()
    opened.button(key="stop_report").click().run()
    assert not opened.exception
    (run,) = reports(filled)
    states = {filled.store.run(filled.owner, part).state for part in run.job.config.parts}
    assert (run.state, states) == (State.STOPPED, {State.STOPPED, State.DONE})
    text = page_text(opened)
    assert "The report was stopped." in text
    assert ":material/hourglass:" not in text
    assert opened.button(key="make_report")


def test_a_report_that_failed_says_why(opened: AppTest, filled: Filled) -> None:
    opened.button(key="make_report").click().run()
    (run,) = reports(filled)
    filled.answer(run.job.config, state=State.FAILED)
    opened.run()
    assert "The loss became nan" in page_text(opened)
    assert opened.button(key="make_report")


def study_page() -> None:
    from pages._ui.results import report
    from pages._ui.shell import state
    from pages._ui.studies import study_list

    study = study_list.study_store().all(state.owner())[0]
    report.study_panel(study, study_list.progress(study).done)


def test_a_study_is_reported_by_its_comparison_once_two_runs_are_done(
    opened: AppTest, filled: Filled
) -> None:
    config = StudyConfig(data=filled.data, recipes=("linear",), seeds=(0, 1))
    study = Studies(filled.store).add(filled.owner, "which way", config, {BackboneConfig().label: 6})
    at = AppTest.from_function(study_page, default_timeout=30)
    at.run()
    assert not at.exception
    assert not at.button
    for job in study.jobs:
        filled.store.begin(job, "TRAIN-0")
        filled.store.finish(job, State.DONE)
    at.run()
    at.button(key="make_report").click().run()
    assert not at.exception
    (run,) = reports(filled)
    compared = study.comparison(study.jobs)
    assert compared is not None
    looked = study_diagnosis(config)
    assert run.job.config == ReportConfig(
        parts=(job_id(compared), job_id(looked)),
        name="which way",
        study=config,
        blocks={BackboneConfig().label: 6},
        data="films.csv",
    )
    assert f":material/check: {DIAGNOSE.heading}" in page_text(at)
    assert filled.store.run(filled.owner, job_id(compared)).state is State.QUEUED


def test_results_lead_to_the_report_of_the_run(filled: Filled, visit: Open) -> None:
    (link,) = [one.proto for one in visit("results", run=filled.run.id).get("page_link") if _to_report(one)]
    assert link.query_string == f"run={filled.run.id}&part=report"
    evidence = visit("evidence", run=filled.run.id, part="report")
    assert report.WHAT.split(",")[0] in page_text(evidence)
    assert report.WHAT.split(",")[0] not in page_text(visit("evidence", run=filled.run.id))


def _to_report(link: Any) -> bool:
    return str(link.proto.label) == "Report and export"
