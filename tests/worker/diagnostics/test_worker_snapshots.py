"""Training snapshots of a staged run of a tiny backbone."""

import numpy as np
import pytest
from worker_bench import Bench

from translearn_core.analysis.probing.linear_probe import STRENGTHS
from translearn_core.config import ExperimentConfig, FreezePlan, Stage
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.jobs import SnapshotsConfig
from translearn_core.results import Evaluation, Snapshots
from translearn_core.runs import artifacts
from translearn_core.worker.diagnostics import snapshots


@pytest.fixture(scope="module")
def base(experiment: ExperimentConfig) -> ExperimentConfig:
    """Train in three stages: the head, one block, two blocks."""
    stages = (Stage(freeze=FreezePlan()), Stage(freeze=FreezePlan(blocks=(2,)), epochs=2))
    return experiment.model_copy(update={"freeze": FreezePlan(blocks=(1, 2)), "stages": stages})


@pytest.fixture(scope="module")
def staged(bench: Bench, base: ExperimentConfig) -> str:
    return bench.train(base)


@pytest.fixture(scope="module")
def top(bench: Bench, staged: str) -> Snapshots:
    return bench.do(SnapshotsConfig(job=staged, layer=3), Snapshots)


def steps_of(seen: Snapshots) -> list[float]:
    """Largest movement of a text between consecutive moments."""
    return [float(np.abs(step).max()) for step in np.diff(seen.coordinates, axis=0)]


def test_a_staged_run_has_a_snapshot_per_stage(bench: Bench, staged: str, top: Snapshots) -> None:
    assert top.moments == (
        "before training",
        "after stage 1: head only",
        "after stage 2: block 2",
        "after stage 3: blocks 1, 2",
    )
    assert top.epochs == (0, 1, 3, 6)
    assert top.steps[0] == 0
    predictions = artifacts.load(bench.store.workspace.run(staged), Evaluation).predictions
    rows = predictions.iloc[top.index]
    assert set(rows["split"]) == {"train", "test"}
    assert [top.classes[k] for k in top.label] == rows["label"].tolist()
    assert [top.splits[k] for k in top.split] == rows["split"].tolist()
    assert (top.n_train, top.n_test) == tuple((rows["split"] == s).sum() for s in ("train", "test"))
    assert top.coordinates.shape == (4, len(rows), 2)
    assert top.coordinates.dtype == np.float32
    assert np.isfinite(top.coordinates).all()


def test_only_trained_layers_move(bench: Bench, staged: str, top: Snapshots) -> None:
    below = bench.do(SnapshotsConfig(job=staged, layer=1), Snapshots)
    for moment in (1, 2, 3):
        np.testing.assert_allclose(below.coordinates[moment], below.coordinates[0], atol=1e-4)
        for scores in (top.score, top.low, top.high, top.purity):
            np.testing.assert_array_equal(scores[moment, :2], scores[0, :2])
    assert steps_of(top)[0] < 1e-4, "only the head trained"
    assert min(steps_of(top)[1:]) > 1e-2


def test_scores_are_shares_inside_their_intervals(top: Snapshots) -> None:
    assert top.score.shape == top.purity.shape == top.c.shape == (4, 4)
    assert np.isin(top.c, STRENGTHS).all()
    assert ((top.low <= top.score) & (top.score <= top.high)).all()
    assert ((top.purity >= 0) & (top.purity <= 1)).all()
    assert top.constant_baseline == pytest.approx(0.5, abs=0.1)
    assert top.score[-1, 3] >= top.score[0, 3]


def test_another_layer_reuses_the_scores(
    bench: Bench, staged: str, top: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(*_: object) -> None:
        raise AssertionError("measured again")

    monkeypatch.setattr(snapshots, "_measure", again)
    second = bench.do(SnapshotsConfig(job=staged, layer=2), Snapshots)
    np.testing.assert_array_equal(top.score, second.score)
    assert second.layer == 2
    assert not np.array_equal(top.coordinates, second.coordinates)


def test_a_run_in_one_stage_has_a_snapshot_per_epoch(bench: Bench, base: ExperimentConfig) -> None:
    job = bench.train(base.model_copy(update={"stages": ()}))
    seen = bench.do(SnapshotsConfig(job=job, layer=3), Snapshots)
    assert seen.moments == ("before training", "after epoch 1", "after epoch 2", "after epoch 3")


def test_a_head_only_run_has_no_snapshots(bench: Bench, base: ExperimentConfig) -> None:
    job = bench.train(base.model_copy(update={"freeze": FreezePlan(), "stages": ()}))
    with pytest.raises(NotFoundError, match="only its head"):
        bench.do(SnapshotsConfig(job=job, layer=3), Snapshots)


def test_a_missing_layer_is_refused(bench: Bench, staged: str) -> None:
    with pytest.raises(ConfigError, match="layer is 9"):
        bench.do(SnapshotsConfig(job=staged, layer=9), Snapshots)
