"""Texts and text pairs as tensors of a model: all that the tokenizer makes and the model takes."""

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.architectures import TEXTS, tiny_folder
from translearn_core.activations import ActivationCache, Compute, Encoder, pool
from translearn_core.activations.cache_keys import layer_digests
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
from translearn_core.inputs.examples import ModelInput
from translearn_core.inputs.modality import MODALITIES
from translearn_core.inputs.text import text_digests
from translearn_core.transfer import Classifier, Inputs

EXACT = Compute.choose(Device.CPU, Precision.FLOAT32)
LONG = " ".join(["the plot was boring and the film was long"] * 5)  # pairs with it are truncated
PAIRS = [*zip(TEXTS, TEXTS[::-1], strict=True), ("bad", LONG), (LONG, LONG)]
LIMIT = 40
GOLDEN = [
    "c66c614c0c589839d36c8e03e7b76e1e",
    "cae66941d9efbd404e4d88758ea67670",
    "579fc04112ec5e3f94af58723eaee5a7",
]
"""Digests by the first version of the cache."""


def backbone_with_types(name: str, path: Path) -> Backbone:
    return load(BackboneConfig(id=str(tiny_folder(name, path / name, types=True))))


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Backbone:
    return backbone_with_types("bert", tmp_path_factory.mktemp("models"))


def reference(backbone: Backbone) -> dict[str, torch.Tensor]:
    first, second = zip(*PAIRS, strict=True)
    return dict(
        backbone.tokenizer(
            list(first), list(second), padding=True, truncation=True, max_length=LIMIT, return_tensors="pt"
        )
    )


