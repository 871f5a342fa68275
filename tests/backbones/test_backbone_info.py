"""Backbone inspection on tiny random models: blocks, parts, causality, limits, partial forward."""

from pathlib import Path

import pytest
import torch
from torch import nn

from tests.architectures import CAUSAL, REFUSED, SIZE, TEXTS, TINY, UNSPLIT, WIDTH, WINDOW, tiny_folder
from translearn_core.backbones import Backbone, load
from translearn_core.backbones.dry_run import dry_run
from translearn_core.backbones.inspection import find_blocks
from translearn_core.config import BackboneConfig, FreezePlan
from translearn_core.errors import BackboneError

FINAL = {"modernbert": {"final_norm.weight"}, "gpt2": {"ln_f.weight", "ln_f.bias"}}
FINAL |= {name: {"norm.weight"} for name in ("llama", "qwen3", "gemma3")}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory):
    folders: dict[str, Path] = {}

    def make(name: str) -> Backbone:
        if name not in folders:
            folders[name] = tiny_folder(name, tmp_path_factory.mktemp(name))
        return load(BackboneConfig(id=str(folders[name])))

    return make


@pytest.mark.parametrize("name", TINY)
def test_every_architecture_is_described(tiny, name: str):
    backbone = tiny(name)
    backbone_info = backbone.info
    assert (backbone_info.width, backbone_info.vocabulary, backbone_info.token_limit) == (WIDTH, SIZE, WINDOW)
    assert backbone_info.n_blocks == backbone.n_blocks == backbone.model.config.num_hidden_layers
    assert backbone_info.causal == (name in CAUSAL)
    assert backbone_info.supports_partial_forward, backbone_info.unsupported_reason
    assert backbone_info.parameters == sum(p.numel() for p in backbone.model.parameters())
    assert backbone_info.trainable(FreezePlan.full(backbone_info.n_blocks)) == backbone_info.parameters
    assert {n for n, part in backbone.parts.items() if part == "final"} == FINAL.get(name, set())
    assert backbone.parts.keys() == dict(backbone.model.named_parameters()).keys()
    for k, block in enumerate(backbone.blocks):
        own = {id(p) for p in block.parameters()}
        named = {
            id(backbone.model.get_parameter(n)) for n, part in backbone.parts.items() if part == f"block {k}"
        }
        assert own == named
        assert backbone_info.block_parameters[k] == sum(p.numel() for p in block.parameters())


@pytest.mark.parametrize("name", TINY)
def test_a_text_as_long_as_the_limit_can_be_read(tiny, name: str):
    backbone = tiny(name)
    batch = backbone.tokenizer(
        ["good " * 500, "bad"],
        truncation=True,
        max_length=backbone.info.token_limit,
        padding=True,
        return_tensors="pt",
    )
    assert batch["input_ids"].shape == (2, WINDOW)
    assert batch["attention_mask"][1, -1] == 0
    with torch.no_grad():
        assert backbone.model(**batch).last_hidden_state.isfinite().all()


@pytest.mark.parametrize("name", ["bert", "roberta", "distilbert", "mpnet", "gpt2", "electra"])
def test_a_text_longer_than_the_limit_cannot_be_read(tiny, name: str):
    backbone = tiny(name)
    ids = torch.full((1, WINDOW + 1), 9)
    with pytest.raises((IndexError, RuntimeError)):
        backbone.model(input_ids=ids, attention_mask=torch.ones_like(ids))


@pytest.mark.parametrize("name", UNSPLIT)
def test_an_architecture_without_partial_forward_says_why(tiny, name: str):
    backbone_info = tiny(name).info
    assert not backbone_info.supports_partial_forward
    assert backbone_info.unsupported_reason.startswith("its blocks")
    assert backbone_info.parameters == sum(p.numel() for p in tiny(name).model.parameters())


@pytest.mark.parametrize("name", REFUSED)
def test_an_unsupported_architecture_is_refused_with_supported_ones(tiny, name: str):
    with pytest.raises(BackboneError, match="choose a") as caught:
        tiny(name)
    assert "\n" not in str(caught.value)


def test_inspection_leaves_no_hooks(tiny):
    backbone = tiny("bert")
    for module in backbone.model.modules():
        assert not module._forward_hooks
        assert not module._forward_pre_hooks
        assert "forward" not in vars(module)
        assert not module.training
    assert all(
        p.grad is None and p.requires_grad and p.dtype is torch.float32 for p in backbone.model.parameters()
    )
    assert not any("pooler" in name for name in backbone.parts)


def test_blocks_that_share_weights_do_not_support_partial_forward():
    model = TINY["bert"]()
    assert dry_run(model, "encoder.layer", vocabulary=SIZE).unsupported_reason is None
    model.encoder.layer[2].attention = model.encoder.layer[0].attention
    assert "share weights" in dry_run(model, "encoder.layer", vocabulary=SIZE).unsupported_reason


def test_a_block_that_reads_more_than_its_input_does_not_support_partial_forward():
    model = TINY["bert"]()
    outputs = []
    model.encoder.layer[0].output.register_forward_hook(lambda _, __, out: outputs.append(out))
    model.encoder.layer[1].register_forward_hook(lambda _, __, out: out + outputs.pop() if outputs else out)
    reason = dry_run(model, "encoder.layer", vocabulary=SIZE).unsupported_reason
    assert reason.startswith("block 1 gives another result")


def test_the_stack_is_the_largest_list_of_one_or_several_classes():
    class Odd(nn.Linear):
        pass

    model = nn.Module()
    model.words = nn.Embedding(1_000, 8)
    model.adapters = nn.ModuleList(nn.Linear(2, 2) for _ in range(9))
    model.stack = nn.ModuleList([nn.Linear(8, 8), Odd(8, 8), nn.Linear(8, 8)])
    assert find_blocks("x", model) == "stack"
    model.other = nn.ModuleList(nn.Linear(8, 8) for _ in range(2))
    with pytest.raises(BackboneError, match=r"x \(Module\) .* several lists, the largest with \d+%"):
        find_blocks("x", model)
    with pytest.raises(BackboneError, match="not a stack of blocks"):
        find_blocks("x", nn.Linear(2, 2))


def test_only_a_causal_model_ignores_later_tokens(tiny):
    for name in ("llama", "bert"):
        backbone = tiny(name)
        batch = backbone.tokenizer([TEXTS[0], "a good book"], return_tensors="pt", padding=True)
        with torch.no_grad():
            first, second = backbone.model(**batch).last_hidden_state
        assert torch.allclose(first[:2], second[:2], atol=1e-6) == backbone.info.causal
