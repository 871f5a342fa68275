import math
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.targets import named_classes, single_label
from translearn_core.activations import ActivationCache, Compute
from translearn_core.backbones import load
from translearn_core.config import (
    BackboneConfig,
    ClassWeights,
    DataConfig,
    Device,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    HeadConfig,
    Pooling,
    Precision,
    Schedule,
    TrainingConfig,
)
from translearn_core.config.lr_schedule import rate_factor
from translearn_core.data.dataset import PreparedDataset
from translearn_core.errors import ConfigError, DamagedFileError, FreezeError, Stopped, TrainingError
from translearn_core.experiment import run_experiment, run_recorder
from translearn_core.results import Drift, EpochPoint, Evaluation, History, RunSummary, StepPoint
from translearn_core.runs import artifacts
from translearn_core.training.batches import batch_order
from translearn_core.training.checkpoints.checkpoint import Checkpoint
from translearn_core.training.gradients import Gradients
from translearn_core.training.loop import Loop
from translearn_core.training.regularization.dropout import fast_cpu_dropout
from translearn_core.training.training_rows import TrainingRows
from translearn_core.training.weight_drift import measure_drift
from translearn_core.transfer import Classifier, Inputs

GOOD = [
    "great lovely film",
    "i loved this book",
    "wonderful acting and good music",
    "a fine story , very good",
]
BAD = ["terrible boring film", "i hated this book", "awful acting and bad music", "a broken story , very bad"]


def toy(rows: int = 144) -> PreparedDataset:
    texts = tuple(
        f"{(GOOD if i % 2 else BAD)[(i // 2) % 4]} {['one', 'two', 'three', 'four', 'five'][i % 5]}"
        for i in range(rows)
    )
    split = np.zeros(rows, dtype=np.int64)
    split[rows // 2 : 3 * rows // 4], split[3 * rows // 4 :] = 1, 2
    return PreparedDataset(
        (named_classes(np.arange(rows) % 2, "bad", "good"),), texts, split, np.arange(1, rows + 1)
    )


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
        freeze=FreezePlan.parse(blocks, 3),
        features=FeatureConfig(token_limit=32),
        training=TrainingConfig(**values),
    )


class Script:
    """Recorder of training points that stops the run after `stop_after` steps."""

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

    def run(
        self,
        config: ExperimentConfig,
        folder: Path,
        parent: Path | None = None,
        prepare: Callable[[], PreparedDataset] = toy,
    ) -> RunSummary:
        store = ActivationCache(folder.parent / "activations", 10**9)
        return run_experiment(
            config, prepare, folder, store=store, report=self.report, record=self.record, parent=parent
        )

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
    assert summary.test["accuracy"].value >= accuracy  # frozen random features are less informative
    assert summary.test["accuracy"].low <= summary.test["accuracy"].value <= summary.test["accuracy"].high
    assert summary.constant_baseline == pytest.approx(0.5)
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
    assert artifacts.load(tmp_path / "halves", Evaluation) is not None  # current results are saved
    second = Script()
    resumed = second.run(experiment(tiny), tmp_path / "halves")
    assert first.losses == straight.losses[:13]
    assert second.losses == straight.losses  # the first half's points are recorded again
    scores = [
        [(epoch.train, epoch.validation["loss"]) for epoch in script.epochs] for script in (straight, second)
    ]
    assert scores[0] == scores[1]
    assert resumed.test == expected.test
    assert resumed.validation == expected.validation
    weights = [Checkpoint.read(tmp_path / name).weights for name in ("straight", "halves")]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


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
    config = experiment(tiny, epochs=2).model_copy(update={"resume_from": "parent"})
    summary = child.run(config, tmp_path / "child", tmp_path / "parent")
    assert summary.epochs == 5
    assert [e.epoch for e in child.epochs] == [1, 2, 3, 4, 5]
    assert child.losses[: len(parent.losses)] == parent.losses
    with pytest.raises(ConfigError, match="resume_from"):
        Script().run(config, tmp_path / "orphan", tmp_path / "nowhere")


def test_patience_ends_a_run_that_no_longer_gets_better(tiny: str, tmp_path: Path) -> None:
    script = Script()
    summary = script.run(experiment(tiny, epochs=40, patience=2), tmp_path)
    scores = [e.validation["macro_f1"] for e in script.epochs]
    assert len(scores) < 40
    assert summary.best_epoch == scores.index(max(scores)) + 1
    assert len(scores) == summary.best_epoch + 2


def test_a_run_that_blows_up_names_the_rate_to_lower(tiny: str, tmp_path: Path) -> None:
    config = experiment(tiny, "all", lr=1.0, head_lr=10.0, max_grad_norm=1e30, warmup_ratio=0.0, epochs=30)
    training = config.training.model_copy(update={"head_lr": 1e38})
    with pytest.raises(TrainingError, match="lower the learning rate"):
        Script().run(config.model_copy(update={"training": training}), tmp_path)


