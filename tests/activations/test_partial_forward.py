from pathlib import Path

import numpy as np
import pytest
import torch

from tests.architectures import TEXTS, TINY, tiny_folder
from translearn_core.activations import ActivationCache, Compute, Encoder
from translearn_core.activations.packed_linear import _available, packed_linears
from translearn_core.backbones import Backbone, load
from translearn_core.config import (
    BackboneConfig,
    Device,
    FeatureConfig,
    FreezePlan,
    HeadConfig,
    Pooling,
    Precision,
)
from translearn_core.inputs.examples import Examples
from translearn_core.transfer import Classifier, Inputs

EXACT = Compute.choose(Device.CPU, Precision.FLOAT32)
LABELS = torch.tensor([0, 1, 2, 1, 1, 0, 2])
LONG = " ".join(["the plot was boring and the film was long"] * 20)  # beyond every tiny model's window


@pytest.fixture(scope="module", params=sorted(TINY))
def backbone(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Backbone:
    folder = tiny_folder(request.param, tmp_path_factory.mktemp(request.param))
    return load(BackboneConfig(id=str(folder)))


def text_source(backbone: Backbone, texts: list[str] | tuple[str, ...], limit: int) -> Examples:
    return backbone.examples(texts, min(limit, backbone.info.token_limit))


def classifier(backbone: Backbone, plan: FreezePlan) -> Classifier:
    features = FeatureConfig(pooling=backbone.info.pooling)
    model = Classifier(backbone, plan, features, HeadConfig(), 3).eval()
    model.freeze(plan)
    return model


def gradients(model: Classifier, inputs: Inputs) -> tuple[float, dict[str, torch.Tensor]]:
    model.zero_grad(set_to_none=True)
    batch = inputs.batch(np.arange(len(LABELS)))
    loss = torch.nn.functional.cross_entropy(model(batch, EXACT), LABELS)
    loss.backward()
    return loss.item(), {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}


def test_cached_states_give_the_same_loss_and_gradients_at_every_boundary(
    backbone: Backbone, tmp_path: Path
) -> None:
    if not backbone.info.supports_partial_forward:
        assert backbone.info.unsupported_reason
        return
    texts = text_source(backbone, [*TEXTS, LONG], 64)
    encoder = Encoder(backbone, texts, EXACT, ActivationCache(tmp_path, 10**9))
    for boundary in range(1, backbone.n_blocks):
        plan = FreezePlan(blocks=tuple(range(boundary, backbone.n_blocks)))
        model = classifier(backbone, plan)
        whole_loss, expected = gradients(model, Inputs.of(texts))
        states = encoder.states(boundary)
        loss, actual = gradients(model, Inputs(texts.cost, texts, cached_states=states))
        assert loss == pytest.approx(whole_loss, abs=1e-5)
        assert set(actual) == set(expected)
        for name, gradient in expected.items():
            assert torch.allclose(actual[name], gradient, atol=1e-5), (boundary, name)


def test_states_of_an_identical_batch_are_exact_at_every_boundary(backbone: Backbone) -> None:
    if not backbone.info.supports_partial_forward:
        return
    texts = text_source(backbone, [*TEXTS, LONG], 64)
    inputs = texts.batch(np.arange(len(texts)))
    mask = inputs.mask
    split = classifier(backbone, FreezePlan()).split
    with torch.no_grad():
        with split.open() as run:
            whole = run(inputs)[mask.bool()]
        for boundary in range(backbone.n_blocks):
            with split.open(stop=boundary) as below:
                states = below(inputs)
            with split.open(start=boundary, given=True) as above:
                again = above(inputs, states)[mask.bool()]
            assert (again - whole).abs().max() <= 1e-6, boundary


def test_pooled_layers_equal_the_models_hidden_states_pooled(backbone: Backbone, tmp_path: Path) -> None:
    texts = text_source(backbone, TEXTS, 32)
    inputs = texts.batch(np.arange(len(TEXTS)))
    with torch.no_grad():
        states = backbone.model(**inputs.tensors, output_hidden_states=True).hidden_states
    weight = inputs.mask[..., None].float()
    expected = [((s * weight).sum(1) / weight.sum(1)).numpy() for s in states]
    layers = Encoder(backbone, texts, EXACT, ActivationCache(tmp_path, 10**9)).pooled(Pooling.MEAN)
    assert len(layers) == backbone.n_blocks + 1
    for layer, (vectors, pooled) in enumerate(zip(expected, layers, strict=True)):
        np.testing.assert_allclose(pooled.vectors().numpy(), vectors, atol=1e-5, err_msg=f"layer {layer}")


def test_a_bf16_pass_stays_close_and_restores_the_weights(backbone: Backbone, tmp_path: Path) -> None:
    rounded = Compute(torch.device("cpu"), bf16=True)
    before = {name: p.clone() for name, p in backbone.model.named_parameters()}
    texts = text_source(backbone, TEXTS, 32)
    exact = (
        Encoder(backbone, texts, EXACT, ActivationCache(tmp_path, 10**9)).last_layer(Pooling.MEAN).vectors()
    )
    half = (
        Encoder(backbone, texts, rounded, ActivationCache(tmp_path, 10**9)).last_layer(Pooling.MEAN).vectors()
    )
    assert half.dtype is torch.float16
    assert (half.float() - exact).abs().max() < 0.1 * exact.abs().max()
    for name, parameter in backbone.model.named_parameters():
        assert torch.equal(parameter, before[name]), name
    assert not any("forward" in vars(module) for module in backbone.model.modules())


def test_packed_linears_give_the_same_numbers() -> None:
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(48, 96), torch.nn.Linear(96, 32, bias=False)).bfloat16()
    x = torch.randn(2, 40, 48).bfloat16()
    with torch.inference_mode():
        expected = [model(x), model(x[:, ::3]), model(x[0, 0])]
        with packed_linears(model):
            assert all(("forward" in vars(layer)) == _available() for layer in model)
            actual = [model(x), model(x[:, ::3]), model(x[0, 0])]
        assert not any("forward" in vars(layer) for layer in model)
    for plain, packed in zip(expected, actual, strict=True):
        torch.testing.assert_close(plain, packed, rtol=0.02, atol=0.01)  # the last bits of bfloat16
