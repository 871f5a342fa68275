"""Training on several targets: batches of rows that know the same, resuming, one target after the other."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from translearn_core.activations import ActivationCache
from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    Precision,
    ProblemType,
    TargetConfig,
    TrainingConfig,
)
from translearn_core.data.dataset import PreparedDataset
from translearn_core.errors import Stopped
from translearn_core.experiment import run_experiment
from translearn_core.results import EpochPoint, RunSummary, StepPoint
from translearn_core.tasks import Target
from translearn_core.training.batches import grouped_order
from translearn_core.training.checkpoints.checkpoint import Checkpoint

TARGETS = (TargetConfig(column="verdict"), TargetConfig(column="stars", problem=ProblemType.REGRESSION))
WORDS = ("awful", "boring", "fine", "great")
ROWS = 120


def toy(*, missing: bool = True) -> PreparedDataset:
    """Return texts with a verdict and stars; a third of the stars is missing."""
    mood = np.arange(ROWS) % 4
    texts = tuple(f"{WORDS[m]} film number {i // 4}" for i, m in enumerate(mood))
    verdict = Target("verdict", ProblemType.SINGLE_LABEL, ("bad", "good"), (mood > 1).astype(np.int64))
    known = np.arange(ROWS) % 3 != 0 if missing else None
    stars = Target("stars", ProblemType.REGRESSION, ("stars",), mood + 1.0, known=known)
    split = np.repeat([0, 1, 2], [ROWS // 2, ROWS // 4, ROWS // 4])
    rows = np.arange(ROWS)
    return PreparedDataset((verdict, stars), texts, split, rows + 1, table_index=rows)


def experiment(tiny: str, blocks: str = "last:1", **training: object) -> ExperimentConfig:
    values = {"epochs": 3, "lr": 1e-3, "head_lr": 1e-2, "batch_size": 8, "precision": Precision.FLOAT32}
    return ExperimentConfig(
        data=DataConfig(dataset="d", text="t", targets=TARGETS),
        backbone=BackboneConfig(id=tiny),
        freeze=FreezePlan.parse(blocks, 3),
        features=FeatureConfig(token_limit=32),
        training=TrainingConfig(**{**values, **training}),
    )


class Script:
    """Recorder of training points that stops the run after `stop_after` steps."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.stop_after = stop_after
        self.steps: list[StepPoint] = []
        self.epochs: list[EpochPoint] = []

    def record(self, points: Sequence[StepPoint | EpochPoint]) -> None:
        self.steps += [point for point in points if isinstance(point, StepPoint)]
        self.epochs += [point for point in points if isinstance(point, EpochPoint)]

    def report(self, stage: str, done: float, total: float) -> None:
        if self.stop_after is not None and len(self.steps) >= self.stop_after:
            raise Stopped

    def run(self, config: ExperimentConfig, folder: Path) -> RunSummary:
        store = ActivationCache(folder.parent / "activations", 10**9)
        return run_experiment(config, toy, folder, store=store, report=self.report, record=self.record)


