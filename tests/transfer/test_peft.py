"""Parameter-efficient tuning, truncated and reinitialised backbones, layer features."""

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.architectures import TEXTS, TINY, tiny_folder
from tests.training.test_training import Script, experiment, toy
from translearn_core.activations import ActivationCache, Compute
from translearn_core.backbones import Backbone, load
from translearn_core.backbones.inspection import is_norm
from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    HeadConfig,
    LayerCombination,
    Pooling,
    Tuning,
    TuningConfig,
)
from translearn_core.errors import ConfigError
from translearn_core.experiment import run_experiment
from translearn_core.results import Evaluation, LayerMix
from translearn_core.runs import artifacts
from translearn_core.transfer import Classifier, StageInputs, load_trained
from translearn_core.transfer.adapters import ADAPTER, merge_lora, remove_adapters

EXACT = Compute(torch.device("cpu"), bf16=False)


@pytest.fixture(params=sorted(TINY))
def backbone(request: pytest.FixtureRequest, tmp_path: Path) -> Backbone:
    return load(BackboneConfig(id=str(tiny_folder(request.param, tmp_path))))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny_folder("bert", tmp_path_factory.mktemp("bert")))


def classifier(backbone: Backbone, kind: Tuning, blocks: tuple[int, ...]) -> Classifier:
    features = FeatureConfig(pooling=backbone.info.pooling)
    tuning = TuningConfig(kind=kind, rank=2, bottleneck=5)
    return Classifier(backbone, FreezePlan(blocks=blocks), features, HeadConfig(), 3, tuning=tuning)


def logits(model: Classifier, folder: Path) -> torch.Tensor:
    texts = model.loaded_backbone.examples(TEXTS, 32)
    inputs = StageInputs(model, texts, EXACT, ActivationCache(folder, 10**9))(
        FreezePlan.full(model.loaded_backbone.n_blocks)
    )
    with torch.no_grad():
        return model.eval()(inputs.batch(np.arange(len(TEXTS))), EXACT)


@pytest.mark.parametrize("kind", [kind for kind in Tuning if kind is not Tuning.ALL])
def test_the_anatomy_counts_what_trains(backbone: Backbone, kind: Tuning) -> None:
    blocks = tuple(range(backbone.n_blocks))
    expected = backbone.info.trainable(
        FreezePlan(blocks=blocks), TuningConfig(kind=kind, rank=2, bottleneck=5)
    )
    if not expected:
        with pytest.raises(ConfigError, match=r"tuning\.kind"):
            classifier(backbone, kind, blocks)
        return
    model = classifier(backbone, kind, blocks)
    model.freeze(model.max_plan)
    trained = {
        n: p.numel() for n, p in model.named_parameters() if p.requires_grad and n.startswith("backbone")
    }
    final = sum(n for name, n in trained.items() if model.parts[name] == "final")
    assert sum(trained.values()) - final == expected
    assert {model.parts[name] for name in trained} - {"final"} == {f"block {k}" for k in blocks}


