"""One run's test accuracy has the same interval in every result, file and output."""

import json
import zipfile

import pytest
from scipy.stats import binomtest
from worker_bench import Bench

from translearn_core.analysis.intervals import row_score_interval
from translearn_core.commands.train import brief
from translearn_core.config import ExperimentConfig, job_id
from translearn_core.jobs import (
    BaselinesConfig,
    CompareConfig,
    ErrorAnalysisConfig,
    ExportConfig,
    ReportConfig,
    StudyArm,
)
from translearn_core.results import (
    Baselines,
    Comparison,
    ErrorAnalysis,
    Estimate,
    Evaluation,
    ExportFile,
    ReportFile,
    RunSummary,
)
from translearn_core.runs import artifacts


@pytest.fixture(scope="module")
def run(bench: Bench, experiment: ExperimentConfig) -> str:
    return bench.train(experiment)


@pytest.fixture(scope="module")
def evaluation(bench: Bench, run: str) -> Evaluation:
    evaluation = artifacts.load(bench.store.workspace.run(run), Evaluation)
    assert evaluation is not None
    return evaluation


@pytest.fixture(scope="module")
def accuracy(evaluation: Evaluation) -> Estimate:
    """The accuracy of the test rows, with scipy's Wilson interval."""
    rows = evaluation.predictions[evaluation.predictions["split"] == "test"]
    right, n = int((rows["label"] == rows["predicted"]).sum()), len(rows)
    ends = binomtest(right, n).proportion_ci(method="wilson")
    return Estimate(right / n, ends.low, ends.high)


def near(estimate: Estimate) -> object:
    return pytest.approx((estimate.value, estimate.low, estimate.high), abs=1e-9)


def numbers(estimate: Estimate) -> tuple[float, float, float]:
    return estimate.value, estimate.low, estimate.high


def test_the_run_itself(bench: Bench, run: str, evaluation: Evaluation, accuracy: Estimate) -> None:
    summary = artifacts.load(bench.store.workspace.run(run), RunSummary)
    assert summary is not None
    assert numbers(summary.test["accuracy"]) == near(accuracy)
    assert numbers(evaluation.metrics["test"]["accuracy"]) == near(accuracy)
    output = brief(summary.test)
    assert (output["accuracy"], *output["accuracy_interval"]) == near(accuracy)


def test_baselines_error_analysis_and_comparison(bench: Bench, run: str, accuracy: Estimate) -> None:
    assert numbers(bench.do(BaselinesConfig(job=run), Baselines).test.headline) == near(accuracy)
    analysis = bench.do(ErrorAnalysisConfig(job=run), ErrorAnalysis)
    answered_all = analysis.coverage.iloc[0][["accuracy", "low", "high"]].tolist()
    assert answered_all == near(accuracy)
    assert accuracy.percent_range in analysis.sentences[0]
    compared = bench.do(CompareConfig(arms=(StudyArm(name="a", jobs=(run,)),), baseline="a"), Comparison)
    assert numbers(compared.arms[0].headline) == near(accuracy)


def test_one_draw_of_a_label_efficiency_curve(evaluation: Evaluation, accuracy: Estimate) -> None:
    test = evaluation.predictions[evaluation.predictions["split"] == "test"]
    assert numbers(row_score_interval(test["score"].to_numpy()[None])) == near(accuracy)


def test_the_report_and_the_export(bench: Bench, run: str, accuracy: Estimate) -> None:
    report = ReportConfig(job=run)
    file = bench.do(report, ReportFile).file
    html = (bench.store.workspace.run(job_id(report)) / file).read_text(encoding="utf-8")
    assert f"(95 %: {accuracy.percent_range})" in html
    export = ExportConfig(job=run)
    file = bench.do(export, ExportFile).file
    with zipfile.ZipFile(bench.store.workspace.run(job_id(export)) / file) as packed:
        scores = json.loads(packed.read("scores.json"))["test"]
        card = packed.read("README.md").decode()
    assert (scores["accuracy"], *scores["accuracy_interval"].values()) == near(accuracy)
    assert f"({accuracy.percent_range})" in card