@given(st.lists(st.integers(0, 3), min_size=2, max_size=200), st.integers(1, 40), st.integers(0, 5))
def test_batches_hold_rows_of_one_group_and_are_a_function_of_seed_and_epoch(
    groups: list[int], size: int, epoch: int
) -> None:
    rows, group = np.arange(len(groups)), np.array(groups)
    cost = np.arange(len(groups))[::-1].copy()
    order = grouped_order(cost, rows, group, size, seed=1, epoch=epoch)
    assert len(order) == -(-len(rows) // size)
    for batch in order:
        assert len(set(group[batch])) == 1
        assert len(set(batch.tolist())) == len(batch) <= size
    again = grouped_order(cost, rows, group, size, seed=1, epoch=epoch)
    assert all(np.array_equal(a, b) for a, b in zip(order, again, strict=True))


def test_groups_are_drawn_by_their_size_to_the_power_of_three_quarters() -> None:
    group = np.repeat([0, 1], [1600, 100])
    rows, counts = np.arange(1700), np.zeros(2)
    for epoch in range(200):
        for batch in grouped_order(np.zeros(1700), rows, group, 10, seed=0, epoch=epoch):
            counts[group[batch[0]]] += 1
    expected = 100**0.75 / (100**0.75 + 1600**0.75)  # 1 / 9, where its share of the rows is 1 / 17
    assert counts[1] / counts.sum() == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("blocks", ["none", "last:1"])
@pytest.mark.parametrize("weighting", ["by hand", "uncertainty"])
def test_both_targets_are_learned_and_a_resumed_run_ends_bit_equal(
    blocks: str, weighting: str, tiny: str, tmp_path: Path
) -> None:
    config = experiment(tiny, blocks, epochs=6, task_weighting=weighting)
    straight = Script()
    expected = straight.run(config, tmp_path / "straight")
    assert expected.test["verdict/accuracy"].value > 0.6
    assert expected.test["stars/pearson"].value > 0.5
    with pytest.raises(Stopped):
        Script(stop_after=11).run(config, tmp_path / "halves")
    resumed = Script()
    assert resumed.run(config, tmp_path / "halves").test == expected.test
    assert [point.loss for point in resumed.steps] == [point.loss for point in straight.steps]
    weights = [Checkpoint.read(tmp_path / name).weights for name in ("straight", "halves")]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    learned = [name for name in weights[0] if name.endswith("log_variances")]
    assert bool(learned) is (weighting == "uncertainty")
    shown = [epoch.loss_weights for epoch in straight.epochs]
    assert [epoch.loss_weights for epoch in resumed.epochs] == shown
    if not learned:
        assert shown == [{}] * 6
        return
    assert [list(one) for one in shown] == [["verdict", "stars"]] * 6
    assert all(0 < abs(one["verdict"] - 1) < 0.5 and 0 < abs(one["stars"] - 0.5) < 0.5 for one in shown)
    noise = weights[0][learned[0]]  # of the last epoch, which a checkpoint keeps
    assert shown[-1]["verdict"] == pytest.approx(math.exp(-noise[0]))
    assert shown[-1]["stars"] == pytest.approx(math.exp(-noise[1]) / 2)


def test_one_target_after_the_other_trains_a_head_at_a_time(tiny: str, tmp_path: Path) -> None:
    config = experiment(tiny, "none", task_order="sequential", epochs=4)
    script = Script()
    summary = script.run(config, tmp_path / "run")
    assert [epoch.stage for epoch in script.epochs] == [0] * 4 + [1] * 4
    assert summary.best_epoch == summary.epochs == 8
    verdict = [epoch.validation["verdict/loss"] for epoch in script.epochs]
    stars = [epoch.validation["stars/loss"] for epoch in script.epochs]
    assert verdict[3] < verdict[0]
    assert verdict[3:] == [verdict[3]] * 5  # only the heads train: what the first learned stays
    assert stars[:4] == [stars[0]] * 4
    assert stars[7] < stars[3]
    steps_of_stars = -(-int((np.arange(ROWS // 2) % 3 != 0).sum()) // 8)
    assert script.epochs[7].step - script.epochs[6].step == steps_of_stars
    starts = [step for step in script.steps if step.step in (1, script.epochs[3].step + 1)]
    assert starts[0].head_lr > 0  # the rates of the second target begin anew
    peak = max(step.head_lr for step in script.steps if step.step > script.epochs[3].step)
    assert peak == pytest.approx(1e-2, rel=0.2)


def test_a_resumed_sequence_goes_on_with_the_same_target(tiny: str, tmp_path: Path) -> None:
    config = experiment(tiny, task_order="sequential", epochs=2)
    straight = Script()
    expected = straight.run(config, tmp_path / "straight")
    with pytest.raises(Stopped):
        Script(stop_after=19).run(config, tmp_path / "halves")  # while the second target trains
    resumed = Script()
    assert resumed.run(config, tmp_path / "halves").test == expected.test
    assert [point.loss for point in resumed.steps] == [point.loss for point in straight.steps]
