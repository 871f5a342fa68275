"""Several labels per row, from the table to the saved model: training, resuming, weights, thresholds."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.preprocessing import StandardScaler
from torch.nn import functional

from tests.training.test_training import experiment, toy
from translearn_core import plots
from translearn_core.activations import ActivationCache
from translearn_core.analysis.linear_models import LINEAR_MODELS
from translearn_core.analysis.probing.one_vs_rest import OneVsRestProbe
from translearn_core.analysis.tfidf_one_vs_rest import fit_one_vs_rest
from translearn_core.config import (
    BackboneConfig,
    ClassWeights,
    DataConfig,
    ExperimentConfig,
    HeadConfig,
    HeadKind,
    ProblemType,
    Split,
    TargetConfig,
)
from translearn_core.data import PART, ROW, PreparedDataset, prepare
from translearn_core.errors import Stopped
from translearn_core.experiment import run_experiment
from translearn_core.results import EpochPoint, Evaluation, RunSummary, StepPoint
from translearn_core.results.labels.multi_label import label_confusion, label_masks, label_pairs, per_label
from translearn_core.runs import artifacts
from translearn_core.tasks import PROBLEMS
from translearn_core.tasks.predictions import predictions_target
from translearn_core.training.checkpoints.checkpoint import Checkpoint
from translearn_core.training.training_rows import TrainingRows, balanced_weights
from translearn_core.transfer import load_trained
from translearn_core.transfer.objectives import OBJECTIVES
from translearn_core.worker.prediction.file_predictions import predict_texts

MULTI_LABEL = ProblemType.MULTI_LABEL
TARGET = TargetConfig(column="tags", problem=MULTI_LABEL)
DATA = DataConfig(dataset="d", text="text", targets=(TARGET,))
METRICS = ["macro_f1", "micro_f1", "map", "subset_accuracy", "hamming"]


def tagged() -> PreparedDataset:
    """Return texts with tags for their sentiment, their number and, for films, their subject."""
    texts = toy().texts
    tags = [
        ";".join(["good" if i % 2 else "bad", *["odd"] * (i % 5 in (0, 2)), *["film"] * ("film" in text)])
        for i, text in enumerate(texts)
    ]
    frame = pd.DataFrame({"text": [f"{t} {i}" for i, t in enumerate(texts)], "tags": tags}, dtype=object)
    return prepare(frame.assign(**{ROW: np.arange(1, len(frame) + 1), PART: "train"}), DATA)


class Script:
    """Recorder of a run, which stops after some steps."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.points: list[Any] = []
        self.stop_after = stop_after

    def report(self, stage: str, done: float, total: float) -> None:
        if self.stop_after is not None and len(self.losses) >= self.stop_after:
            raise Stopped

    def run(self, config: ExperimentConfig, folder: Path) -> RunSummary:
        store = ActivationCache(folder.parent / "activations", 10**9)
        return run_experiment(
            config, tagged, folder, store=store, report=self.report, record=self.points.extend
        )

    @property
    def losses(self) -> list[float]:
        return [p.loss for p in self.points if isinstance(p, StepPoint)]


def config(tiny: str, blocks: str = "last:1", **training: object) -> ExperimentConfig:
    return experiment(tiny, blocks, **training).model_copy(update={"data": DATA})


def sample_f1(true: np.ndarray, predicted: np.ndarray) -> list[float]:
    return [f1_score(t, p, zero_division=1) for t, p in zip(true, predicted, strict=True)]


@pytest.fixture
def trained(tiny: str, tmp_path: Path) -> tuple[Path, Evaluation]:
    Script().run(config(tiny, epochs=6), tmp_path / "run")
    result = artifacts.load(tmp_path / "run", Evaluation)
    assert result is not None
    return tmp_path / "run", result


def test_a_run_learns_and_its_results_are_those_of_its_predictions(
    trained: tuple[Path, Evaluation],
) -> None:
    _, result = trained
    test = result.metrics["test"]
    assert list(test.scores) == METRICS
    assert test["macro_f1"].value > result.constant_baseline + 0.1
    true, predicted = label_masks(result)
    assert test["macro_f1"].value == pytest.approx(f1_score(true, predicted, average="macro"))
    assert test["subset_accuracy"].value == pytest.approx((true == predicted).all(axis=1).mean())
    rows = result.predictions[result.predictions["split"] == "test"]
    assert rows["score"].to_numpy() == pytest.approx(sample_f1(true, predicted))
    np.testing.assert_array_equal(rows["score"] == 1, (true == predicted).all(axis=1))
    assert result.thresholds is not None
    assert len(result.thresholds) == len(result.names) == 4
    np.testing.assert_array_equal(predictions_target(result, rows).values, true)


