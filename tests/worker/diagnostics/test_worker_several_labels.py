"""Diagnostics, predictions, report and export of a run that predicts several labels."""

import csv
import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score
from worker_bench import ME, Bench, reviews

from translearn_core.config import DataConfig, ExperimentConfig, ProblemType, TargetConfig
from translearn_core.config.settings import Settings
from translearn_core.exporting.templates.predict import Classifier
from translearn_core.jobs import (
    ERROR_ANALYSIS,
    LABEL_ERRORS,
    BaselinesConfig,
    ExportConfig,
    LabelErrorsConfig,
    OcclusionConfig,
    PredictConfig,
    PredictFileConfig,
    ProbeConfig,
    ProjectConfig,
    ProjectionAnimationConfig,
    ReportConfig,
    SimilarityConfig,
    SnapshotsConfig,
    TransferabilityConfig,
)
from translearn_core.reporting.diagnostics import label_errors as label_errors_section
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import (
    Baselines,
    Evaluation,
    ExportFile,
    FilePrediction,
    LabelEfficiency,
    LabelErrors,
    Occlusion,
    Prediction,
    ProbeScores,
    Projection,
    ProjectionAnimation,
    ReportFile,
    Similarity,
    Snapshots,
    Transferability,
)
from translearn_core.results.diagnostics.baselines import FROZEN, PRIOR, WORDS
from translearn_core.results.labels.multi_label import label_masks
from translearn_core.results.metric import MACRO_F1
from translearn_core.runs import artifacts
from translearn_core.runs.studies.label_efficiency import label_efficiency_config

TARGET = TargetConfig(column="tags", problem=ProblemType.MULTI_LABEL)


def tagged() -> bytes:
    """Return the reviews with tags for liking, for books and films, and for a word."""
    table = pd.read_csv(io.BytesIO(reviews()))
    tags = []
    for text, liked in table.itertuples(index=False):
        words = [liked, *(word for word in ("film", "book") if word in text), *["late"] * ("late" in text)]
        tags.append(";".join(words))
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["text", "tags", "length"])
    writer.writerows(
        (text, tag, "long" if len(text) > 24 else "short")
        for text, tag in zip(table["text"], tags, strict=True)
    )
    return written.getvalue().encode()


@pytest.fixture(scope="module")
def tags(bench: Bench) -> DataConfig:
    dataset = bench.store.add_dataset(ME, "tags.csv", {"train": tagged()}, Settings())
    return DataConfig(dataset=dataset.digest, text="text", targets=(TARGET,))


@pytest.fixture(scope="module")
def several(experiment: ExperimentConfig, tags: DataConfig) -> ExperimentConfig:
    training = experiment.training.model_copy(update={"epochs": 6})
    return experiment.model_copy(update={"data": tags, "training": training})


@pytest.fixture(scope="module")
def run(bench: Bench, several: ExperimentConfig) -> str:
    return bench.train(several)


@pytest.fixture(scope="module")
def evaluation(bench: Bench, run: str) -> Evaluation:
    result = artifacts.load(bench.store.workspace.run(run), Evaluation)
    assert result is not None
    return result


def test_baselines_have_thresholds_of_their_own(bench: Bench, run: str, evaluation: Evaluation) -> None:
    result = bench.do(BaselinesConfig(job=run), Baselines)
    assert [line.name for line in result.lines] == [PRIOR, WORDS, FROZEN]
    assert list(result.lines[0].scores) == list(evaluation.metrics["test"].scores)
    prior = result.line(PRIOR)
    assert prior is not None
    true, _ = label_masks(evaluation)
    everything = f1_score(true, np.ones_like(true), average="macro")
    assert prior["macro_f1"].value == pytest.approx(everything)
    assert prior["macro_f1"].value == pytest.approx(evaluation.constant_baseline)
    train = evaluation.predictions[evaluation.predictions["split"] == "train"]["label"]
    test = evaluation.predictions[evaluation.predictions["split"] == "test"]["label"]
    assert prior["subset_accuracy"].value == pytest.approx((test == train.mode()[0]).mean())
    assert prior.margin.value > 0
    assert any("F1 per text" in caveat for caveat in result.caveats)
    words = result.line(WORDS)
    assert words is not None
    assert words["macro_f1"].value > prior["macro_f1"].value


def test_layers_are_probed_in_macro_f1(bench: Bench, run: str) -> None:
    scores = bench.do(ProbeConfig(job=run, folds=3), ProbeScores)
    assert (scores.metric, scores.constant_name) == (MACRO_F1, "label prior")
    assert ((scores.test >= 0) & (scores.test <= 1)).all()
    assert (scores.low <= scores.test).all()
    assert (scores.test <= scores.high).all()
    assert scores.cross_validated.shape == (3, 4, 3)
    assert scores.tfidf.value > scores.majority
    pretrained = scores.variants.index("pretrained")
    assert scores.test[pretrained].max() > scores.majority
    other = bench.do(ProbeConfig(job=run, folds=2, target="length", control_tasks=0), ProbeScores)
    assert other.metric == "accuracy"


