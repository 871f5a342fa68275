import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.architectures import tiny_folder
from translearn_core.config import (
    BackboneConfig,
    ClassWeights,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    HeadConfig,
    Pooling,
    Precision,
    Schedule,
    TrainingConfig,
)
from translearn_core.data.prepared import Prepared
from translearn_core.errors import ConfigError, FreezeError, Stopped, TrainingError
from translearn_core.experiment import run_experiment
from translearn_core.results import Drift, EpochPoint, Evaluation, History, RunSummary, StepPoint
from translearn_core.runs import artifacts
from translearn_core.training import Checkpoint, Rows, measure_drift
from translearn_core.training.batches import batch_order
from translearn_core.training.loop import class_weights
from translearn_core.training.optimizer import rate_factor

GOOD = [
    "great lovely film",
    "i loved this book",
    "wonderful acting and good music",
    "a fine story , very good",
]
BAD = ["terrible boring film", "i hated this book", "awful acting and bad music", "a broken story , very bad"]


def toy(rows: int = 144) -> Prepared:
    texts = tuple(
        f"{(GOOD if i % 2 else BAD)[(i // 2) % 4]} {['one', 'two', 'three', 'four', 'five'][i % 5]}"
        for i in range(rows)
    )
    split = np.zeros(rows, dtype=np.int64)
    split[rows // 2 : 3 * rows // 4], split[3 * rows // 4 :] = 1, 2
    return Prepared(("bad", "good"), texts, np.arange(rows) % 2, split, np.arange(1, rows + 1))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny_folder("bert", tmp_path_factory.mktemp("bert")))


def experiment(tiny: str, blocks: str = "last:1", **training: object) -> ExperimentConfig:
    values = {
        "epochs": 3,
        "lr": 1e-3,
        "head_lr": 1e-2,
        "batch_size": 8,
        "precision": Precision.FLOAT32,
        **training,
    }
    return ExperimentConfig(
        data=DataConfig(dataset="d", text="t", label="l"),
        backbone=BackboneConfig(id=tiny),
        plan=FreezePlan.parse(blocks, 3),
        features=FeatureConfig(token_limit=32),
        training=TrainingConfig(**values),
    )


