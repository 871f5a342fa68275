"""Jobs about a run that predicts a number: baselines, probes, intervals, projection, predictions, export."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import pearsonr

from tests.training.test_regression_diagnostics import Workbench
from translearn_core.config import BackboneConfig, HeadConfig, HeadKind, Method, ProblemType
from translearn_core.config.search import tfidf_experiment
from translearn_core.errors import ConfigError
from translearn_core.exporting.templates import predict_tfidf
from translearn_core.exporting.templates.predict import Classifier
from translearn_core.jobs import (
    LENGTH,
    BaselinesConfig,
    ExportConfig,
    NumberErrorsConfig,
    OcclusionConfig,
    PredictConfig,
    ProbeConfig,
    ProjectConfig,
)
from translearn_core.results import (
    Baselines,
    NumberErrors,
    Occlusion,
    Prediction,
    ProbeScores,
    Projection,
)
from translearn_core.results.diagnostics.baselines import FROZEN, MEAN, WORDS
from translearn_core.runs import artifacts
from translearn_core.transfer import load_trained
from translearn_core.worker import export
from translearn_core.worker.diagnostics.baselines import compare_baselines
from translearn_core.worker.diagnostics.error_analysis.number_errors import analyse_number_errors
from translearn_core.worker.diagnostics.probing import probe
from translearn_core.worker.diagnostics.projection import project_layer
from translearn_core.worker.prediction.occlusion import occlude
from translearn_core.worker.prediction.predictions import predict


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory, tiny: str) -> Workbench:
    """A workspace with a trained run."""
    bench = Workbench(tmp_path_factory.mktemp("numbers"), tiny)
    bench.train(0)
    return bench


@pytest.fixture
def job(workbench: Workbench) -> str:
    return next(iter(workbench.trained))


def result(bench: Workbench, handler: Any, config: Any, kind: type) -> Any:
    value = artifacts.load(bench.do(handler, config), kind)
    assert value is not None
    return value


def test_baselines_are_the_mean_words_and_a_ridge_probe(workbench: Workbench, job: str) -> None:
    baselines = result(workbench, compare_baselines, BaselinesConfig(job=job), Baselines)
    assert [line.name for line in baselines.lines] == [MEAN, WORDS, FROZEN]
    mean, words, probe_line = baselines.lines
    test = workbench.evaluation(job).predictions.query("split == 'test'")
    train = workbench.evaluation(job).predictions.query("split == 'train'")
    error = (test["label"] - train["label"].mean()).abs().mean()
    assert (mean.headline.value, mean.scores["mae"].value) == (0.0, pytest.approx(error))
    own = (test["label"] - test["predicted"]).abs().mean()
    assert mean.margin.value == pytest.approx(error - own)
    assert not mean.margin.shares
    assert words.headline.value > 0.9
    assert probe_line.layer is not None
    assert "Pearson's r" in baselines.sentence


def test_layers_are_probed_by_correlation_with_a_control_of_numbers(workbench: Workbench, job: str) -> None:
    scores = result(workbench, probe, ProbeConfig(job=job, folds=3), ProbeScores)
    assert scores.metric == "pearson"
    assert scores.test.shape == (3, 4)
    assert np.nanmax(scores.test) > 0.8
    assert (scores.low <= scores.test).all()
    assert scores.control_test.shape == (1, 3, 4)
    assert "majority" not in " ".join(scores.sentences)
    length = result(
        workbench, probe, ProbeConfig(job=job, folds=3, target=LENGTH, control_tasks=0), ProbeScores
    )
    assert length.metric == "accuracy", "quarters of lengths are classes"


def test_errors_have_intervals_slices_and_residuals(workbench: Workbench, job: str) -> None:
    errors = result(workbench, analyse_number_errors, NumberErrorsConfig(job=job), NumberErrors)
    rows = workbench.evaluation(job).predictions.assign(residual=lambda r: r["label"] - r["predicted"])
    validation, test = (rows[rows["split"] == split]["residual"].abs() for split in ("validation", "test"))
    line = errors.coverage[errors.coverage["level"] == 0.8].iloc[0]
    assert line["half width"] in validation.tolist()
    assert (validation <= line["half width"]).mean() >= 0.8
    assert line["coverage"] == (test <= line["half width"]).mean()
    assert errors.error == pytest.approx(test.mean())
    assert errors.largest["residual"].abs().iloc[0] == pytest.approx(max(validation.max(), test.max()))
    weighted = (errors.slices["error"] * errors.slices["rows"]).groupby(errors.slices["column"]).sum()
    assert weighted.tolist() == pytest.approx([test.sum()] * len(weighted))
    assert (errors.slices["low"] <= errors.slices["error"]).all()
    assert list(errors.slices["difference"]) == sorted(errors.slices["difference"], reverse=True)


def test_a_projection_has_the_numbers(workbench: Workbench, job: str) -> None:
    config = ProjectConfig(job=job, layer=3, method=Method.PCA)
    points = result(workbench, project_layer, config, Projection)
    rows = workbench.evaluation(job).predictions.iloc[points.index]
    np.testing.assert_array_equal(points.values, rows[["label", "predicted"]].to_numpy().T)
    means = [rows["label"][points.label == k].mean() for k in range(len(points.classes))]
    assert means == sorted(means)
    assert points.predicted.max() < len(points.classes)


def test_typed_texts_get_a_number_with_its_interval(workbench: Workbench, job: str) -> None:
    texts = ("great lovely film one", "terrible boring film two")
    prediction = result(workbench, predict, PredictConfig(job=job, texts=texts), Prediction)
    assert list(prediction.decoded) == ["predicted", "low", "high"]
    good, bad = prediction.decoded["predicted"]
    assert good > bad
    width = (prediction.decoded["high"] - prediction.decoded["low"]).tolist()
    assert width[0] == pytest.approx(width[1])
    assert width[0] > 0
    assert "value" in prediction.frame()
    with pytest.raises(ConfigError, match="classes"):
        workbench.do(predict, PredictConfig(job=job, texts=texts, temperature=2.0))


def test_words_matter_by_how_far_the_number_falls(workbench: Workbench, job: str) -> None:
    words = result(workbench, occlude, OcclusionConfig(job=job, text="great lovely film"), Occlusion)
    model = load_trained(workbench.workspace.run(job))
    whole, without = model.predict(["great lovely film", "lovely film"]).logits[:, 0]
    assert words.probability is None
    assert float(words.predicted) == pytest.approx(float(whole), rel=1e-4)
    assert words.words["importance"][0] == pytest.approx(float(whole - without), rel=1e-3, abs=1e-3)


def exported(bench: Workbench, job: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Export a run, and return what is in its folder before it is packed."""
    found: dict[str, Any] = {}

    def keep(folder: Path, target: Path, report: Any) -> tuple[str, ...]:
        found["card"] = (folder / "README.md").read_text(encoding="utf-8")
        classifier = Classifier if (folder / "backbone").exists() else predict_tfidf.Classifier
        texts = ["great lovely film one", "terrible boring film two"]
        found["answers"] = np.asarray(classifier(folder).answer(texts))
        target.write_bytes(b"")
        return ("README.md",)

    monkeypatch.setattr(export, "pack", keep)
    bench.do(export.export, ExportConfig(job=job, name="Stars"))
    return found


