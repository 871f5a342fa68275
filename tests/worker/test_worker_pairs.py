"""Every job on a run of text pairs: training, prediction, diagnostics, export and report."""

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worker_bench import ME, Bench

from translearn_core.config import (
    AugmentConfig,
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    HeadConfig,
    HeadKind,
    PairEncoding,
    Precision,
    ProblemType,
    TargetConfig,
    TrainingConfig,
)
from translearn_core.config.model_names import TFIDF
from translearn_core.config.settings import Settings
from translearn_core.errors import DataError
from translearn_core.exporting.templates.predict import Classifier
from translearn_core.jobs import (
    SPECS,
    AdviseConfig,
    AugmentationPreviewConfig,
    BaselinesConfig,
    DiagnoseConfig,
    ErrorAnalysisConfig,
    ExportConfig,
    ForgettingConfig,
    LabelEfficiencyConfig,
    LabelReviewConfig,
    LrFinderConfig,
    NeighboursConfig,
    OcclusionConfig,
    PairedComparisonConfig,
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
from translearn_core.results import (
    AugmentationPreview,
    Baselines,
    Diagnosis,
    ErrorAnalysis,
    Evaluation,
    ExportFile,
    FilePrediction,
    LabelReview,
    NearestNeighbours,
    Occlusion,
    PairedComparison,
    Prediction,
    Projection,
    ProjectionAnimation,
    RunSummary,
)
from translearn_core.results.diagnostics.baselines import FIRST_TEXT, FROZEN, SECOND_TEXT, WORDS
from translearn_core.runs import artifacts
from translearn_core.transfer import load_trained

NAMES = ("anna", "bert", "carl", "dora", "emil", "frida")
PLACES = ("river", "city", "field", "house")


def table(rows: int = 192) -> bytes:
    """Return sentences that agree (the same person twice) or not."""
    random, out = np.random.default_rng(0), io.StringIO()
    lines = csv.writer(out)
    lines.writerow(["premise", "hypothesis", "agree", "source"])
    for i in range(rows):
        one, place = str(random.choice(NAMES)), str(random.choice(PLACES))
        other = one if i % 2 else str(random.choice([name for name in NAMES if name != one]))
        lines.writerow(
            [
                f"{one} is in the {place}",
                f"day {i} : {other} is there",
                "yes" if i % 2 else "no",
                "ab"[i % 3 % 2],
            ]
        )
    return out.getvalue().encode()


@pytest.fixture(scope="module")
def data(bench: Bench) -> DataConfig:
    dataset = bench.store.add_dataset(ME, "pairs.csv", {"train": table()}, Settings())
    return DataConfig(dataset=dataset.digest, text="premise", text_pair="hypothesis", label="agree")


def experiment_of(data: DataConfig, backbone: BackboneConfig, encoding: PairEncoding) -> ExperimentConfig:
    return ExperimentConfig(
        data=data,
        backbone=backbone,
        freeze=FreezePlan(blocks=(2,)),
        features=FeatureConfig(token_limit=32, pair_encoding=encoding),
        training=TrainingConfig(lr=1e-3, head_lr=1e-2, batch_size=8, precision=Precision.FLOAT32),
    )


@pytest.fixture(scope="module", params=PairEncoding)
def experiment(
    request: pytest.FixtureRequest, data: DataConfig, backbone: BackboneConfig
) -> ExperimentConfig:
    return experiment_of(data, backbone, request.param)


@pytest.fixture(scope="module")
def run(bench: Bench, experiment: ExperimentConfig) -> str:
    return bench.train(experiment)


def evaluation_of(bench: Bench, run: str) -> Evaluation:
    evaluation = artifacts.load(bench.store.workspace.run(run), Evaluation)
    assert evaluation is not None
    return evaluation


def test_typed_pairs_are_predicted_as_in_training(bench: Bench, run: str) -> None:
    rows = evaluation_of(bench, run).predictions.head(5)
    pairs = tuple(zip(rows["text"], rows["text_pair"], strict=True))
    result = bench.do(PredictConfig(job=run, texts=pairs, neighbours=2), Prediction)
    assert result.decoded["predicted"].tolist() == rows["predicted"].tolist()
    assert list(result.frame())[:3] == ["text", "text_pair", "label"]
    known = set(zip(*(evaluation_of(bench, run).predictions[c] for c in ("text", "text_pair")), strict=True))
    found = set(zip(result.neighbours["neighbour"], result.neighbours["neighbour_pair"], strict=True))
    assert found
    assert found <= known
    for wrong in ("a single text", ("one side", " ")):
        with pytest.raises(DataError):
            bench.do(PredictConfig(job=run, texts=(wrong,)), Prediction)


def test_projections_count_pairs(bench: Bench, run: str) -> None:
    plane = bench.do(ProjectConfig(job=run, layer=3), Projection)
    animation = bench.do(ProjectionAnimationConfig(job=run), ProjectionAnimation)
    assert plane.settings["found from"].endswith(" pairs")
    for sentence in (plane.sentence, animation.sentence):
        assert "test pair's 10 nearest neighbours" in sentence
        assert " text" not in sentence


def test_a_file_of_pairs_is_predicted_and_one_sided_rows_are_not(bench: Bench, run: str) -> None:
    content = b"a,b\nanna is in the city,anna is there\nbert is in the city,\n"
    dataset = bench.store.add_dataset(ME, "more.csv", {"train": content}, Settings()).digest
    result = bench.do(PredictFileConfig(job=run, dataset=dataset, text="a", text_pair="b"), FilePrediction)
    assert (result.rows, result.blank) == (2, 1)
    with pytest.raises(DataError):
        bench.do(PredictFileConfig(job=run, dataset=dataset, text="a"), FilePrediction)


def test_words_of_both_texts_are_left_out(bench: Bench, run: str) -> None:
    config = OcclusionConfig(job=run, text="anna is here", text_pair="bert is")
    words = bench.do(config, Occlusion).words
    assert words["word"].tolist() == ["anna", "is", "here", "bert", "is"]
    assert words["side"].tolist() == [1, 1, 1, 2, 2]


def test_baselines_have_a_line_for_either_text_alone(bench: Bench, run: str) -> None:
    result = bench.do(BaselinesConfig(job=run), Baselines)
    lines = {line.name: line for line in result.lines}
    assert {WORDS, FIRST_TEXT, SECOND_TEXT, FROZEN} <= set(lines)
    assert max(lines[name].scores["accuracy"].value for name in (FIRST_TEXT, SECOND_TEXT)) < 0.75


def test_the_error_analysis_quotes_pairs(bench: Bench, run: str) -> None:
    result = bench.do(ErrorAnalysisConfig(job=run), ErrorAnalysis)
    assert {"text", "text_pair"} <= set(result.suspects)
    assert "premise" not in set(result.slices["column"])


def test_runs_are_compared_on_the_rows_with_both_texts_the_same(
    bench: Bench, experiment: ExperimentConfig, run: str
) -> None:
    training = experiment.training.model_copy(update={"seed": 1})
    other = bench.train(experiment.model_copy(update={"training": training}))
    evaluation = evaluation_of(bench, other)
    rows = evaluation.predictions.copy()
    tested = rows.index[rows["split"] == "test"]
    rows.loc[tested[:2], "text_pair"] += " now"
    artifacts.save(bench.store.workspace.run(other), replace(evaluation, predictions=rows))
    paired = bench.do(PairedComparisonConfig(job=run, other=other), PairedComparison)
    assert (paired.rows, paired.unpaired) == (len(tested) - 2, 4)


def test_the_diagnosis_counts_the_tokens_of_pairs(
    bench: Bench, data: DataConfig, backbone: BackboneConfig
) -> None:
    single = data.model_copy(update={"text_pair": None})
    pairs, texts = (
        bench.do(DiagnoseConfig(data=config, backbone=backbone), Diagnosis) for config in (data, single)
    )
    assert pairs.tokens_per_text > texts.tokens_per_text + 4
    review = bench.do(LabelReviewConfig(data=data, backbone=backbone), LabelReview)
    assert "text_pair" in review.rows
    config = AugmentationPreviewConfig(data=data, backbone=backbone, augment=AugmentConfig(copies=2), texts=3)
    assert len(bench.do(config, AugmentationPreview).altered) == 12


def test_every_other_diagnostic_runs(bench: Bench, experiment: ExperimentConfig, run: str) -> None:
    data, backbone, features = experiment.data, experiment.backbone, experiment.features
    neighbours = bench.do(NeighboursConfig(job=run, layer=3, index=4), NearestNeighbours)
    assert neighbours.neighbours.shape == (2, 10)
    jobs: list[Any] = [
        ProbeConfig(job=run, control_tasks=1),
        SimilarityConfig(job=run, rows=60),
        SnapshotsConfig(job=run, layer=3),
        ForgettingConfig(job=run),
        LrFinderConfig(experiment=experiment, steps=20),
        LabelEfficiencyConfig(data=data, backbone=backbone, features=features, sizes=(16, 64), seeds=(0, 1)),
        TransferabilityConfig(data=data, backbones=(backbone,), features=features, runs=(run,)),
        AdviseConfig(data=data, backbone=backbone, features=features, precision=Precision.FLOAT32),
        ReportConfig(job=run),
    ]
    for config in jobs:
        bench.do(config, SPECS[config.kind].result)


def test_augmented_and_distilled_runs_train(bench: Bench, experiment: ExperimentConfig) -> None:
    augmented = experiment.model_copy(update={"augment": AugmentConfig(copies=1)})
    assert bench.do(augmented, RunSummary).test.n > 0


def test_the_export_predicts_pairs(bench: Bench, run: str, tmp_path: Path) -> None:
    config = ExportConfig(job=run)
    result = bench.do(config, ExportFile)
    folder = bench.store.workspace.run(bench.store.submit(ME, config).job.id)
    with zipfile.ZipFile(folder / result.file) as packed:
        packed.extractall(tmp_path)
    pairs = [("anna is in the river", "anna is there"), ("bert is in the city", "day 5 : anna is there")]
    expected = load_trained(bench.store.workspace.run(run)).predict(pairs).predictions
    np.testing.assert_allclose(Classifier(tmp_path).answer(pairs).numpy(), expected, atol=1e-5)
    assert "--pair-column" in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_tfidf_of_pairs_is_a_run_too(bench: Bench, data: DataConfig) -> None:
    config = ExperimentConfig(
        data=data,
        backbone=BackboneConfig(id=TFIDF),
        head=HeadConfig(kind=HeadKind.PROBE),
        training=TrainingConfig(epochs=1),
    )
    run = bench.train(config)
    rows = evaluation_of(bench, run).predictions
    assert (rows["score"][rows["split"] == "test"]).mean() > 0.6
    pair = (("anna is in the river", "anna is there"),)
    assert bench.do(PredictConfig(job=run, texts=pair), Prediction).outputs.shape == (1, 2)
    bench.do(ExportConfig(job=run), ExportFile)  # compares the script's probabilities with the model's


def test_numbers_of_pairs_are_learned(bench: Bench, experiment: ExperimentConfig) -> None:
    table, random = io.StringIO(), np.random.default_rng(1)
    lines = csv.writer(table)
    lines.writerow(["premise", "hypothesis", "alike"])
    for i in range(150):
        one, other = (str(random.choice(NAMES)) for _ in range(2))
        lines.writerow(
            [f"{one} is here", f"day {i} : {other}", f"{4.0 * (one == other) + random.random():.2f}"]
        )
    content = table.getvalue().encode()
    digest = bench.store.add_dataset(ME, "alike.csv", {"train": content}, Settings()).digest
    target = TargetConfig(column="alike", problem=ProblemType.REGRESSION)
    columns = {"text": "premise", "text_pair": "hypothesis", "targets": (target,)}
    config = experiment.model_copy(update={"data": DataConfig(dataset=digest, **columns)})
    run = bench.train(config)
    rows = evaluation_of(bench, run).predictions
    pair = tuple(rows[["text", "text_pair"]].iloc[0])
    result = bench.do(PredictConfig(job=run, texts=(pair,)), Prediction)
    assert float(result.decoded["predicted"][0]) == pytest.approx(rows["predicted"].iloc[0], abs=1e-4)
    lines_of = {line.name: line for line in bench.do(BaselinesConfig(job=run), Baselines).lines}
    assert {WORDS, FIRST_TEXT, SECOND_TEXT, FROZEN} <= set(lines_of)
    assert lines_of[WORDS].scores["pearson"].value > lines_of[SECOND_TEXT].scores["pearson"].value