class Script:
    """A recorder of points that stops the run when it has seen so many steps."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.points: list[StepPoint | EpochPoint] = []
        self.stop_after, self.stages = stop_after, []

    def record(self, points: Sequence[StepPoint | EpochPoint]) -> None:
        self.points += points

    def report(self, stage: str, done: float, total: float) -> None:
        self.stages.append(stage)
        steps = [p for p in self.points if isinstance(p, StepPoint)]
        if self.stop_after is not None and len(steps) >= self.stop_after:
            raise Stopped

    def run(self, config: ExperimentConfig, folder: Path, parent: Path | None = None) -> RunSummary:
        return run_experiment(config, toy, folder, report=self.report, record=self.record, parent=parent)

    @property
    def losses(self) -> list[float]:
        return [p.loss for p in self.points if isinstance(p, StepPoint)]

    @property
    def epochs(self) -> list[EpochPoint]:
        return [p for p in self.points if isinstance(p, EpochPoint)]


@pytest.mark.parametrize(("blocks", "accuracy"), [("none", 0.7), ("last:1", 0.9), ("0,2", 0.9), ("all", 0.9)])
def test_an_experiment_learns_keeps_everything_and_honours_its_plan(
    blocks: str, accuracy: float, tiny: str, tmp_path: Path
) -> None:
    script = Script()
    summary = script.run(experiment(tiny, blocks, epochs=8), tmp_path)
    assert summary.test.accuracy >= accuracy  # frozen random features know less
    assert summary.test.accuracy_interval.low <= summary.test.accuracy <= summary.test.accuracy_interval.high
    assert summary.majority == pytest.approx(0.5)
    assert summary.epochs == 8
    evaluation = artifacts.load(tmp_path, Evaluation)
    assert evaluation.confusion.sum() == summary.test.n == 36
    assert len(evaluation.predictions) == 144
    drift = artifacts.load(tmp_path, Drift).by_part().set_index("part")["relative change"]
    trained = (
        {f"block {b}" for b in FreezePlan.parse(blocks, 3).blocks}
        | {"head"}
        | ({"embeddings"} if blocks == "all" else set())
    )
    assert {part for part, change in drift.items() if change > 0} == trained
    assert artifacts.load(tmp_path, RunSummary) == summary


def test_stopping_and_resuming_equals_straight_through(tiny: str, tmp_path: Path) -> None:
    straight = Script()
    expected = straight.run(experiment(tiny), tmp_path / "straight")
    first = Script(stop_after=13)  # in the middle of the second epoch
    with pytest.raises(Stopped):
        first.run(experiment(tiny), tmp_path / "halves")
    assert artifacts.load(tmp_path / "halves", Evaluation) is not None  # what there was is kept
    second = Script()
    found = second.run(experiment(tiny), tmp_path / "halves")
    assert first.losses == straight.losses[:13]
    assert second.losses == straight.losses  # what the first half did is told again
    assert found.test == expected.test
    assert found.validation == expected.validation
    kept = [Checkpoint.read(tmp_path / name).weights for name in ("straight", "halves")]
    assert all(torch.equal(kept[0][name], kept[1][name]) for name in kept[0])


def test_the_same_seed_repeats_and_another_does_not(tiny: str, tmp_path: Path) -> None:
    runs = [Script() for _ in range(3)]
    for i, (script, seed) in enumerate(zip(runs, (1, 1, 2), strict=True)):
        script.run(experiment(tiny, seed=seed, epochs=1), tmp_path / str(i))
    assert runs[0].losses == runs[1].losses
    assert runs[0].losses != runs[2].losses


def test_continuing_adds_epochs_to_the_parents_history(tiny: str, tmp_path: Path) -> None:
    parent = Script()
    parent.run(experiment(tiny), tmp_path / "parent")
    child = Script()
    config = experiment(tiny, epochs=2).model_copy(update={"continues": "parent"})
    summary = child.run(config, tmp_path / "child", tmp_path / "parent")
    assert summary.epochs == 5
    assert [e.epoch for e in child.epochs] == [1, 2, 3, 4, 5]
    assert child.losses[: len(parent.losses)] == parent.losses
    with pytest.raises(ConfigError, match="continues"):
        Script().run(config, tmp_path / "orphan", tmp_path / "nowhere")


def test_patience_ends_a_run_that_no_longer_gets_better(tiny: str, tmp_path: Path) -> None:
    script = Script()
    summary = script.run(experiment(tiny, epochs=40, patience=2), tmp_path)
    scores = [e.validation_macro_f1 for e in script.epochs]
    assert len(scores) < 40
    assert summary.best_epoch == scores.index(max(scores)) + 1
    assert len(scores) == summary.best_epoch + 2


def test_a_run_that_blows_up_names_the_rate_to_lower(tiny: str, tmp_path: Path) -> None:
    config = experiment(tiny, "all", lr=1.0, head_lr=10.0, clip=1e30, warmup=0.0, epochs=30)
    with pytest.raises(TrainingError, match="lower the learning rate"):
        model_blows_up(config, tmp_path)


def model_blows_up(config: ExperimentConfig, folder: Path) -> None:
    def huge() -> Prepared:
        return toy()

    run_experiment(
        config.model_copy(update={"training": config.training.model_copy(update={"head_lr": 1e38})}),
        huge,
        folder,
        report=lambda *_: None,
        record=lambda _: None,
    )


def test_a_pooling_or_limit_the_backbone_cannot_have_is_refused(tiny: str, tmp_path: Path) -> None:
    config = experiment(tiny).model_copy(
        update={"features": FeatureConfig(pooling=Pooling.LAST, token_limit=32)}
    )
    with pytest.raises(ConfigError, match="pooling"):
        Script().run(config, tmp_path)
    config = experiment(tiny).model_copy(update={"features": FeatureConfig(token_limit=4096)})
    with pytest.raises(ConfigError, match="token_limit"):
        Script().run(config, tmp_path)


def test_a_damaged_checkpoint_is_said_plainly(tiny: str, tmp_path: Path) -> None:
    (tmp_path / "checkpoint.pt").write_bytes(b"half a file")
    with pytest.raises(TrainingError, match="damaged"):
        Script().run(experiment(tiny), tmp_path)


def test_drift_refuses_a_frozen_tensor_that_moved_and_a_trainable_one_that_did_not() -> None:
    start = {"a": torch.ones(2), "b": torch.ones(2)}
    parts = {"a": "block 0", "b": "head"}
    with pytest.raises(FreezeError, match=r"a \(block 0\) was frozen and moved"):
        measure_drift(
            start,
            {"a": torch.zeros(2), "b": torch.zeros(2)},
            parts=parts,
            trainable={"b"},
            had_gradient={"b"},
        )
    with pytest.raises(FreezeError, match=r"b \(head\) was to train"):
        measure_drift(start, start, parts=parts, trainable={"b"}, had_gradient={"b"})
    drift = measure_drift(
        start,
        {"a": torch.ones(2), "b": torch.full((2,), 1.5)},
        parts=parts,
        trainable={"b"},
        had_gradient={"b"},
    )
    assert drift.by_part().set_index("part")["relative change"].to_dict() == pytest.approx(
        {"block 0": 0.0, "head": 0.5}
    )


@given(st.integers(1, 400), st.integers(1, 33), st.integers(0, 5), st.integers(0, 5))
def test_batches_hold_every_row_once_and_depend_on_seed_and_epoch_alone(
    rows: int, size: int, seed: int, epoch: int
) -> None:
    lengths, index = np.arange(rows * 2) % 17 + 1, np.arange(rows) * 2
    batches = batch_order(lengths, index, size, seed=seed, epoch=epoch)
    assert sorted(np.concatenate(batches)) == list(index)
    assert max(map(len, batches)) <= size
    again = batch_order(lengths, index, size, seed=seed, epoch=epoch)
    assert all(np.array_equal(a, b) for a, b in zip(batches, again, strict=True))


def test_rates_rise_over_the_warm_up_and_fall_as_scheduled() -> None:
    config = TrainingConfig(warmup=0.1)
    factors = [rate_factor(s, 100, config) for s in range(100)]
    assert factors[:10] == pytest.approx([0.1 * k for k in range(1, 11)])
    assert factors[10] == 1.0
    assert factors[55] == pytest.approx(0.5)
    cosine = TrainingConfig(warmup=0.0, schedule=Schedule.COSINE)
    assert rate_factor(25, 100, cosine) == pytest.approx(0.5 * (1 + math.cos(math.pi / 4)))
    assert rate_factor(99, 100, TrainingConfig(schedule=Schedule.CONSTANT)) == 1.0


def test_balanced_weights_make_every_class_count_the_same() -> None:
    labels = np.array([0] * 90 + [1] * 10)
    weights = class_weights(Rows(labels, np.arange(100), np.arange(0), 2), ClassWeights.BALANCED)
    assert (weights * torch.tensor([90.0, 10.0])).tolist() == pytest.approx([50.0, 50.0])
    assert class_weights(Rows(labels, np.arange(100), np.arange(0), 2), ClassWeights.NONE) is None


def test_history_has_a_table_for_steps_and_for_epochs(tiny: str, tmp_path: Path) -> None:
    script = Script()
    script.run(experiment(tiny, epochs=2), tmp_path)
    history = History(tuple(p for p in script.points if isinstance(p, StepPoint)), tuple(script.epochs))
    assert len(history.frame()) == 2
    assert len(history.step_frame()) == 2 * math.ceil(72 / 8)
    assert history.step_frame()["tokens_per_second"].min() > 0


def test_an_mlp_head_trains_too(tiny: str, tmp_path: Path) -> None:
    config = experiment(tiny, "none").model_copy(update={"head": HeadConfig(kind="mlp", width=16)})
    assert Script().run(config, tmp_path).parameters["trainable"] == 33 * 16 + 17 * 2