@pytest.mark.parametrize("kind", ["backbone", "TF-IDF"])
def test_an_export_predicts_in_the_units_of_the_column(
    kind: str, workbench: Workbench, job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "TF-IDF":
        monkeypatch.setattr(workbench, "config", tfidf_experiment(workbench.config))
        job = workbench.train(0)
        assert workbench.evaluation(job).metrics["test"]["pearson"].value > 0.9
    found = exported(workbench, job, monkeypatch)
    model = load_trained(workbench.workspace.run(job))
    expected = model.predict(["great lovely film one", "terrible boring film two"]).logits
    assert model.problem is ProblemType.REGRESSION
    np.testing.assert_allclose(found["answers"], expected, rtol=1e-4)
    assert 500 < found["answers"][1, 0] < found["answers"][0, 0] < 1100
    assert "Pearson's r" in found["card"]
    assert "## Labels" not in found["card"]


def test_a_probe_head_correlates_as_its_ridge_says(
    workbench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen = workbench.config.model_copy(
        update={
            "head": HeadConfig(kind=HeadKind.PROBE, dropout=0.0),
            "freeze": type(workbench.config.freeze)(),
            "backbone": BackboneConfig(id=workbench.config.backbone.id),
        }
    )
    monkeypatch.setattr(workbench, "config", frozen)
    evaluation = workbench.evaluation(workbench.train(0))
    test: pd.DataFrame = evaluation.predictions.query("split == 'test'")
    expected = pearsonr(test["label"], test["predicted"]).statistic
    assert evaluation.metrics["test"]["pearson"].value == pytest.approx(expected)
    assert replace(evaluation).metrics["test"]["r2"].value > 0.5
