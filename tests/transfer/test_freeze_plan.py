from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.architectures import TEXTS, TINY, tiny_folder
from translearn_core.activations import Compute
from translearn_core.backbones import load
from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    Device,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    HeadConfig,
    HeadKind,
    Precision,
)
from translearn_core.errors import BackboneError, ConfigError, DamagedFileError
from translearn_core.transfer import (
    Classifier,
    Inputs,
    load_trained,
    save_trained,
    set_trainable,
    trainable_parameter_names,
)
from translearn_core.transfer.heads import Standardise

EXACT = Compute.choose(Device.CPU, Precision.FLOAT32)


@given(embeddings=st.booleans(), blocks=st.sets(st.integers(0, 5)))
def test_names_follow_the_plan_exactly(embeddings: bool, blocks: set[int]) -> None:
    parts = {"word": "embeddings", "norm": "final"} | {f"b{k}.w": f"block {k}" for k in range(6)}
    names = trainable_parameter_names(parts, FreezePlan(embeddings=embeddings, blocks=tuple(blocks)), 6)
    expected = (
        {f"b{k}.w" for k in blocks}
        | ({"word"} if embeddings else set())
        | ({"norm"} if 5 in blocks else set())
    )
    assert names == expected


@pytest.mark.parametrize(
    ("text", "blocks", "embeddings", "boundary"),
    [
        ("none", (), False, 6),
        ("all", (0, 1, 2, 3, 4, 5), True, -1),
        ("last:2", (4, 5), False, 4),
        ("5,0,2", (0, 2, 5), False, 0),
    ],
)
def test_the_command_lines_form(text: str, blocks: tuple[int, ...], embeddings: bool, boundary: int) -> None:
    plan = FreezePlan.parse(text, 6)
    assert (plan.blocks, plan.embeddings, plan.first_trainable_block(6)) == (blocks, embeddings, boundary)


@pytest.mark.parametrize("text", ["9", "last:7", "first:2", "1;2", "-1", ""])
def test_an_impossible_plan_names_the_field_and_the_fix(text: str) -> None:
    with pytest.raises(ConfigError, match=r"train_blocks.*give"):
        FreezePlan.parse(text, 6)


def test_set_trainable_works_in_both_directions_and_refuses_unknown_names() -> None:
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 1))
    set_trainable(model, {"0.weight"})
    assert [n for n, p in model.named_parameters() if p.requires_grad] == ["0.weight"]
    set_trainable(model, {"1.bias"})
    assert [n for n, p in model.named_parameters() if p.requires_grad] == ["1.bias"]
    with pytest.raises(ConfigError, match="nothing"):
        set_trainable(model, {"nothing.here"})


@pytest.mark.parametrize("name", sorted(TINY))
def test_frozen_blocks_stay_in_eval_mode_and_get_no_gradient(name: str, tmp_path: Path) -> None:
    backbone = load(BackboneConfig(id=str(tiny_folder(name, tmp_path))))
    top = backbone.n_blocks - 1
    model = Classifier(
        backbone, FreezePlan(blocks=(top,)), FeatureConfig(pooling=backbone.info.pooling), HeadConfig(), 2
    )
    model.freeze(model.max_plan)
    model.train()
    assert [block.training for block in backbone.blocks] == [False] * top + [True]
    assert model.head.training
    tokens = backbone.examples(TEXTS, 32)
    model(Inputs.of(tokens).batch(np.arange(len(TEXTS))), EXACT).logsumexp(-1).sum().backward()
    touched = {model.parts[n] for n, p in model.named_parameters() if p.grad is not None and p.grad.any()}
    assert touched <= {f"block {top}", "final", "head"}
    assert {f"block {top}", "head"} <= touched


def test_standardise_gives_mean_zero_and_deviation_one_and_leaves_constants() -> None:
    features = torch.randn(200, 3) * torch.tensor([5.0, 0.1, 0.0]) + 7
    layer = Standardise(3)
    layer.fit(features)
    out = layer(features)
    assert torch.allclose(out.mean(0), torch.zeros(3), atol=1e-4)
    assert torch.allclose(out.std(0, correction=0), torch.tensor([1.0, 1.0, 0.0]), atol=1e-4)


@pytest.mark.parametrize("kind", list(HeadKind))
def test_a_trained_model_answers_the_same_after_a_round_trip(kind: HeadKind, tmp_path: Path) -> None:
    source = BackboneConfig(id=str(tiny_folder("bert", tmp_path / "bert")))
    config = ExperimentConfig(
        data=DataConfig(dataset="d", text="t", label="l"),
        backbone=source,
        freeze=FreezePlan() if kind is HeadKind.PROBE else FreezePlan(blocks=(2,)),
        head=HeadConfig(kind=kind, width=8),
    )
    model = Classifier(load(source), config.freeze, FeatureConfig(), config.head, 3, seed=3).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name in model.trained_names:
                parameter.add_(0.1)
        model.standardise.fit(torch.randn(10, 32))
    save_trained(tmp_path / "run", model, config, ["a", "b", "c"])
    again = load_trained(tmp_path / "run")
    expected = model.state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in again.model.state_dict().items())
    outputs = again.predict(TEXTS)
    assert outputs.logits.shape == (len(TEXTS), 3)
    assert outputs.features.shape == (len(TEXTS), 32)
    assert outputs.predictions.sum(1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)


def test_a_damaged_or_missing_model_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(BackboneError, match="kept no trained model"):
        load_trained(tmp_path)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.json").write_text("{}")
    (tmp_path / "model" / "trained.safetensors").write_bytes(b"\x00broken")
    with pytest.raises(DamagedFileError, match="resume the run"):
        load_trained(tmp_path)
