"""Results of regression are compared, reported, listed and shown in their own metrics."""

from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from rich.console import Console

from tests.training.test_regression_training import prepared
from tests.training.test_training import experiment
from tests.worker.test_worker_compare import ALL, ME, TOP, Bench
from translearn_core import plots
from translearn_core.commands import runs
from translearn_core.commands.study import show
from translearn_core.config import (
    DataConfig,
    ExperimentConfig,
    FreezePlan,
    ProblemType,
    StudyConfig,
    TargetConfig,
)
from translearn_core.experiment.evaluation import evaluate
from translearn_core.jobs import ERROR_ANALYSIS, SIMILARITY, StudyArm
from translearn_core.reporting.caveats import caveats
from translearn_core.reporting.report_data import ReportData
from translearn_core.reporting.training_section import scores_section
from translearn_core.results import Comparison, Evaluation, RunSummary
from translearn_core.runs import State, artifacts
from translearn_core.transfer.objectives import RegressionError
from translearn_core.transfer.prediction import ModelOutputs
from translearn_core.transfer.saved_model import FineTunedModel
from translearn_core.worker.prediction.file_predictions import predict_texts


def evaluation(noise: float, seed: int) -> Evaluation:
    """Return the evaluation of predictions that differ from the target by `noise`."""
    data = prepared()
    target = data.target
    errors = 100 * noise * np.random.default_rng(seed).standard_normal(len(target.values))
    logits = (target.values + errors).astype(np.float32)[:, None]
    outputs = ModelOutputs(logits, np.zeros((len(logits), 2), dtype=np.float16), ProblemType.REGRESSION)
    return evaluate(outputs, data, RegressionError(), seed=0)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def cell(bench: Bench, tiny: str, name: str, noise: float) -> StudyArm:
    """Save three runs of an arm."""
    jobs = []
    for seed in range(3):
        config = experiment(tiny, seed=seed, lr=noise / 100)
        config = config.model_copy(update={"data": bench.data, "freeze": TOP if noise < 0.5 else ALL})
        folder, result = bench.run(config), evaluation(noise, seed)
        test = result.metrics["test"]
        artifacts.save(folder, result)
        artifacts.save(
            folder,
            RunSummary(
                "CPU", "float32", {"total": 9.0}, {"trainable": 1, "total": 2}, test, test,
                result.constant_baseline, 3, 2, 1,
            ),
        )  # fmt: skip
        jobs.append(bench.store.submit(ME, config).job.id)
        bench.store.finish(jobs[-1], State.DONE)
    return StudyArm(name=name, jobs=tuple(jobs))


@pytest.fixture
def comparison(bench: Bench, tiny: str) -> Comparison:
    arms = [cell(bench, tiny, name, noise) for name, noise in (("good", 0.2), ("poor", 0.8))]
    return bench.compare(*arms, baseline="poor")


def test_a_study_compares_by_the_headline_and_in_the_unit_of_the_row_scores(comparison: Comparison) -> None:
    frame = comparison.frame()
    assert {"Pearson's r", "Pearson's r low", "MAE"} <= set(frame)
    assert frame["Pearson's r"][0] > frame["Pearson's r"][1]
    difference = frame["MAE"][1] - frame["MAE"][0]
    assert frame["difference"][0] == pytest.approx(difference)
    assert f"{difference:.3g} better than poor" in comparison.sentences()[0]
    assert "points" not in comparison.sentences()[0]
    figure = plots.study_arms(comparison)
    assert "Pearson" in figure.layout.xaxis.title.text
    assert sorted(x for trace in figure.data for x in trace.x) == pytest.approx(sorted(frame["Pearson's r"]))


def test_a_study_and_the_runs_are_listed_by_name_of_the_metric(
    bench: Bench, comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = StringIO()
    screen = Console(file=printed, width=200)
    config = StudyConfig(data=DataConfig(dataset="d", text="t", label="l"), boundaries=(0,))
    study = SimpleNamespace(name="a study", config=config, blocks={config.backbones[0].label: 1})
    show(cast(Any, study), comparison, [], screen)
    monkeypatch.setattr(runs, "open_store", lambda: bench.store)
    trainings = bench.store.runs(ME)
    listed = [runs.line(run) for run in trainings if run.job.spec.result is RunSummary]
    assert [list(one["scores"]) for one in listed] == [["pearson", "spearman", "mae", "r2"]] * 6
    runs.show({"runs": [one | {"tags": []} for one in listed]}, screen)
    assert printed.getvalue().count("MAE") == 2
    assert "accuracy" not in printed.getvalue()


def test_the_report_has_the_scores_and_the_figure_of_the_problem() -> None:
    result = evaluation(0.2, 0)
    section = scores_section(result)
    (sentence,) = section.sentences
    test = result.metrics["test"]
    assert f"is {test['pearson'].value:.3f} (95 %" in sentence
    assert f"The mean baseline gets {result.constant_baseline:.3f}" in sentence
    assert section.blocks[0].caption.startswith("Predicted against true")


def test_the_report_has_the_caveats_of_the_problem() -> None:
    result = evaluation(0.2, 0)
    sentences = caveats(ReportData("a run", evaluation=result))
    assert any("correlation measures order" in sentence for sentence in sentences)
    assert not any("class" in sentence for sentence in sentences)


def test_a_table_gains_the_columns_of_decode() -> None:
    model = SimpleNamespace(problem=ProblemType.REGRESSION)
    trained = FineTunedModel(cast(Any, model), ("stars",), 32, cast(Any, None))
    outputs = ModelOutputs(
        np.array([[1.5], [-2.0]], np.float32), np.zeros((2, 1), np.float16), ProblemType.REGRESSION
    )
    fixed = SimpleNamespace(
        predict=lambda texts: outputs,
        decode=trained.decode,
        names=trained.names,
        problem=ProblemType.REGRESSION,
    )
    context = SimpleNamespace(report=lambda *_: None)
    table = predict_texts(cast(Any, fixed), ["a", "", "b"], 1, cast(Any, context))
    assert list(table) == ["predicted"]
    np.testing.assert_array_equal(table["predicted"], [1.5, np.nan, -2.0])


def test_diagnostics_of_classes_say_that_they_are() -> None:
    regression, classes = (
        ExperimentConfig(
            data=DataConfig(dataset="d", text="t", targets=(TargetConfig(column="l", problem=problem),)),
            freeze=FreezePlan(blocks=(5,)),
        )
        for problem in (ProblemType.REGRESSION, ProblemType.SINGLE_LABEL)
    )
    assert "one class per row" in ERROR_ANALYSIS.unsupported(regression)
    assert SIMILARITY.unsupported(regression) == ""
    assert ERROR_ANALYSIS.unsupported(classes) == ""
