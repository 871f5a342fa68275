"""Weights that are kept: the best epoch on validation, or the last one."""

from pathlib import Path

import pytest
import torch
from pydantic import ValidationError

from tests.training.test_stage_schedule import staged
from tests.training.test_training import Script
from translearn_core.config import (
    DataConfig,
    ExperimentConfig,
    FreezePlan,
    KeepEpoch,
    Stage,
    TrainingConfig,
    job_id,
)
from translearn_core.results import Drift, Evaluation
from translearn_core.runs import artifacts
from translearn_core.training.checkpoints.checkpoint import Checkpoint


def experiment(**changes):
    data = DataConfig(dataset="d", text="text", label="label")
    stages = (Stage(freeze=FreezePlan(), epochs=2), Stage(freeze=FreezePlan(blocks=(2,)), epochs=1))
    return ExperimentConfig(
        **({"data": data, "freeze": FreezePlan(blocks=(1, 2), embeddings=True), "stages": stages} | changes)
    )


@pytest.mark.parametrize(
    ("stage", "plan"),
    [
        (0, FreezePlan()),
        (1, FreezePlan(blocks=(2,))),
        (2, FreezePlan(blocks=(1, 2), embeddings=True)),
        (None, FreezePlan(blocks=(1, 2), embeddings=True)),
    ],
)
def test_what_trained_up_to_a_stage(stage, plan):
    assert experiment().freeze_until(stage) == plan


def test_the_default_of_a_later_field_leaves_the_job_id_as_it_was():
    config = experiment()
    last = config.model_copy(update={"training": TrainingConfig(keep=KeepEpoch.LAST)})
    assert '"keep"' not in config.model_dump_json(by_alias=True).replace('"keep":"best"', "")
    assert job_id(config) != job_id(last)
    assert ExperimentConfig.model_validate_json(last.model_dump_json()) == last


@pytest.mark.parametrize("changes", [{"training": {"epochs": 0}}, {"stages": [{"freeze": {}, "epochs": 0}]}])
def test_no_epochs_are_refused_unless_a_run_is_continued(changes):
    with pytest.raises(ValidationError, match="at least 1"):
        experiment(**changes)


def test_no_epochs_may_continue_a_run():
    assert experiment(training={"epochs": 0}, resume_from="job").training.epochs == 0


@pytest.fixture
def early(tiny: str) -> ExperimentConfig:
    """A staged experiment whose second stage ruins what the head had learned."""
    head = Stage(freeze=FreezePlan(), epochs=6)
    return staged(tiny, FreezePlan(blocks=(1, 2)), head, lr=1.0, head_lr=0.02, epochs=2)


def test_the_summary_describes_the_weights_that_are_kept(early: ExperimentConfig, tmp_path: Path) -> None:
    script = Script()
    summary = script.run(early, tmp_path / "run")
    assert summary.best_stage == 0 == next(e.stage for e in script.epochs if e.epoch == summary.best_epoch)
    assert summary.best_epoch <= 6 < summary.epochs
    assert summary.boundary == 3
    assert summary.kept_weights(early) == FreezePlan()
    head_only = script.run(early.model_copy(update={"stages": (), "freeze": FreezePlan()}), tmp_path / "head")
    assert summary.parameters == head_only.parameters
    drift = artifacts.load(tmp_path / "run", Drift)
    assert drift is not None
    for column in ("trainable", "had_gradient"):
        assert set(drift.tensors.loc[drift.tensors[column], "part"]) == {"head"}
    assert (drift.tensors.loc[drift.tensors["part"] != "head", "relative_change"] == 0).all()
    assert "stage 1 of 2" in (summary.early_stage_sentence(early) or "")
    assert head_only.early_stage_sentence(early.model_copy(update={"stages": ()})) is None


def test_the_last_epoch_of_a_finished_run_is_kept_without_training(
    early: ExperimentConfig, tmp_path: Path
) -> None:
    first, script = Script(), Script()
    first.run(early, tmp_path / "run")
    last = early.model_copy(
        update={
            "training": early.training.model_copy(update={"epochs": 0, "keep": KeepEpoch.LAST}),
            "resume_from": "run",
        }
    )
    summary = script.run(last, tmp_path / "last", parent=tmp_path / "run")
    assert script.losses == first.losses
    checkpoint = Checkpoint.read(tmp_path / "run")
    assert checkpoint is not None
    assert (summary.epochs, summary.best_epoch, summary.best_stage) == (8, 8, 1)
    assert summary.boundary == 1
    ends = [p for p in checkpoint.history if hasattr(p, "validation")]
    assert summary.validation["macro_f1"].value == pytest.approx(ends[-1].validation["macro_f1"])
    assert artifacts.load(tmp_path / "last", Evaluation) is not None


def test_training_that_keeps_the_last_epoch(early: ExperimentConfig, tmp_path: Path) -> None:
    config = early.model_copy(update={"training": early.training.model_copy(update={"keep": KeepEpoch.LAST})})
    script = Script()
    summary = script.run(config, tmp_path / "run")
    assert summary.best_epoch == summary.epochs == 8
    assert script.epochs[-1].best
    checkpoint = Checkpoint.read(tmp_path / "run")
    assert checkpoint is not None
    assert all(torch.equal(checkpoint.best[name], tensor) for name, tensor in checkpoint.weights.items())
