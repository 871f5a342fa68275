"""A real run reported: what was found is in it, what was not is named, and the file stands alone."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
from worker_bench import ME, Bench

from translearn_core.config import (
    RECIPES,
    BaselinesConfig,
    Cell,
    CompareConfig,
    DataConfig,
    DiagnoseConfig,
    ErrorAnalysisConfig,
    ExperimentConfig,
    FreezePlan,
    ProbeConfig,
    ProjectConfig,
    ReadConfig,
    RecipeName,
    ReportConfig,
    Split,
    StudyConfig,
    job_id,
)
from translearn_core.config.studies.study_file import StudyFile, read_study_file
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.results import (
    Baselines,
    Comparison,
    Diagnosis,
    Evaluation,
    ReportFile,
    RunSummary,
    TableProfile,
)
from translearn_core.runs import State, Studies, artifacts
from translearn_core.runs.report_jobs import run_diagnostics, study_diagnostics
from translearn_core.worker.context import Context
from translearn_core.worker.report import write_report

HOSTILE = "</title><script>alert(1)</script>"


@pytest.fixture(scope="module")
def run(bench: Bench, experiment: ExperimentConfig) -> str:
    bench.do(experiment, RunSummary)
    return job_id(experiment)


@pytest.fixture(scope="module")
def asked(bench: Bench, run: str, experiment: ExperimentConfig) -> ReportConfig:
    """A report with three parts: two are answered, one has failed; a fourth was never asked for."""
    looked = DiagnoseConfig(data=experiment.data, backbone=experiment.backbone, token_limit=32)
    bench.do(looked, Diagnosis)
    lines, failed = BaselinesConfig(job=run), ProbeConfig(job=run)
    bench.do(lines, Baselines)
    bench.store.submit(ME, failed)
    assert bench.store.begin(job_id(failed), "test")
    assert bench.store.finish(job_id(failed), State.FAILED, "The rarest class has 2 rows.")
    parts = tuple(map(job_id, (looked, lines, failed)))
    return ReportConfig(job=run, parts=parts, name=HOSTILE, question="Which?", command="translearn train x")


@pytest.fixture(scope="module")
def found(bench: Bench, asked: ReportConfig) -> ReportFile:
    return bench.do(asked, ReportFile)


@pytest.fixture(scope="module")
def html(bench: Bench, asked: ReportConfig, found: ReportFile) -> str:
    path = bench.store.workspace.run(job_id(asked)) / found.file
    assert path.stat().st_size == found.bytes < 8_000_000
    return path.read_text(encoding="utf-8")


def test_it_holds_what_was_found_and_names_what_was_not(found: ReportFile) -> None:
    assert found.sections == (
        "What did it learn from?", "How was it trained?", "How good is it?", "Did transfer help?",
    )  # fmt: skip
    assert found.missing == (
        "probes, which failed: The rarest class has 2 rows.", "probes", "trust in its confidence",
        "the picture of the texts", "what moved inside", "what was lost",
    )  # fmt: skip


def test_it_tells_the_numbers_of_the_run_the_baselines_and_the_hashes(
    bench: Bench, run: str, html: str, experiment: ExperimentConfig
) -> None:
    folder = bench.store.workspace.run(run)
    test = artifacts.load(folder, Evaluation).metrics["test"]
    ends = f"{100 * test.accuracy_interval.low:.1f} to {100 * test.accuracy_interval.high:.1f} %"
    assert f"It gets {100 * test.accuracy:.1f} % of the {test.n} test rows right (95 %: {ends})" in html
    assert f"Only {test.n} test rows" in html
    assert experiment.data.dataset in html
    assert run in html
    assert re.search(r"sha256 of trained.safetensors</th><td><code>[0-9a-f]{64}<", html)
    assert "<pre>translearn train x</pre>" in html
    assert "<blockquote>Which?</blockquote>" in html
    epochs = bench.store.history(run).epochs
    assert f"It ran {len(epochs)} epochs" in html


def test_names_are_shown_as_they_are(html: str) -> None:
    assert HOSTILE not in html
    assert html.count("<title>&lt;/title&gt;&lt;script&gt;") == 1


def test_every_figure_can_be_read(html: str) -> None:
    told = re.findall(r'<script type="application/json" data-figure="(.*?)">(.*?)</script>', html, re.DOTALL)
    assert len(told) >= 7
    assert all(json.loads(text)["data"] for _, text in told)


def test_parts_that_wait_or_are_deleted_or_unknown_are_named(
    bench: Bench, run: str, data: DataConfig
) -> None:
    bench.do(ReadConfig(dataset=data.dataset), TableProfile)
    waiting, going = ErrorAnalysisConfig(job=run), ProjectConfig(job=run, layer=1)
    bench.store.submit(ME, waiting)
    bench.store.submit(ME, going)
    parts = tuple(map(job_id, (waiting, going, ReadConfig(dataset=data.dataset))))
    asked = ReportConfig(job=run, parts=parts)
    job = bench.store.submit(ME, asked).job
    assert bench.store.begin(job.id, "test")
    job = bench.store.job(job.id)
    bench.store.delete_run(ME, bench.store.run(ME, job_id(going)).id)
    context = Context(bench.store, job, asked, bench.store.workspace.run(job.id), {})
    write_report(context)
    found = artifacts.load(context.folder, ReportFile)
    assert found is not None
    assert found.missing[:3] == (
        "trust in its confidence, which is queued",
        "a part that was deleted",
        "the answer to 'read', which a report has no section for",
    )


def test_a_run_in_which_only_the_head_trained_lacks_nothing_about_change(
    bench: Bench, experiment: ExperimentConfig
) -> None:
    head = experiment.model_copy(update={"plan": FreezePlan()})
    bench.do(head, RunSummary)
    found = bench.do(ReportConfig(job=job_id(head)), ReportFile)
    assert "probes" in found.missing
    assert "what moved inside" not in found.missing


def test_a_study_has_a_report(bench: Bench, run: str) -> None:
    compared = CompareConfig(cells=(Cell(name="top", jobs=(run,)),), baseline="top")
    bench.do(compared, Comparison)
    asked = ReportConfig(parts=(job_id(compared),), name="Which way?")
    found = bench.do(asked, ReportFile)
    assert found.sections == ("How do the ways compare?",)
    assert found.missing == ("what was found in the data",)
    html = (bench.store.workspace.run(job_id(asked)) / found.file).read_text(encoding="utf-8")
    assert "1 of the 1 ways compared have fewer than 3 seeds" in html


def test_a_studys_report_holds_all_that_a_reader_needs_to_do_it_again(
    bench: Bench, data: DataConfig, experiment: ExperimentConfig, tmp_path: Path
) -> None:
    study = StudyConfig(
        data=data,
        backbones=(experiment.backbone,),
        recipes=(RecipeName.LINEAR, RecipeName.GRADUAL),
        boundaries=(0, 2),
        seeds=(0, 1),
        settings={"training.epochs": 1, "features.token_limit": 32, "augment.copies": 1},
    )
    blocks = {experiment.backbone.label: 3}
    mine = Studies(bench.store).add(ME, "Which <way>?", study, blocks)
    done = [run.job for run in mine.runs if run.seed == 0]
    for run in mine.runs:
        if run.job in done:
            bench.do(bench.store.job(run.job).config, RunSummary)
    compared, looked = study_diagnostics(mine, done)
    bench.do(compared, Comparison)
    if bench.store.submit(ME, looked).state is not State.DONE:
        bench.do(looked, Diagnosis)
    parts = (job_id(compared), job_id(looked))
    asked = ReportConfig(parts=parts, name=mine.name, study=study, blocks=blocks, data="my films.csv")
    found = bench.do(asked, ReportFile)
    assert found.sections == ("What did it learn from?", "What was tried?", "How do the ways compare?")
    assert found.missing == ()
    html = unescape((bench.store.workspace.run(job_id(asked)) / found.file).read_text(encoding="utf-8"))
    for said in (
        "6 runs: 3 ways, 2 seeds each (0, 1).",
        f"{RECIPES[RecipeName.GRADUAL].title}: {RECIPES[RecipeName.GRADUAL].summary}",
        "How deep, the lowest part that trains: block 0, block 2.",
        "training.epochs 1, features.token_limit 32, augment.copies 1",
        "Gradual unfreezing, top down from block 2",
        "by the lowest block that trains",
        "test rows: one text more or less is worth",
        "3 of the 3 ways compared have fewer than 3 seeds",
        "Only 3 of the study's 6 runs are finished",
        "Every training text was added 1 times more in altered copies.",
        "<pre>translearn study study.yaml</pre>",
        data.dataset,
    ):
        assert said in html, said
    assert "gradual from block" not in html, "titles, not short names"
    (written,) = re.findall(r"<pre>(name: .*?)</pre>", html, re.DOTALL)
    (tmp_path / "study.yaml").write_text(written, encoding="utf-8")
    again = StudyFile(**read_study_file(tmp_path / "study.yaml", {}))
    assert again.study(data.dataset) == study
    assert (again.name, again.baseline) == (mine.name, "linear")
    assert again.files[Split.TRAIN] == tmp_path / "my films.csv"


def test_only_a_training_with_results_can_be_reported(bench: Bench, data: DataConfig) -> None:
    reading = bench.store.submit(ME, ReadConfig(dataset=data.dataset)).job.id
    with pytest.raises(ConfigError, match="a training"):
        bench.do(ReportConfig(job=reading), ReportFile)
    waiting = bench.store.submit(ME, ExperimentConfig(data=data)).job.id
    with pytest.raises(NotFoundError, match="no results yet"):
        bench.do(ReportConfig(job=waiting), ReportFile)


def test_the_questions_are_those_that_were_answered_and_else_the_usual_ones(
    bench: Bench, run: str, experiment: ExperimentConfig, asked: ReportConfig
) -> None:
    mine = bench.store.run(ME, run)
    jobs = [job_id(question) for question in run_diagnostics(bench.store, mine)]
    assert set(asked.parts) <= set(jobs)
    assert job_id(ProjectConfig(job=run, layer=3)) in jobs
    before = jobs[1]
    control = bench.store.submit(ME, experiment.model_copy(update={"plan": FreezePlan.last_n(3, 3)})).job.id
    fuller = BaselinesConfig(job=run, scratch=control)
    bench.store.submit(ME, fuller)
    assert [job_id(question) for question in run_diagnostics(bench.store, mine)][1] == before
    assert bench.store.begin(job_id(fuller), "test")
    assert bench.store.finish(job_id(fuller), State.DONE)
    assert run_diagnostics(bench.store, mine)[1] == fuller