def test_calibration_slices_and_issues_of_labels(
    bench: Bench, run: str, several: ExperimentConfig, evaluation: Evaluation
) -> None:
    assert LABEL_ERRORS.unsupported(several) == ""
    assert "several labels per row" in ERROR_ANALYSIS.unsupported(several)
    result = bench.do(LabelErrorsConfig(job=run), LabelErrors)
    true, _ = label_masks(evaluation)
    table = result.calibration.set_index("label").loc[list(evaluation.names)]
    assert table["share of rows"].to_numpy() == pytest.approx(true.mean(axis=0))
    assert (table["error low"] <= table["calibration error"]).all()
    assert int(result.bins["rows"].sum()) == true.size
    assert result.score.value == pytest.approx(evaluation.metrics["test"]["subset_accuracy"].value)
    assert result.n_checked == len(evaluation.predictions)
    assert set(result.suspects["kind"]) <= {"wrong", "missing"}
    for line in result.suspects.head(5).itertuples():
        assert (line.suspect in line.label.split("; ")) == (line.kind == "wrong")
    section = label_errors_section.section(result, ReportData("a run"))
    assert len(section.blocks) == 4


def test_a_planted_label_error_is_suspected(
    bench: Bench, several: ExperimentConfig, tags: DataConfig
) -> None:
    table = pd.read_csv(io.BytesIO(tagged()))
    table.loc[0, "tags"] = table.loc[1, "tags"]
    content = table.to_csv(index=False).encode()
    dataset = bench.store.add_dataset(ME, "wrong.csv", {"train": content}, Settings())
    data = tags.model_copy(update={"dataset": dataset.digest})
    job = bench.train(several.model_copy(update={"data": data}))
    suspects = bench.do(LabelErrorsConfig(job=job), LabelErrors).suspects
    assert 1 in set(suspects["row"])


def test_projections_and_snapshots_are_coloured_by_the_rarest_label(
    bench: Bench, run: str, evaluation: Evaluation
) -> None:
    names = (*evaluation.names, "no label")
    projection = bench.do(ProjectConfig(job=run, layer=3), Projection)
    assert projection.classes == names
    frame = projection.frame()
    labels = evaluation.predictions["label"].iloc[projection.index]
    inside = [shown in label.split("; ") for shown, label in zip(frame["label"], labels, strict=True)]
    assert all(inside)
    assert bench.do(ProjectionAnimationConfig(job=run), ProjectionAnimation).classes == names
    snapshots = bench.do(SnapshotsConfig(job=run, layer=3), Snapshots)
    assert (snapshots.metric, snapshots.classes) == ("row_f1", names)
    assert bench.do(SimilarityConfig(job=run), Similarity).frame().notna().any().any()


def test_layers_are_rated_for_transfer(bench: Bench, run: str, several: ExperimentConfig) -> None:
    config = TransferabilityConfig(
        data=several.data, backbones=(several.backbone,), features=several.features, runs=(run,)
    )
    result = bench.do(config, Transferability)
    assert result.metric == MACRO_F1
    assert np.isfinite(result.layers["LogME"]).all()
    assert result.layers["H-score"].isna().all()


def test_label_efficiency_is_in_f1_per_text(bench: Bench, several: ExperimentConfig) -> None:
    config = label_efficiency_config(several, (16, 32), (0, 1), balanced=False)
    curve = bench.do(config, LabelEfficiency)
    assert curve.metric == "row_f1"
    assert ((curve.scores[:2] >= 0) & (curve.scores[:2] <= 1)).all()


def test_predictions_of_texts_and_files(
    bench: Bench, run: str, evaluation: Evaluation, tags: DataConfig
) -> None:
    texts = tuple(evaluation.predictions["text"].iloc[:4])
    prediction = bench.do(PredictConfig(job=run, texts=texts), Prediction)
    assert prediction.decoded["predicted"].tolist() == evaluation.predictions["predicted"].tolist()[:4]
    assert set(prediction.frame()["label"]) == set(evaluation.names)
    written = bench.do(
        PredictFileConfig(job=run, dataset=tags.dataset, text="text", review_precision=0.8, top_labels=2),
        FilePrediction,
    )
    assert written.table["predicted"].isin(set(evaluation.predictions["predicted"])).all()
    assert {"label_1", "probability_2", "review"} <= set(written.table)
    assert written.classified == len(written.table)
    words = bench.do(OcclusionConfig(job=run, text=texts[0]), Occlusion)
    assert words.predicted in evaluation.names
    assert words.probability == pytest.approx(prediction.outputs[0].max(), abs=1e-4)
    assert np.isfinite(words.words["importance"]).all()


def test_the_export_predicts_the_same_labels(
    bench: Bench, run: str, evaluation: Evaluation, tmp_path: Path
) -> None:
    config = ExportConfig(job=run, onnx=True, name="tags", data="tags.csv")
    result = bench.do(config, ExportFile)
    assert "thresholds.json" in result.files
    path = bench.store.workspace.run(bench.store.submit(ME, config).job.id) / result.file
    with zipfile.ZipFile(path) as packed:
        packed.extractall(tmp_path)
    model = Classifier(tmp_path)
    test = evaluation.predictions[evaluation.predictions["split"] == "test"]
    mask = model.answer(test["text"].tolist()).numpy() >= np.array(model.thresholds)
    _, predicted = label_masks(evaluation)
    np.testing.assert_array_equal(mask, predicted)
    assert "thresholds.json" in (tmp_path / "README.md").read_text()


def test_the_report_has_the_sections_of_labels(bench: Bench, run: str) -> None:
    parts = tuple(bench.store.submit(ME, config).job.id for config in (LabelErrorsConfig(job=run),))
    result = bench.do(ReportConfig(job=run, parts=parts, name="tags"), ReportFile)
    folder = bench.store.workspace.run(
        bench.store.submit(ME, ReportConfig(job=run, parts=parts, name="tags")).job.id
    )
    text = (folder / result.file).read_text(encoding="utf-8")
    assert "Label confusion" in text
    assert "Calibration and errors of labels" in text
