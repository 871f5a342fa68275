"""Mixout: the formula of the paper, where it applies, and that a kill changes nothing."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional
from transformers.pytorch_utils import Conv1D

from tests.architectures import tiny_folder
from tests.training.test_stage_schedule import (
    BLOCKS,
    EXACT,
    assert_equal_parameters,
    killed_and_resumed,
    loop_of,
    staged,
)
from tests.training.test_training import Script, experiment
from translearn_core.config import (
    BackboneConfig,
    FeatureConfig,
    FreezePlan,
    Pooling,
    Stage,
    TrainingConfig,
    Tuning,
    TuningConfig,
)
from translearn_core.config.base import canonical_json
from translearn_core.training.regularization.dropout import random_mask
from translearn_core.training.regularization.mixout import Mixout


@pytest.mark.parametrize("kind", ["linear", "conv1d"])
@pytest.mark.parametrize("p", [0.25, 0.9])
def test_the_mixed_matrix_is_that_of_the_paper(kind: str, p: float) -> None:
    layer = nn.Linear(6, 4) if kind == "linear" else Conv1D(4, 6)
    start = torch.randn_like(layer.weight)
    x = torch.randn(5, 6)
    torch.manual_seed(3)
    with Mixout({"w": layer.weight}, {"w": start}, p).mixing():
        output = layer(x)
    torch.manual_seed(3)
    keep, scale = random_mask(layer.weight, p, np.random.SFC64(int(torch.randint(2**62, ()))))
    share = 1 - 1 / scale  # p in steps of 1 / 65,536
    mask = (~keep).float()
    expected = (mask * start + (1 - mask) * layer.weight - share * start) / (1 - share)
    matrix = expected if kind == "linear" else expected.T
    torch.testing.assert_close(output, functional.linear(x, matrix, layer.bias))
    weight_gradient = torch.autograd.grad(output.sum(), layer.weight)[0]
    assert torch.equal(weight_gradient != 0, keep)
    plain = torch.autograd.grad(layer(x).sum(), layer.weight)[0]
    torch.testing.assert_close(weight_gradient, plain * keep * scale)


def test_the_mean_over_masks_is_the_weight_and_at_the_start_nothing_changes() -> None:
    layer, x = nn.Linear(3, 2, bias=False), torch.eye(3)
    moved = Mixout({"w": layer.weight}, {"w": layer.weight.detach() - 1.0}, 0.7)
    still = Mixout({"w": layer.weight}, {"w": layer.weight.detach().clone()}, 0.7)
    outputs = []
    for _ in range(4000):
        with moved.mixing():
            outputs.append(layer(x).detach())
    torch.testing.assert_close(torch.stack(outputs).mean(0), layer(x).detach(), atol=0.12, rtol=0)
    with still.mixing():
        assert torch.equal(layer(x), functional.linear(x, layer.weight))


def test_only_trained_matrices_of_blocks_are_mixed_and_only_in_training(tiny: str, tmp_path: Path) -> None:
    config = staged(tiny, FreezePlan.last_n(2, BLOCKS), Stage(freeze=FreezePlan(blocks=(2,))), mixout=0.5)
    loop = loop_of(config, tmp_path / "store")
    mixout = loop.gradients.mixout
    assert mixout is not None
    mixed = {name for name, p in loop.model.named_parameters() if id(p) in mixout.start}
    assert mixed == {
        f"backbone.encoder.layer.{k}.{layer}.weight"
        for k in (1, 2)
        for layer in (
            *(f"attention.self.{name}" for name in ("query", "key", "value")),
            *("attention.output.dense", "intermediate.dense", "output.dense"),
        )
    }
    loop.run(lambda _: None)
    loop.model.eval()
    batch = loop.inputs.batch(np.arange(8))
    with torch.no_grad():
        assert torch.equal(loop.model(batch, EXACT), loop.model(batch, EXACT))
    frozen = dict(loop.model.named_parameters())["backbone.encoder.layer.1.output.dense.weight"]
    frozen.requires_grad_(False)
    with mixout.mixing():
        assert torch.equal(functional.linear(torch.eye(48), frozen), frozen.T)


@pytest.mark.parametrize("architecture", ["bert", "gpt2"])
def test_a_kill_at_any_step_changes_nothing(architecture: str, tmp_path: Path) -> None:
    folder = str(tiny_folder(architecture, tmp_path / "source"))
    config = staged(folder, FreezePlan.last_n(2, BLOCKS), Stage(freeze=FreezePlan()), mixout=0.7, epochs=2)
    pooling = Pooling.LAST if architecture == "gpt2" else Pooling.MEAN
    parts = {
        "backbone": BackboneConfig(id=folder),
        "features": FeatureConfig(pooling=pooling, token_limit=32),
    }
    config = config.model_copy(update=parts)
    straight = loop_of(config, tmp_path / "straight")
    straight.run(lambda event: event.checkpoint({}))
    assert_equal_parameters(killed_and_resumed(config, 4, tmp_path / "killed"), straight)


def test_a_run_with_mixout_learns_and_one_without_is_as_before(tiny: str, tmp_path: Path) -> None:
    plain, mixed = Script(), Script()
    plain.run(experiment(tiny, "last:2"), tmp_path / "plain")
    summary = mixed.run(experiment(tiny, "last:2", epochs=8, mixout=0.5), tmp_path / "mixed")
    assert summary.test["accuracy"].value > 0.85
    assert plain.losses[:3] != mixed.losses[:3]


def test_mixout_replaces_dropout_unless_that_is_given() -> None:
    assert TrainingConfig().block_dropout is None
    assert TrainingConfig(mixout=0.7).block_dropout == 0.0
    assert TrainingConfig(mixout=0.7, dropout=0.1).block_dropout == 0.1
    assert "mixout" not in canonical_json(TrainingConfig())


def test_mixout_needs_matrices_that_train(tiny: str) -> None:
    config = experiment(tiny, "last:1", mixout=0.5)
    values = config.model_dump() | {"tuning": TuningConfig(kind=Tuning.LORA).model_dump()}
    with pytest.raises(ValueError, match=r"training\.mixout.*lora"):
        type(config).model_validate(values)
