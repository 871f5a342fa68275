from pathlib import Path

import numpy as np
import pytest
import torch

from tests.architectures import TEXTS, TINY, tiny_folder
from translearn_core.activations import Compute, encode_layers, keep_states, tokenize
from translearn_core.activations.tokens import by_length
from translearn_core.backbones import Backbone, load
from translearn_core.config import BackboneConfig, Device, FreezePlan, HeadConfig, Pooling, Precision
from translearn_core.transfer import Classifier, Inputs

EXACT = Compute.choose(Device.CPU, Precision.FLOAT32)
LABELS = torch.tensor([0, 1, 2, 1, 1, 0, 2])
LONG = " ".join(["the plot was boring and the film was long"] * 20)  # beyond every tiny model's window


@pytest.fixture(scope="module", params=sorted(TINY))
def backbone(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Backbone:
    folder = tiny_folder(request.param, tmp_path_factory.mktemp(request.param))
    return load(BackboneConfig(id=str(folder)))


def gradients(model: Classifier, inputs: Inputs) -> tuple[float, dict[str, torch.Tensor]]:
    model.zero_grad(set_to_none=True)
    loss = torch.nn.functional.cross_entropy(model(inputs, np.arange(len(LABELS)), EXACT), LABELS)
    loss.backward()
    return loss.item(), {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}


def test_suffix_on_kept_states_gives_the_same_loss_and_gradients(backbone: Backbone) -> None:
    if not backbone.anatomy.splittable:
        assert backbone.anatomy.why_not
        return
    texts = [*TEXTS, LONG]
    tokens = tokenize(backbone.tokenizer, texts, min(64, backbone.anatomy.token_limit))
    for boundary in range(backbone.n_blocks):
        plan = FreezePlan(blocks=tuple(range(boundary, backbone.n_blocks)))
        model = Classifier(backbone, plan, backbone.anatomy.pooling, HeadConfig(), 3).eval()
        whole, expected = gradients(model, Inputs(tokens))
        kept = keep_states(model.backbone, backbone.blocks, boundary, tokens, EXACT)
        cut, found = gradients(model, Inputs(tokens, kept=kept))
        assert cut == pytest.approx(whole, abs=1e-5)
        assert set(found) == set(expected)
        for name, gradient in expected.items():
            assert torch.allclose(found[name], gradient, atol=1e-5), (boundary, name)


def test_the_pass_pools_what_the_model_itself_reports(backbone: Backbone) -> None:
    tokens = tokenize(backbone.tokenizer, TEXTS, 32)
    found = encode_layers(backbone.model, backbone.blocks, tokens, EXACT, pooling=Pooling.MEAN)
    ids, mask = tokens.padded(np.arange(len(TEXTS)))
    with torch.no_grad():
        states = backbone.model(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states
    weight = mask[..., None].float()
    expected = [((s * weight).sum(1) / weight.sum(1)).numpy() for s in states]
    assert found.shape == (backbone.n_blocks + 1, len(TEXTS), backbone.anatomy.width)
    for layer, one in enumerate(expected):
        np.testing.assert_allclose(found[layer], one, atol=1e-5, err_msg=f"layer {layer}")


def test_batches_by_length_hold_every_text_once_within_the_budget() -> None:
    lengths = np.random.default_rng(0).integers(1, 90, 500)
    batches = list(by_length(lengths, 256))
    assert sorted(np.concatenate(batches)) == list(range(500))
    assert all(len(b) == 1 or len(b) * lengths[b].max() <= 256 for b in batches)


def test_the_bundled_backbone_cut_in_the_middle_is_exact(tmp_path: Path) -> None:
    backbone = load(BackboneConfig())
    texts = ["a stirring, funny film", "no", "an hour and a half of joyless noise that never once " * 3]
    tokens = tokenize(backbone.tokenizer, texts, 128)
    model = Classifier(backbone, FreezePlan.last(2, 6), Pooling.MEAN, HeadConfig(), 2).eval()
    kept = keep_states(model.backbone, backbone.blocks, 4, tokens, EXACT)
    with torch.no_grad():
        whole = model(Inputs(tokens), np.arange(3), EXACT)
        cut = model(Inputs(tokens, kept=kept), np.arange(3), EXACT)
    assert torch.allclose(whole, cut, atol=1e-5)
