"""Reports of a trained run and of a study."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
from worker_bench import ME, Bench

from translearn_core.config import (
    RECIPES,
    DataConfig,
    ExperimentConfig,
    FreezePlan,
    RecipeName,
    Split,
    StudyConfig,
    job_id,
)
from translearn_core.config.studies.study_file import StudyFile, read_study_file
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.jobs import (
    DIAGNOSE,
    ERROR_ANALYSIS,
    FORGETTING,
    NEXT_STEPS,
    PROBE,
    PROJECTION,
    READ,
    SIMILARITY,
    BaselinesConfig,
    CompareConfig,
    DiagnoseConfig,
    ErrorAnalysisConfig,
    ProbeConfig,
    ProjectConfig,
    ReadConfig,
    ReportConfig,
    StudyArm,
)
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

MISSING = (
    PROBE, ERROR_ANALYSIS, PROJECTION, SIMILARITY, FORGETTING, NEXT_STEPS,
)  # fmt: skip
HOSTILE = "</title><script>alert(1)</script>"


@pytest.fixture(scope="module")
def run(bench: Bench, experiment: ExperimentConfig) -> str:
    return bench.train(experiment)


@pytest.fixture(scope="module")
def config(bench: Bench, run: str, experiment: ExperimentConfig) -> ReportConfig:
    """Ask for a report with two finished parts and a failed one."""
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
def result(bench: Bench, config: ReportConfig) -> ReportFile:
    return bench.do(config, ReportFile)


@pytest.fixture(scope="module")
def html(bench: Bench, config: ReportConfig, result: ReportFile) -> str:
    path = bench.store.workspace.run(job_id(config)) / result.file
    assert path.stat().st_size == result.bytes < 8_000_000
    return path.read_text(encoding="utf-8")


def assert_titles(report: ReportFile, *words: str) -> None:
    assert all(word in title for word, title in zip(words, report.sections, strict=True)), report.sections


def test_finished_parts_are_included_and_missing_ones_named(result: ReportFile) -> None:
    assert_titles(result, "learn", "trained", "good", "transfer")
    failed, *never_run = result.missing
    assert "failed: The rarest class has 2 rows." in failed
    assert set(never_run) == {spec.name for spec in MISSING}


def test_the_report_holds_scores_and_hashes(
    bench: Bench, run: str, html: str, experiment: ExperimentConfig
) -> None:
    folder = bench.store.workspace.run(run)
    test = artifacts.load(folder, Evaluation).metrics["test"]
    ends = f"{100 * test.headline.low:.1f} to {100 * test.headline.high:.1f} %"
    assert f"On {test.n} test rows" in html
    assert f"{100 * test.headline.value:.1f} % (95 %: {ends})" in html
    assert f"Only {test.n} test rows" in html
    assert experiment.data.dataset in html
    assert run in html
    assert re.search(r"sha256 of trained.safetensors</th><td><code>[0-9a-f]{64}<", html)
    assert "<pre>translearn train x</pre>" in html
    assert "<blockquote>Which?</blockquote>" in html
    epochs = bench.store.history(run).epochs
    assert f"{len(epochs)} epochs" in html


def test_names_are_escaped(html: str) -> None:
    assert HOSTILE not in html
    assert html.count("<title>&lt;/title&gt;&lt;script&gt;") == 1


def test_every_figure_is_valid_json(html: str) -> None:
    figures = re.findall(
        r'<script type="application/json" data-figure="(.*?)">(.*?)</script>', html, re.DOTALL
    )
    assert len(figures) >= 7
    assert all(json.loads(text)["data"] for _, text in figures)


def test_queued_deleted_and_unknown_parts_are_named(bench: Bench, run: str, data: DataConfig) -> None:
    bench.do(ReadConfig(dataset=data.dataset), TableProfile)
    waiting, going = ErrorAnalysisConfig(job=run), ProjectConfig(job=run, layer=1)
    bench.store.submit(ME, waiting)
    bench.store.submit(ME, going)
    parts = tuple(map(job_id, (waiting, going, ReadConfig(dataset=data.dataset))))
    config = ReportConfig(job=run, parts=parts)
    job = bench.store.submit(ME, config).job
    assert bench.store.begin(job.id, "test")
    job = bench.store.job(job.id)
    bench.store.delete_run(ME, bench.store.run(ME, job_id(going)).id)
    context = Context(bench.store, job, bench.store.workspace.run(job.id), {})
    write_report(context)
    result = artifacts.load(context.folder, ReportFile)
    assert result is not None
    queued, deleted, unknown = result.missing[:3]
    assert queued == f"{ERROR_ANALYSIS.name}, which is queued"
    assert "deleted" in deleted
    assert READ.name in unknown


def test_a_head_only_run_needs_no_similarity(bench: Bench, experiment: ExperimentConfig) -> None:
    head = experiment.model_copy(update={"freeze": FreezePlan()})
    result = bench.do(ReportConfig(job=bench.train(head)), ReportFile)
    assert PROBE.name in result.missing
    assert SIMILARITY.name not in result.missing


def test_a_study_has_a_report(bench: Bench, run: str) -> None:
    compared = CompareConfig(arms=(StudyArm(name="top", jobs=(run,)),), baseline="top")
    bench.do(compared, Comparison)
    config = ReportConfig(parts=(job_id(compared),), name="Which way?")
    result = bench.do(config, ReportFile)
    assert_titles(result, "compare")
    assert result.missing == (DIAGNOSE.name,)
    html = (bench.store.workspace.run(job_id(config)) / result.file).read_text(encoding="utf-8")
    assert re.search(r"1 of the 1 [^.]{,30}fewer than 3 seeds", html)


def test_a_study_can_be_repeated_from_its_report(
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
    own_study = Studies(bench.store).add(ME, "Which <way>?", study, blocks)
    done = [run.job for run in own_study.runs if run.seed == 0]
    for run in own_study.runs:
        if run.job in done:
            bench.do(bench.store.job(run.job).config, RunSummary)
    compared, looked = study_diagnostics(own_study, done)
    bench.do(compared, Comparison)
    if bench.store.submit(ME, looked).state is not State.DONE:
        bench.do(looked, Diagnosis)
    parts = (job_id(compared), job_id(looked))
    config = ReportConfig(parts=parts, name=own_study.name, study=study, blocks=blocks, data="my films.csv")
    result = bench.do(config, ReportFile)
    assert_titles(result, "learn", "tried", "compare")
    assert result.missing == ()
    html = unescape((bench.store.workspace.run(job_id(config)) / result.file).read_text(encoding="utf-8"))
    for sentence in (
        "6 runs: 3 ",
        "2 seeds each (0, 1)",
        f"{RECIPES[RecipeName.GRADUAL].title}: {RECIPES[RecipeName.GRADUAL].summary}",
        "block 0, block 2",
        "training.epochs 1, features.token_limit 32, augment.copies 1",
        "top down from block 2",
        "3 of the 3 ",
        "fewer than 3 seeds",
        "3 of the study's 6 runs",
        "<pre>translearn study study.yaml</pre>",
        data.dataset,
    ):
        assert sentence in html, sentence
    assert "gradual from block" not in html, "titles, not short names"
    (written,) = re.findall(r"<pre>(name: .*?)</pre>", html, re.DOTALL)
    (tmp_path / "study.yaml").write_text(written, encoding="utf-8")
    again = StudyFile(**read_study_file(tmp_path / "study.yaml", {}))
    assert again.study(data.dataset) == study
    assert (again.name, again.baseline) == (own_study.name, "linear")
    assert again.files[Split.TRAIN] == tmp_path / "my films.csv"


def test_only_a_training_with_results_can_be_reported(bench: Bench, data: DataConfig) -> None:
    reading = bench.store.submit(ME, ReadConfig(dataset=data.dataset)).job.id
    with pytest.raises(ConfigError, match="a training"):
        bench.do(ReportConfig(job=reading), ReportFile)
    waiting = bench.store.submit(ME, ExperimentConfig(data=data)).job.id
    with pytest.raises(NotFoundError, match="no results yet"):
        bench.do(ReportConfig(job=waiting), ReportFile)


def test_report_jobs_prefer_finished_diagnostics(
    bench: Bench, run: str, experiment: ExperimentConfig, config: ReportConfig
) -> None:
    own_study = bench.store.run(ME, run)
    jobs = [job_id(question) for question in run_diagnostics(bench.store, own_study)]
    assert set(config.parts) <= set(jobs)
    assert job_id(ProjectConfig(job=run, layer=3)) in jobs
    before = jobs[1]
    control = bench.store.submit(ME, experiment.model_copy(update={"freeze": FreezePlan.last_n(3, 3)})).job.id
    fuller = BaselinesConfig(job=run, from_scratch_run=control)
    bench.store.submit(ME, fuller)
    assert [job_id(question) for question in run_diagnostics(bench.store, own_study)][1] == before
    assert bench.store.begin(job_id(fuller), "test")
    assert bench.store.finish(job_id(fuller), State.DONE)
    assert run_diagnostics(bench.store, own_study)[1] == fuller
