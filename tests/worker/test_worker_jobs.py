"""The jobs of a worker on a small table and a tiny backbone."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from worker_bench import ME, Bench

from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FreezePlan,
    Method,
    Split,
    job_id,
)
from translearn_core.config.settings import Settings
from translearn_core.errors import ConfigError, DataError
from translearn_core.jobs import (
    BackboneInfoConfig,
    DiagnoseConfig,
    PredictConfig,
    PredictFileConfig,
    ProbeConfig,
    ProfileConfig,
    ProjectConfig,
    ReadConfig,
)
from translearn_core.results import (
    BackboneInfo,
    CostModel,
    Diagnosis,
    Drift,
    Evaluation,
    FilePrediction,
    Prediction,
    ProbeScores,
    Projection,
    RunSummary,
    TableProfile,
    Workload,
)
from translearn_core.runs import artifacts


@pytest.fixture(scope="module")
def trained(bench: Bench, experiment: ExperimentConfig) -> tuple[str, RunSummary]:
    longer = experiment.training.model_copy(update={"epochs": 6})
    config = experiment.model_copy(update={"training": longer})
    return job_id(config), bench.do(config, RunSummary)


def test_read_and_diagnose_describe_the_file(
    bench: Bench, data: DataConfig, backbone: BackboneConfig
) -> None:
    reading = bench.do(ReadConfig(dataset=data.dataset), TableProfile)
    assert reading.rows == 96
    assert (reading.suggestion.text, reading.suggestion.label) == ("text", "liked")
    diagnosis = bench.do(DiagnoseConfig(data=data, backbone=backbone, token_limit=32), Diagnosis)
    assert diagnosis.usable
    assert diagnosis.classes == ("no", "yes")
    assert diagnosis.tokens_per_text > 3
    assert diagnosis.counts[["train", "validation", "test"]].to_numpy().sum() == 96


def test_backbone_info_and_cost_model_give_an_estimate(
    bench: Bench, data: DataConfig, backbone: BackboneConfig
) -> None:
    backbone_info = bench.do(BackboneInfoConfig(backbone=backbone), BackboneInfo)
    assert backbone_info.n_blocks == 3
    cost_model = bench.do(ProfileConfig(backbone=backbone), CostModel)
    task = Workload(train=1000, validation=150, test=150, tokens_per_text=12.0, n_outputs=2)
    costs = []
    for plan in (FreezePlan(), FreezePlan.last_n(1, 3), FreezePlan.full(3)):
        config = ExperimentConfig(data=data, backbone=backbone, freeze=plan)
        estimate = cost_model.estimate(backbone_info, config, task)
        assert estimate.seconds > 0
        assert estimate.memory_bytes > 0
        costs.append(estimate.trainable)
    assert costs == sorted(costs)


def test_training_writes_history_scores_and_drift(bench: Bench, trained: tuple[str, RunSummary]) -> None:
    job, summary = trained
    history = bench.store.history(job)
    assert [e.epoch for e in history.epochs] == [1, 2, 3, 4, 5, 6]
    assert summary.test["accuracy"].value > summary.constant_baseline
    folder = bench.store.workspace.run(job)
    moved = artifacts.load(folder, Drift).by_part().set_index("part")["relative change"]
    assert moved["block 1"] == 0
    assert moved["block 2"] > 0
    assert artifacts.load(folder, Evaluation).frame()["split"].tolist() == ["validation", "test"]


def test_probes_of_frozen_layers_are_the_same_before_and_after(
    bench: Bench, trained: tuple[str, RunSummary]
) -> None:
    scores = bench.do(ProbeConfig(job=trained[0]), ProbeScores)
    assert scores.variants == ("pretrained", "fine-tuned", "random init")
    assert scores.test.shape == (3, 4)
    np.testing.assert_array_equal(scores.test[0, :3], scores.test[1, :3])
    assert scores.majority == pytest.approx(0.5, abs=0.1)
    assert scores.tfidf.value > scores.majority


@pytest.mark.parametrize("method", list(Method))
def test_projections_hold_every_text_in_both_variants(
    method: Method, bench: Bench, trained: tuple[str, RunSummary]
) -> None:
    if method is Method.UMAP:
        pytest.importorskip("umap")
    picture = bench.do(ProjectConfig(job=trained[0], layer=3, method=method), Projection)
    assert picture.coordinates.shape == (2, 96, 2)
    assert np.isfinite(picture.coordinates).all()
    predictions = artifacts.load(bench.store.workspace.run(trained[0]), Evaluation).predictions
    np.testing.assert_array_equal(predictions["row"].to_numpy()[picture.index], picture.row)
    assert not np.array_equal(picture.coordinates[0], picture.coordinates[1])


def test_a_missing_layer_is_refused(bench: Bench, trained: tuple[str, RunSummary]) -> None:
    with pytest.raises(ConfigError, match="layer is 9"):
        bench.do(ProjectConfig(job=trained[0], layer=9), Projection)


def test_predictions_come_with_their_nearest_training_texts(
    bench: Bench, trained: tuple[str, RunSummary]
) -> None:
    scored = artifacts.load(bench.store.workspace.run(trained[0]), Evaluation).predictions
    rows = scored[scored["split"] == "train"].head(4)
    result = bench.do(PredictConfig(job=trained[0], texts=tuple(rows["text"]), neighbours=3), Prediction)
    assert result.outputs.shape == (4, 2)
    assert result.frame().groupby("text", sort=False)["label"].first().tolist() == rows["predicted"].tolist()
    assert result.outputs.max(1) == pytest.approx(rows["confidence"].to_numpy(), abs=1e-5)
    nearest = result.neighbours.groupby("text").first()
    assert nearest["neighbour"].tolist() == rows["text"].tolist()
    assert nearest["similarity"].to_numpy() == pytest.approx(np.ones(4), abs=1e-5)
    with pytest.raises(DataError, match="empty"):
        bench.do(PredictConfig(job=trained[0], texts=(" ",)), Prediction)


def test_a_file_keeps_its_columns_and_gains_two(bench: Bench, trained: tuple[str, RunSummary]) -> None:
    scored = artifacts.load(bench.store.workspace.run(trained[0]), Evaluation).predictions
    new = f'text,note\n"{scored["text"][0]}",=1+1\n,empty\n"{scored["text"][1]}",c\n'.encode()
    dataset = bench.store.add_dataset(ME, "new.csv", {"train": new}, Settings())
    config = PredictFileConfig(job=trained[0], dataset=dataset.digest, text="text")
    result = bench.do(config, FilePrediction)
    table = result.table
    assert table.columns.tolist() == ["text", "note", "predicted", "probability"]
    assert [table["predicted"][0], table["predicted"][2]] == scored["predicted"][:2].tolist()
    assert table.loc[1, ["predicted", "probability"]].isna().all()
    assert result.blank == 1
    with pytest.raises(DataError, match="no column 'review'"):
        bench.do(config.model_copy(update={"text": "review"}), FilePrediction)


def test_new_columns_never_replace_columns_of_the_file(bench: Bench, trained: tuple[str, RunSummary]) -> None:
    new = b"text,Predicted,predicted (TransLearn),probability\ngood,a,b,c\n,d,e,f\nbad,g,h,i\n"
    dataset = bench.store.add_dataset(ME, "answered.csv", {"train": new}, Settings())
    result = bench.do(PredictFileConfig(job=trained[0], dataset=dataset.digest, text="text"), FilePrediction)
    assert result.table.columns.tolist() == [
        "text", "Predicted", "predicted (TransLearn)", "probability", "predicted (TransLearn 2)",
        "probability (TransLearn)",
    ]  # fmt: skip
    assert result.table["Predicted"].tolist() == ["a", "d", "g"]
    assert result.table["probability"].tolist() == ["c", "f", "i"]
    assert result.table["predicted (TransLearn 2)"].notna().tolist() == [True, False, True]
    assert (result.rows, result.blank) == (3, 1)


def test_rows_below_the_threshold_are_marked_for_review(
    bench: Bench, trained: tuple[str, RunSummary]
) -> None:
    scored = artifacts.load(bench.store.workspace.run(trained[0]), Evaluation).predictions
    texts = scored["text"].drop_duplicates().head(60).tolist()
    new = "text\n" + "\n".join(f'"{text}"' for text in ["", *texts]) + "\n"
    dataset = bench.store.add_dataset(ME, "marked.csv", {"train": new.encode()}, Settings())
    plain = PredictFileConfig(job=trained[0], dataset=dataset.digest, text="text")
    assert job_id(plain) == job_id(plain.model_copy(update={"top_labels": 1, "review_precision": None}))
    config = plain.model_copy(update={"top_labels": 3, "review_precision": 0.6})
    result = bench.do(config, FilePrediction)
    table, review = result.table, result.review
    assert result.added == ("predicted", "probability", "label_2", "probability_2", "review")  # two classes
    assert (result.classified, result.blank) == (60, 1)
    filled = table.tail(60)
    assert (filled["label_2"] != filled["predicted"]).all()
    np.testing.assert_allclose(filled["probability"] + filled["probability_2"], 1.0, atol=1e-5)
    for split, n in ((Split.VALIDATION, review.n_validation), (Split.TEST, review.n_test)):
        assert n == (scored["split"] == split).sum()
    validation = scored[(scored["split"] == Split.VALIDATION)]
    above = validation[validation["confidence"].round(6) >= review.threshold]
    assert review.validation.value == above["score"].mean() >= 0.6
    test = scored[(scored["split"] == Split.TEST)]
    kept = test[test["confidence"].round(6) >= review.threshold]
    assert review.coverage.value == len(kept) / len(test)
    assert review.test.value == pytest.approx(kept["score"].mean(), nan_ok=True)
    np.testing.assert_array_equal(filled["review"], filled["probability"] < review.threshold)
    assert result.to_review == filled["review"].sum()
    assert table.iloc[0][["predicted", "label_2", "review"]].isna().all()


def test_a_precision_that_no_threshold_reaches_marks_every_row(
    bench: Bench, trained: tuple[str, RunSummary]
) -> None:
    new = b"text\ngood\n\nbad\n"
    dataset = bench.store.add_dataset(ME, "hopeless.csv", {"train": new}, Settings())
    config = PredictFileConfig(job=trained[0], dataset=dataset.digest, text="text", review_precision=0.999)
    result = bench.do(config, FilePrediction)
    assert result.review.threshold is None
    assert (result.to_review, result.classified, result.rows) == (2, 2, 3)


def test_a_file_needs_only_a_text_column(bench: Bench, trained: tuple[str, RunSummary]) -> None:
    dataset = bench.store.add_dataset(
        ME, "only.csv", {"train": b"text\ni loved it\nawful film\n"}, Settings()
    )
    result = bench.do(PredictFileConfig(job=trained[0], dataset=dataset.digest, text="text"), FilePrediction)
    assert result.rows == 2
    assert result.counts["rows"].sum() == 2


def test_results_round_trip_through_disk(
    bench: Bench, trained: tuple[str, RunSummary], tmp_path: Path
) -> None:
    evaluation = artifacts.load(bench.store.workspace.run(trained[0]), Evaluation)
    artifacts.save(tmp_path, evaluation)
    again = artifacts.load(tmp_path, Evaluation)
    assert again == evaluation
    pd.testing.assert_frame_equal(again.predictions, evaluation.predictions)
    np.testing.assert_array_equal(again.confusion, evaluation.confusion)