def test_lora_starts_as_nothing_learns_and_merges_to_the_same(backbone: Backbone, tmp_path: Path) -> None:
    top = backbone.n_blocks - 1
    plain = classifier(load(backbone.config), Tuning.ALL, (top,))
    model = classifier(backbone, Tuning.LORA, (top,))
    torch.testing.assert_close(logits(model, tmp_path / "a"), logits(plain, tmp_path / "b"))
    torch.manual_seed(1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(0, 0.1)
    changed = logits(model, tmp_path / "c")
    assert not torch.allclose(changed, logits(plain, tmp_path / "d"))
    merge_lora(model.loaded_backbone)
    assert model.loaded_backbone.parts.keys() == dict(model.loaded_backbone.model.named_parameters()).keys()
    assert not any("lora" in name for name, _ in model.named_parameters())
    torch.testing.assert_close(logits(model, tmp_path / "e"), changed, atol=1e-5, rtol=1e-4)


def test_adapters_start_as_nothing_and_come_off_again(backbone: Backbone, tmp_path: Path) -> None:
    top = backbone.n_blocks - 1
    expected = logits(classifier(load(backbone.config), Tuning.ALL, (top,)), tmp_path / "a")
    model = classifier(backbone, Tuning.ADAPTERS, (top,))
    assert torch.equal(logits(model, tmp_path / "b"), expected)
    model.freeze(model.max_plan)
    owners = {name.rpartition(".")[0] for name, p in model.named_parameters() if p.requires_grad}
    adapted = {name.partition(ADAPTER)[0] for name in owners if ADAPTER in f"{name}."}
    assert len(adapted) == 2
    assert all(is_norm(model.get_submodule(n)) for n in owners if ADAPTER not in n and n[:4] != "head")
    torch.manual_seed(1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("adapter.up.weight"):
                parameter.normal_(0, 0.1)
    assert not torch.allclose(logits(model, tmp_path / "c"), expected)
    tensors = remove_adapters(model.loaded_backbone)
    assert len(tensors) == 8
    assert model.loaded_backbone.parts.keys() == dict(model.loaded_backbone.model.named_parameters()).keys()
    assert torch.equal(logits(model, tmp_path / "d"), expected)


def test_an_adapter_is_added_to_what_attention_and_network_return(tiny: str) -> None:
    model = classifier(load(BackboneConfig(id=tiny)), Tuning.ADAPTERS, (2,))
    names = {n.partition(ADAPTER)[0] for n, _ in model.named_parameters() if ADAPTER in n}
    layers = ("attention.output.dense", "output.dense")
    assert names == {f"backbone.encoder.layer.2.{layer}" for layer in layers}
    layer = model.get_submodule("backbone.encoder.layer.2.output.dense")
    torch.nn.init.normal_(layer.adapter.up.weight)
    states = torch.randn(2, 3, layer.in_features)
    plain = torch.nn.functional.linear(states, layer.weight, layer.bias)
    hidden = torch.nn.functional.gelu(layer.adapter.down(plain))
    torch.testing.assert_close(layer(states), plain + layer.adapter.up(hidden))


def test_an_attention_without_linear_layers_has_no_place_for_adapters(tmp_path: Path) -> None:
    backbone = load(BackboneConfig(id=str(tiny_folder("xlnet", tmp_path))))
    assert backbone.info.trainable(FreezePlan(blocks=(2,)), TuningConfig(kind=Tuning.ADAPTERS)) == 0
    with pytest.raises(ConfigError, match=r"tuning\.kind is 'adapters'"):
        classifier(backbone, Tuning.ADAPTERS, (2,))


def test_adapters_train_on_cached_states_as_on_texts(tiny: str, tmp_path: Path) -> None:
    config = experiment(tiny, "last:1", epochs=2, dropout=0.0)
    parts = {"head": HeadConfig(dropout=0.0), "tuning": TuningConfig(kind=Tuning.ADAPTERS, bottleneck=4)}
    config = config.model_copy(update=parts)
    cached, streamed = Script(), Script()
    Script().run(experiment(tiny, "last:1"), tmp_path / "plain")
    summary = cached.run(config, tmp_path / "cached")
    assert summary.reuse is not None
    assert summary.reuse.encoded == 0, "the plain run has cached what is below"
    run_experiment(
        config, toy, tmp_path / "streamed", store=ActivationCache(tmp_path / "none", 0),
        report=streamed.report, record=streamed.record,
    )  # fmt: skip
    assert cached.losses == pytest.approx(streamed.losses, abs=1e-5)


@pytest.mark.parametrize("kind", list(Tuning))
def test_a_run_of_every_kind_learns_and_reads_back(tiny: str, kind: Tuning, tmp_path: Path) -> None:
    config = experiment(tiny, "last:2", epochs=6, lr=1e-2)
    config = config.model_copy(update={"tuning": TuningConfig(kind=kind, rank=4, bottleneck=8)})
    script = Script()
    summary = script.run(config, tmp_path / "run")
    assert summary.test["accuracy"].value > 0.8
    trained = load_trained(tmp_path / "run")
    texts = list(toy().texts[:8])
    once = trained.predict(texts).predictions
    if kind is Tuning.LORA:
        merge_lora(trained.model.loaded_backbone)
        np.testing.assert_allclose(trained.predict(texts).predictions, once, atol=1e-5)
    assert script.epochs[-1].moved["block 2"] > 0


def test_tuning_needs_blocks_and_what_adds_parameters_frozen_embeddings() -> None:
    data = DataConfig(dataset="d", text="t", label="l")
    with pytest.raises(ValueError, match="at least one block"):
        ExperimentConfig(data=data, tuning=TuningConfig(kind=Tuning.BIASES))
    for kind in (Tuning.LORA, Tuning.ADAPTERS):
        with pytest.raises(ValueError, match="embeddings stay frozen"):
            ExperimentConfig(data=data, freeze=FreezePlan.full(3), tuning=TuningConfig(kind=kind))


def test_a_backbone_can_be_cut_short_and_its_top_made_fresh(tiny: str) -> None:
    whole = load(BackboneConfig(id=tiny))
    short = load(BackboneConfig(id=tiny, keep_blocks=2))
    assert (whole.n_blocks, short.n_blocks, short.info.n_blocks) == (3, 2, 2)
    fresh = load(BackboneConfig(id=tiny, reinit_top_layers=1))
    same = [
        all(torch.equal(a, b) for a, b in zip(x.parameters(), y.parameters(), strict=True))
        for x, y in zip(whole.blocks, fresh.blocks, strict=True)
    ]
    assert same == [True, True, False]
    again = load(BackboneConfig(id=tiny, reinit_top_layers=1))
    assert all(
        torch.equal(a, b) for a, b in zip(fresh.model.parameters(), again.model.parameters(), strict=True)
    )
    digests = {
        b.info.digest
        for b in (whole, short, fresh, load(BackboneConfig(id=tiny, reinit_top_layers=1, init_seed=1)))
    }
    assert len(digests) == 4
    for wrong, field in (
        (BackboneConfig(id=tiny, keep_blocks=9), "keep_blocks"),
        (BackboneConfig(id=tiny, reinit_top_layers=4), "reinit_top_layers"),
    ):
        with pytest.raises(ConfigError, match=field):
            load(wrong)


def test_fresh_blocks_must_train(tiny: str, tmp_path: Path) -> None:
    config = experiment(tiny, "last:1")
    config = config.model_copy(update={"backbone": BackboneConfig(id=tiny, reinit_top_layers=2)})
    with pytest.raises(ConfigError, match=r"backbone\.reinit_top_layers"):
        Script().run(config, tmp_path)


@pytest.mark.parametrize("layers", list(LayerCombination))
def test_features_of_any_layers_come_from_one_pass(
    tiny: str, layers: LayerCombination, tmp_path: Path
) -> None:
    features = FeatureConfig(
        layer_combination=layers, layer=1 if layers is LayerCombination.ONE else None, token_limit=32
    )
    base = experiment(tiny, "none", epochs=30)
    cold, warm = Script(), Script()
    cold.run(base, tmp_path / "last")  # encodes and caches every layer
    config = base.model_copy(update={"features": features})
    summary = warm.run(config, tmp_path / str(layers))
    assert summary.reuse is not None
    assert summary.reuse.encoded == 0
    trained = load_trained(tmp_path / str(layers))
    texts = list(toy().texts)
    outputs = trained.predict(texts)
    width = {LayerCombination.CONCAT_4: 4 * 32}.get(layers, 32)
    assert outputs.features.shape == (len(texts), width)
    evaluation = artifacts.load(tmp_path / str(layers), Evaluation)
    assert evaluation is not None
    confidence = outputs.predictions.max(1)
    assert confidence == pytest.approx(evaluation.predictions["confidence"].to_numpy(), abs=1e-3)
    mix = artifacts.load(tmp_path / str(layers), LayerMix)
    assert (mix is not None) is (layers is LayerCombination.MIX)
    if mix is not None:
        assert sum(mix.weights) == pytest.approx(1.0)
        assert len(mix.weights) == 4
        assert max(mix.weights) > min(mix.weights)


def test_layers_are_named_and_checked() -> None:
    assert FeatureConfig(layer_combination=LayerCombination.CONCAT_4).selected_layers(6) == (3, 4, 5, 6)
    assert FeatureConfig(layer_combination=LayerCombination.SECOND_LAST).selected_layers(6) == (5,)
    assert FeatureConfig(layer_combination=LayerCombination.MIX).selected_layers(2) == (0, 1, 2)
    with pytest.raises(ConfigError, match=r"features\.layer"):
        FeatureConfig(layer_combination=LayerCombination.ONE, layer=7).selected_layers(6)
    with pytest.raises(ValueError, match="layer must be given"):
        FeatureConfig(layer_combination=LayerCombination.ONE)
    with pytest.raises(ValueError, match="needs a frozen backbone"):
        ExperimentConfig(
            data=DataConfig(dataset="d", text="t", label="l"),
            freeze=FreezePlan(blocks=(1,)),
            features=FeatureConfig(layer_combination=LayerCombination.MIX),
        )
    assert FeatureConfig().pooling is Pooling.MEAN