def test_a_pooling_or_limit_the_backbone_cannot_have_is_refused(tiny: str, tmp_path: Path) -> None:
    config = experiment(tiny).model_copy(
        update={"features": FeatureConfig(pooling=Pooling.LAST, token_limit=32)}
    )
    with pytest.raises(ConfigError, match="pooling"):
        Script().run(config, tmp_path)
    config = experiment(tiny).model_copy(update={"features": FeatureConfig(token_limit=4096)})
    with pytest.raises(ConfigError, match="token_limit"):
        Script().run(config, tmp_path)


@pytest.mark.parametrize("damage", [b"", b"half a file", b"nothing that was ever kept", b"PK\x03\x04 half"])
def test_a_run_whose_checkpoints_are_damaged_begins_again_and_says_so(
    tiny: str, tmp_path: Path, damage: bytes
) -> None:
    whole = Script()
    whole.run(experiment(tiny), tmp_path / "whole")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "checkpoint.pt").write_bytes(damage)
    again = Script()
    again.run(experiment(tiny), tmp_path / "run")
    assert again.losses == whole.losses
    assert [stage for stage in again.stages if "damaged" in stage]
    (tmp_path / "run" / "checkpoint.pt").write_bytes(damage)
    longer = experiment(tiny).model_copy(update={"resume_from": "run"})
    with pytest.raises(DamagedFileError, match="train it again"):
        Script().run(longer, tmp_path / "next", parent=tmp_path / "run")


def test_drift_refuses_a_frozen_tensor_that_moved_and_a_trainable_one_that_did_not() -> None:
    start = {"a": torch.ones(2), "b": torch.ones(2)}
    parts = {"a": "block 0", "b": "head"}
    with pytest.raises(FreezeError, match=r"a \(block 0\).*frozen"):
        measure_drift(
            start,
            {"a": torch.zeros(2), "b": torch.zeros(2)},
            parts=parts,
            trainable={"b"},
            had_gradient={"b"},
        )
    with pytest.raises(FreezeError, match=r"b \(head\).*did not move"):
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


def test_a_small_table_gets_other_batches_every_epoch() -> None:
    lengths, index = np.arange(200) // 2 + 5, np.arange(200)
    epochs = [
        {frozenset(b.tolist()) for b in batch_order(lengths, index, 8, seed=0, epoch=e)} for e in (0, 1)
    ]
    assert len(epochs[0] & epochs[1]) < 5
    padded = sum(len(b) * lengths[list(b)].max() for b in epochs[0])
    assert padded < 1.2 * lengths.sum()


def test_rates_rise_over_the_warm_up_and_fall_as_scheduled() -> None:
    config = TrainingConfig(warmup_ratio=0.1)
    factors = [rate_factor(s, 100, config) for s in range(100)]
    assert factors[:10] == pytest.approx([0.1 * k for k in range(1, 11)])
    assert factors[10] == 1.0
    assert factors[55] == pytest.approx(0.5)
    cosine = TrainingConfig(warmup_ratio=0.0, schedule=Schedule.COSINE)
    assert rate_factor(25, 100, cosine) == pytest.approx(0.5 * (1 + math.cos(math.pi / 4)))
    assert rate_factor(99, 100, TrainingConfig(schedule=Schedule.CONSTANT)) == 1.0


def test_balanced_weights_make_every_class_count_the_same() -> None:
    labels = np.array([0] * 90 + [1] * 10)
    rows = (single_label(labels, 2), np.arange(100), np.arange(0))
    weights = TrainingRows(*rows, ClassWeights.BALANCED).weights
    assert [weights[labels == k].sum() for k in (0, 1)] == pytest.approx([50.0, 50.0])
    assert TrainingRows(*rows).weights is None


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


def test_a_second_run_on_the_same_data_encodes_nothing_and_ends_the_same(tiny: str, tmp_path: Path) -> None:
    for blocks in ("none", "last:1"):
        cold, warm = Script(), Script()
        first = cold.run(experiment(tiny, blocks), tmp_path / f"cold-{blocks}")
        second = warm.run(experiment(tiny, blocks), tmp_path / f"warm-{blocks}")
        assert first.reuse is not None
        assert second.reuse is not None
        assert (first.reuse.encoded, second.reuse.encoded) == (len(set(toy().texts)), 0)
        assert cold.losses == warm.losses
        shutil.rmtree(tmp_path / "activations")


def test_a_run_larger_than_the_cap_trains_uncached_and_learns_the_same(tiny: str, tmp_path: Path) -> None:
    config = experiment(tiny, "last:1", head_lr=1e-3)
    config = config.model_copy(update={"head": HeadConfig(dropout=0.0)})
    cached, streamed = Script(), Script()
    cached.run(config, tmp_path / "cached")
    summary = run_experiment(
        config, toy, tmp_path / "streamed", store=ActivationCache(tmp_path / "none", 0),
        report=streamed.report,
        record=streamed.record,
    )  # fmt: skip
    assert summary.reuse is None
    assert streamed.losses[0] == pytest.approx(cached.losses[0], abs=0.2)  # dropout masks differ


