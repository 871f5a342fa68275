"""Results of another problem type, here regression, are compared, reported, listed and shown as they are."""

from dataclasses import replace
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import plotly.graph_objects as go
import pytest
from rich.console import Console

from tests.training.test_second_problem import REGRESSION, Regression, RidgeModels, SquaredError, numbers
from tests.training.test_training import experiment, toy
from tests.worker.test_worker_compare import ALL, ME, TOP, Bench
from translearn_core import plots
from translearn_core.analysis.linear_models import LINEAR_MODELS
from translearn_core.commands import runs
from translearn_core.commands.study import show
from translearn_core.config import BackboneConfig, ProblemType
from translearn_core.experiment.evaluation import evaluate
from translearn_core.jobs import ERROR_ANALYSIS, SIMILARITY, StudyArm
from translearn_core.plots.outputs import OUTPUT_PLOTS
from translearn_core.reporting.caveats import caveats
from translearn_core.reporting.report_data import ReportData
from translearn_core.reporting.training_section import scores_section
from translearn_core.results import Comparison, Evaluation, RunSummary
from translearn_core.results.metric import METRICS, Metric
from translearn_core.runs import State, artifacts
from translearn_core.tasks import PROBLEMS
from translearn_core.transfer.objectives import OBJECTIVES
from translearn_core.transfer.prediction import ModelOutputs
from translearn_core.transfer.saved_model import FineTunedModel
from translearn_core.worker.prediction.file_predictions import predict_texts

MSE = Metric("mse", "MSE", higher_is_better=False)


@pytest.fixture(autouse=True)
def member(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make regression a problem type: a member of the enumeration, and an entry of each table."""
    member = str.__new__(ProblemType, REGRESSION)
    member._name_, member._value_ = "REGRESSION", str(REGRESSION)
    monkeypatch.setitem(ProblemType._member_map_, "REGRESSION", member)
    monkeypatch.setitem(ProblemType._value2member_map_, str(REGRESSION), member)
    monkeypatch.setattr(ProblemType, "_member_names_", [*ProblemType._member_names_, "REGRESSION"])
    monkeypatch.setitem(PROBLEMS, REGRESSION, cast(Any, Regression()))
    monkeypatch.setitem(OBJECTIVES, REGRESSION, SquaredError())
    monkeypatch.setitem(LINEAR_MODELS, REGRESSION, RidgeModels())
    monkeypatch.setitem(METRICS, "mse", MSE)
    single = OUTPUT_PLOTS[ProblemType.SINGLE_LABEL]
    scatter = replace(
        single,
        title="Residuals",
        draw=lambda result, dark: go.Figure(),
        table=lambda result: result.predictions,
        metrics=lambda result: result.frame(),
    )
    monkeypatch.setitem(OUTPUT_PLOTS, REGRESSION, scatter)


def evaluation(noise: float, seed: int) -> Evaluation:
    """Return the evaluation of predictions that differ from the target by `noise`."""
    data = toy()
    target = numbers(data)
    errors = noise * np.random.default_rng(seed).standard_normal(len(target.values))
    logits = (target.values + errors).astype(np.float32)[:, None]
    outputs = ModelOutputs(logits, np.zeros((len(logits), 2), dtype=np.float16), REGRESSION)
    return evaluate(outputs, replace(data, targets=(target,)), seed=0)


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
    assert {"r2", "r2 low", "MSE", "MSE high"} <= set(frame)
    assert frame["r2"][0] > frame["r2"][1]
    difference = frame["MSE"][1] - frame["MSE"][0]
    assert frame["difference"][0] == pytest.approx(difference)
    assert f"{difference:.3g} better than poor" in comparison.sentences()[0]
    assert "points" not in comparison.sentences()[0]
    figure = plots.study_arms(comparison)
    assert "r2" in figure.layout.xaxis.title.text
    assert sorted(x for trace in figure.data for x in trace.x) == pytest.approx(sorted(frame["r2"]))


def test_a_study_and_the_runs_are_listed_by_name_of_the_metric(
    bench: Bench, comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = StringIO()
    screen = Console(file=printed, width=200)
    show(cast(Any, SimpleNamespace(name="a study")), comparison, [], screen)
    monkeypatch.setattr(runs, "open_store", lambda: bench.store)
    trainings = bench.store.runs(ME)
    listed = [runs.line(run) for run in trainings if run.job.spec.result is RunSummary]
    assert [list(one["scores"]) for one in listed] == [["r2", "mse"]] * 6
    runs.show({"runs": [one | {"tags": []} for one in listed]}, screen)
    assert printed.getvalue().count("MSE") == 2
    assert "accuracy" not in printed.getvalue()


def test_the_report_has_the_scores_and_the_figure_of_the_problem() -> None:
    result = evaluation(0.2, 0)
    section = scores_section(result)
    (sentence,) = section.sentences
    test = result.metrics["test"]
    assert f"r2 is {test['r2'].value:.3f}" in sentence
    assert f"The mean gets {result.constant_baseline:.3f}" in sentence
    assert section.blocks[0].caption.startswith("Residuals")


def test_the_report_has_the_caveats_of_the_problem() -> None:
    result = evaluation(0.2, 0)
    sentences = caveats(ReportData("a run", evaluation=result))
    assert f"{result.metrics['test'].n} numbers." in sentences
    assert not any("class" in sentence for sentence in sentences)


def test_a_table_gains_the_columns_of_decode() -> None:
    model = SimpleNamespace(problem=REGRESSION)
    trained = FineTunedModel(cast(Any, model), ("stars",), 32, cast(Any, None))
    outputs = ModelOutputs(np.array([[1.5], [-2.0]], np.float32), np.zeros((2, 1), np.float16), REGRESSION)
    fixed = SimpleNamespace(predict=lambda texts: outputs, decode=trained.decode, names=trained.names)
    context = SimpleNamespace(report=lambda *_: None)
    table = predict_texts(cast(Any, fixed), ["a", "", "b"], 1, cast(Any, context))
    assert list(table) == ["predicted"]
    np.testing.assert_array_equal(table["predicted"], [1.5, np.nan, -2.0])


def test_diagnostics_of_classes_say_that_they_are() -> None:
    regression, classes = (
        cast(Any, SimpleNamespace(data=SimpleNamespace(problem=problem), backbone=BackboneConfig()))
        for problem in (REGRESSION, ProblemType.SINGLE_LABEL)
    )
    assert "single label classification" in ERROR_ANALYSIS.unsupported(regression)
    assert SIMILARITY.unsupported(regression) == ""
    assert ERROR_ANALYSIS.unsupported(classes) == ""