def test_the_tables_count_every_label(trained: tuple[Path, Evaluation]) -> None:
    _, result = trained
    true, predicted = label_masks(result)
    table = per_label(result)
    cells = table[["true positives", "false positives", "false negatives", "true negatives"]]
    assert (cells.sum(axis=1) == len(true)).all()
    assert table["f1"].to_numpy() == pytest.approx(f1_score(true, predicted, average=None))
    assert table["average precision"].mean() == pytest.approx(result.metrics["test"]["map"].value)
    for name in ("f1", "precision", "recall", "average precision"):
        assert (table[f"{name} low"] <= table[name]).all()
        assert (table[name] <= table[f"{name} high"]).all()
    counts, support = label_confusion(result)
    np.testing.assert_array_equal(support, true.sum(axis=0))
    outputs = plots.OUTPUT_PLOTS[MULTI_LABEL]
    for i, j in zip(*np.nonzero(counts), strict=True):
        assert len(outputs.rows(result, [i, j])) == counts[i, j]
    pairs = label_pairs(result)
    assert (pairs["wrongly"] <= pairs["predicted beside"]).all()
    cell = next(t for t in outputs.draw(result, False).data if t.name == "cells")
    assert [point[2] for point in cell.customdata] == counts[counts > 0].tolist()


def test_the_saved_model_predicts_as_the_evaluation_says(trained: tuple[Path, Evaluation]) -> None:
    folder, result = trained
    model = load_trained(folder)
    assert model.problem is MULTI_LABEL
    np.testing.assert_allclose(model.thresholds, result.thresholds)
    texts = result.predictions["text"].tolist()
    decoded = model.decode(model.predict(texts))
    assert decoded["predicted"].tolist() == result.predictions["predicted"].tolist()
    context = cast(Any, SimpleNamespace(report=lambda *_: None))
    table = predict_texts(model, [*texts[:3], ""], 2, context)
    assert list(table) == [
        "predicted", "probability", "label_1", "probability_1", "label_2", "probability_2"
    ]  # fmt: skip
    assert table["predicted"].tolist()[:3] == decoded["predicted"].tolist()[:3]
    assert table["predicted"].isna().tolist() == [False, False, False, True]


@pytest.mark.parametrize("weighting", ClassWeights)
def test_stopping_and_resuming_equals_straight_through(
    weighting: ClassWeights, tiny: str, tmp_path: Path
) -> None:
    settings = config(tiny, class_weights=weighting)
    straight, first, second = Script(), Script(stop_after=13), Script()
    expected = straight.run(settings, tmp_path / "straight")
    with pytest.raises(Stopped):
        first.run(settings, tmp_path / "halves")
    resumed = second.run(settings, tmp_path / "halves")
    assert second.losses == straight.losses
    assert resumed.test == expected.test
    weights = [Checkpoint.read(tmp_path / name).weights for name in ("straight", "halves")]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_the_loss_is_that_of_torch_and_weights_are_positive_weights() -> None:
    objective, random = OBJECTIVES[MULTI_LABEL], torch.Generator().manual_seed(0)
    logits = torch.randn(20, 3, generator=random, dtype=torch.float64, requires_grad=True)
    true = torch.rand(20, 3, generator=random) < torch.tensor([0.1, 0.5, 0.8])
    expected = functional.binary_cross_entropy_with_logits(logits, true.double())
    assert objective.loss(logits, true).mean().item() == pytest.approx(expected.item())
    weights = torch.from_numpy(balanced_weights(true.numpy(), np.arange(20)))
    assert weights.mean(dim=0).tolist() == pytest.approx([1.0] * 3)
    share = true.double().mean(dim=0)
    positive = functional.binary_cross_entropy_with_logits(
        logits, true.double(), pos_weight=(1 - share) / share, reduction="none"
    )
    ours = objective.loss(logits, true, weights.double()).mean()
    assert ours.item() == pytest.approx((positive * 0.5 / (1 - share)).mean().item(), rel=1e-6)
    assert torch.autograd.gradcheck(lambda x: objective.loss(x, true, weights.double()).sum(), (logits,))
    teacher = torch.randn(20, 3, generator=random, dtype=torch.float64)
    assert objective.distillation(teacher, teacher, 2.0).abs().max() < 1e-12
    assert torch.autograd.gradcheck(lambda x: objective.distillation(x, teacher, 2.0).sum(), (logits,))