def states_of(backbone: Backbone, **tensors: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return backbone.model(**tensors).last_hidden_state


def test_a_batch_of_pairs_is_what_the_tokenizer_makes(bert: Backbone) -> None:
    batch, expected = bert.examples(PAIRS, LIMIT).batch(np.arange(len(PAIRS))), reference(bert)
    assert set(batch.tensors) == set(expected) == {"input_ids", "attention_mask", "token_type_ids"}
    assert all(torch.equal(batch.tensors[name], tensor) for name, tensor in expected.items())
    assert torch.equal(batch.mask, expected["attention_mask"])
    assert batch.tensors["token_type_ids"].any(1).all()


def test_pairs_give_the_states_of_transformers_at_every_boundary(bert: Backbone) -> None:
    expected, inputs = reference(bert), bert.examples(PAIRS, LIMIT).batch(np.arange(len(PAIRS)))
    mask = inputs.mask.bool()
    whole = states_of(bert, **expected)[mask]
    split = Classifier(bert, FreezePlan(), FeatureConfig(), HeadConfig(), 2).split
    with torch.no_grad():
        with split.open() as run:
            assert torch.equal(run(inputs)[mask], whole)
        for boundary in range(bert.n_blocks):
            with split.open(stop=boundary) as below:
                states = below(inputs)
            with split.open(start=boundary, given=True) as above:
                assert (above(inputs, states)[mask] - whole).abs().max() <= 1e-6, boundary
    without = states_of(bert, **{k: v for k, v in expected.items() if k != "token_type_ids"})[mask]
    assert (without - whole).abs().max() > 0.01


def test_pairs_give_the_features_of_transformers_cached_and_uncached(bert: Backbone, tmp_path: Path) -> None:
    expected, examples, rows = reference(bert), bert.examples(PAIRS, LIMIT), np.arange(len(PAIRS))
    pooled = pool(states_of(bert, **expected), expected["attention_mask"], Pooling.MEAN)
    encoder = Encoder(bert, examples, EXACT, ActivationCache(tmp_path, 10**9))
    for boundary in range(1, bert.n_blocks):
        plan = FreezePlan(blocks=tuple(range(boundary, bert.n_blocks)))
        model = Classifier(bert, plan, FeatureConfig(), HeadConfig(), 2).eval()
        for inputs in (Inputs.of(examples), Inputs(examples.cost, examples, encoder.states(boundary))):
            with torch.no_grad():
                features = model.features(inputs.batch(rows), EXACT)
            assert (features - pooled).abs().max() <= 1e-6, boundary
    assert (encoder.last_layer(Pooling.MEAN).vectors() - pooled).abs().max() <= 1e-6
    mirrored = bert.examples([pair[::-1] for pair in PAIRS], LIMIT)
    again = Encoder(bert, mirrored, EXACT, ActivationCache(tmp_path, 10**9))
    swapped = again.last_layer(Pooling.MEAN).vectors()
    assert 0 < again.cache_usage.encoded < len(PAIRS)  # a pair of equal texts is its own mirror image
    assert (swapped - pooled)[:-1].abs().amax(1).min() > 1e-4


def test_single_texts_are_as_without_types(bert: Backbone) -> None:
    inputs = bert.examples(TEXTS, LIMIT).batch(np.arange(len(TEXTS)))
    plain = {name: inputs.tensors[name] for name in ("input_ids", "attention_mask")}
    assert torch.equal(states_of(bert, **inputs.tensors), states_of(bert, **plain))
    assert bert.input_names.altering == ()


def test_digests_of_texts_are_those_of_existing_caches_and_pairs_have_their_own() -> None:
    hexes = [digest.hex() for digest in text_digests(["a good film", "", "中文 \ud800"])]
    assert hexes == GOLDEN
    cells = ["a", "b", "ab", ("a", "b"), ("b", "a"), ("ab", ""), ("", "ab"), ("a", "a")]
    assert len(set(text_digests(cells))) == len(cells)


@pytest.mark.parametrize(
    ("name", "taken", "altering"),
    [
        ("electra", {"input_ids", "token_type_ids"}, set()),
        ("roberta", {"input_ids"}, set()),  # one type: the second text's would be outside the table
        ("mpnet", {"input_ids"}, set()),
        ("distilbert", {"input_ids"}, set()),
        ("llama", {"input_ids"}, set()),
        ("gpt2", {"input_ids", "token_type_ids"}, {"token_type_ids"}),
    ],
)
def test_a_model_gets_only_the_tensors_that_it_takes(
    name: str, taken: set[str], altering: set[str], tmp_path: Path
) -> None:
    backbone = backbone_with_types(name, tmp_path)
    assert set(backbone.input_names.taken) == taken
    assert set(backbone.input_names.altering) == altering
    inputs = backbone.examples(PAIRS, LIMIT).batch(np.arange(2))
    assert set(inputs.tensors) == taken | {"attention_mask"}
    assert states_of(backbone, **inputs.tensors).isfinite().all()


def test_types_that_alter_single_texts_are_in_the_cache_key(tmp_path: Path) -> None:
    backbone = backbone_with_types("gpt2", tmp_path)
    with_types = layer_digests(backbone)
    backbone.input_names = type(backbone.input_names)(backbone.input_names.taken)
    assert not set(with_types) & set(layer_digests(backbone))


def test_without_a_mask_all_positions_are_pooled() -> None:
    states = torch.randn(3, 5, 4)
    mask = torch.ones(3, 5, dtype=torch.int64)
    assert all(torch.equal(pool(states, None, how), pool(states, mask, how)) for how in Pooling)
    moved = ModelInput({"pixel_values": states}, None).to(torch.device("cpu"))
    assert moved.mask is None
    assert torch.equal(moved.tensors["pixel_values"], states)


def test_modalities_have_a_noun_and_describe_a_model(bert: Backbone) -> None:
    assert {name: modality.noun for name, modality in MODALITIES.items()} == {"text": "text"}
    info = MODALITIES["text"].describe(bert.model, bert.tokenizer)
    assert (info.token_limit, info.vocabulary) == (bert.info.token_limit, bert.info.vocabulary)