@pytest.mark.parametrize("weights", list(ClassWeights))
def test_a_batch_in_pieces_gives_the_gradients_of_the_whole(tiny: str, weights: ClassWeights) -> None:
    config = experiment(tiny, "last:1", class_weights=weights)
    backbone = load(config.backbone)
    model = Classifier(backbone, config.freeze, FeatureConfig(), HeadConfig(dropout=0.0), 2, seed=0)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    for block in backbone.blocks:
        block.attention.self.dropout.p = 0.0
    backbone.model.config.attention_probs_dropout_prob = 0.0
    data = toy(24)
    inputs = Inputs.of(backbone.examples(data.texts, 32))
    labels = (np.arange(24) % 3 == 0).astype(np.int64)
    rows = TrainingRows(single_label(labels, 2), np.arange(20), np.arange(20, 24), weights)
    loop = Loop(model, inputs, rows, config.training, Compute.choose(Device.CPU, Precision.FLOAT32))
    index = np.arange(11)
    model.train()
    results = {}
    for micro_batches in (1, 4):
        loop.gradients.micro_batches = micro_batches
        output = loop.gradients.backward(index, inputs.batch(index), inputs, loop.optimizer)
        trainable = loop.schedule.trainable
        gradients = {n: p.grad.clone() for n, p in trainable.items() if p.grad is not None}
        results[micro_batches] = (output.loss, output.outputs.argmax(-1).numpy(), gradients)
    assert results[1][0] == pytest.approx(results[4][0], abs=1e-6)
    np.testing.assert_array_equal(results[1][1], results[4][1])
    for name, gradient in results[1][2].items():
        assert torch.allclose(gradient, results[4][2][name], atol=1e-6), name


def test_where_memory_runs_out_the_batch_goes_in_pieces_and_the_run_goes_on(
    tiny: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Gradients._backward

    def greedy(self: Gradients, part: object, *rest: object) -> object:
        if len(part.rows) > 3:
            raise RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes.")
        return whole(self, part, *rest)

    monkeypatch.setattr(Gradients, "_backward", greedy)
    summary = Script().run(experiment(tiny), tmp_path)
    assert summary.epochs == 3


def test_quick_dropout_drops_its_share_keeps_the_mean_and_follows_the_seed() -> None:
    x = torch.ones(200, 301, requires_grad=True)
    torch.manual_seed(3)
    with fast_cpu_dropout(torch.device("cpu")):
        out = torch.nn.functional.dropout(x, 0.3)
        unchanged = torch.nn.Dropout(0.3).eval()(x)
    out.sum().backward()
    assert (out == 0).float().mean().item() == pytest.approx(0.3, abs=0.01)
    assert out.mean().item() == pytest.approx(1.0, abs=0.02)
    assert torch.equal(x.grad, out.detach())
    assert torch.equal(unchanged, x)
    torch.manual_seed(3)
    with fast_cpu_dropout(torch.device("cpu")):
        assert torch.equal(torch.nn.functional.dropout(x, 0.3), out)


@pytest.mark.parametrize("mask", ["none", "bool", "float", "causal", "grouped"])
def test_quick_attention_is_attention(mask: str) -> None:
    torch.manual_seed(0)
    query = torch.randn(2, 4, 5, 8)
    key, value = (torch.randn(2, 2 if mask == "grouped" else 4, 5, 8) for _ in range(2))
    allowed = torch.rand(2, 1, 5, 5) > 0.2
    allowed[..., 0] = True
    extra: dict[str, object] = {
        "none": {},
        "bool": {"attn_mask": allowed},
        "float": {"attn_mask": torch.zeros(2, 1, 5, 5).masked_fill(~allowed, -1e9)},
        "causal": {"is_causal": True},
        "grouped": {"enable_gqa": True, "scale": 0.3},
    }[mask]
    attend = torch.nn.functional.scaled_dot_product_attention
    with fast_cpu_dropout(torch.device("cpu")):
        out = attend(query, key, value, dropout_p=1e-9, **extra)
    assert torch.allclose(out, attend(query, key, value, **extra), atol=1e-5)
    with fast_cpu_dropout(torch.device("cpu")):
        assert not torch.allclose(attend(query, key, value, dropout_p=0.5, **extra), out)


def test_short_epochs_do_not_write_their_state_each(
    tiny: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    whole = Checkpoint.write

    def counted(state: Checkpoint, folder: Path) -> None:
        written.append(state.epoch)
        whole(state, folder)

    monkeypatch.setattr(Checkpoint, "write", counted)
    Script().run(experiment(tiny, "last:1", epochs=6), tmp_path / "quick")
    assert len(written) == 1, "the end of the last one"
    monkeypatch.setattr(run_recorder, "EPOCH_SECONDS", 0.0)
    Script().run(experiment(tiny, "last:1", epochs=6), tmp_path / "slow")
    assert len(written) == 1 + 6
    state = Checkpoint.read(tmp_path / "quick")
    assert state is not None
    assert state.epoch == 6