def test_a_fitted_head_equals_scikit_learns_one_vs_rest() -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=(200, 6)).astype(np.float32)
    labels = x @ random.normal(size=(6, 4)) + random.normal(size=(200, 4)) > [0, 1, 3, 99]
    scaled = StandardScaler().fit_transform(x)
    for weight in (None, balanced_weights(labels, np.arange(200))):
        probe = OneVsRestProbe.fit(x, labels, weight=weight)
        proba = probe.predict_proba(x)
        for k in range(3):
            model = LogisticRegression(C=probe.c[k], tol=1e-8, max_iter=5000)
            model.fit(scaled, labels[:, k], None if weight is None else weight[:, k])
            assert proba[:, k] == pytest.approx(model.predict_proba(scaled)[:, 1], abs=5e-3)
        assert proba[:, 3].max() == 0.0


def test_a_run_with_a_fitted_head_and_one_of_words_have_the_same_results(tiny: str, tmp_path: Path) -> None:
    probe = config(tiny, "none").model_copy(update={"head": HeadConfig(kind=HeadKind.PROBE)})
    words = ExperimentConfig(
        data=DATA, backbone=BackboneConfig(id="tf-idf"), head=HeadConfig(kind=HeadKind.PROBE)
    )
    for name, settings in (("probe", probe), ("words", words)):
        folder = tmp_path / name
        script = Script()
        summary = script.run(settings, folder)
        result = artifacts.load(folder, Evaluation)
        assert result is not None
        assert list(summary.test.scores) == METRICS
        assert result.metrics["test"]["macro_f1"].value > result.constant_baseline
        (epoch,) = (p for p in script.points if isinstance(p, EpochPoint))
        assert epoch.validation["macro_f1"] == pytest.approx(summary.validation["macro_f1"].value)
        model = load_trained(folder)
        texts = result.predictions["text"].tolist()
        assert model.decode(model.predict(texts))["predicted"].tolist() == list(
            result.predictions["predicted"]
        )


def test_tfidf_of_a_label_is_its_own_regression() -> None:
    data = tagged()
    rows = data.split_indices(Split.TRAIN)
    texts = [data.texts[i] for i in rows]
    values = data.target.values[rows].copy()
    values[:, 0] = False
    model = fit_one_vs_rest(texts, values, seed=0, strengths=(10.0,))
    logits = model.logits(model.vectors(texts))
    assert (logits[:, 0] < -1e3).all()
    vectors = model.vectors(texts)
    reference = LogisticRegression(C=10.0, tol=1e-8, max_iter=5000).fit(vectors, values[:, 1])
    assert expit(logits[:, 1]) == pytest.approx(reference.predict_proba(vectors)[:, 1], abs=0.02)
    chosen = fit_one_vs_rest(texts, values, seed=0)
    assert chosen.c in (1.0, 3.0, 10.0, 30.0)


def test_probes_of_labels_score_rows_of_exact_sets() -> None:
    data = tagged()
    rows = data.split_indices(Split.TRAIN)
    x = np.random.default_rng(0).normal(size=(len(data.texts), 5)).astype(np.float32)
    x[:, :4] += 6 * data.target.values
    probe = LINEAR_MODELS[MULTI_LABEL].fit_probe(x[rows], data.target.select(rows))
    test = data.split_indices(Split.TEST)
    scores = PROBLEMS[MULTI_LABEL].row_scores(data.target, test, probe.predict(x[test]))
    assert scores.mean() > 0.9
    assert probe.c > 0


def test_a_label_without_training_rows_is_never_predicted(tiny: str, tmp_path: Path) -> None:
    data = tagged()
    values = data.target.values.copy()
    values[data.split_indices(Split.TRAIN), 0] = False
    rows = TrainingRows(
        data.target.__class__("tags", MULTI_LABEL, data.target.names, values),
        data.split_indices(Split.TRAIN),
        data.split_indices(Split.VALIDATION),
    )
    absent = PROBLEMS[MULTI_LABEL].absent_outputs(rows.target, rows.train)
    assert absent.tolist() == [0]
    logits = torch.zeros(len(data.texts), 4)
    logits[:, 0] = -1e4
    losses = rows.objective.loss(logits, rows.targets)
    assert float(losses.max()) < 10
    assert float(losses.max()) > float(losses.min())
