"""Training on pairs of texts: joint and siamese, cached and uncached, stopped and resumed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.targets import named_classes
from tests.training.test_training import BAD, GOOD, Script, experiment
from translearn_core.activations import ActivationCache, Compute, Encoder
from translearn_core.activations.pooling import pair_features
from translearn_core.backbones import load
from translearn_core.config import (
    DataConfig,
    Device,
    ExperimentConfig,
    FeatureConfig,
    LayerCombination,
    PairEncoding,
    Pooling,
    Precision,
    Split,
)
from translearn_core.data.dataset import PreparedDataset
from translearn_core.errors import Stopped
from translearn_core.experiment import build
from translearn_core.results import Evaluation
from translearn_core.runs import artifacts
from translearn_core.training.checkpoints.checkpoint import Checkpoint
from translearn_core.transfer import Inputs, StageInputs, load_fine_tuned

EXACT = Compute.choose(Device.CPU, Precision.FLOAT32)


def pairs(rows: int = 144) -> PreparedDataset:
    """Return pairs of opinions whose class is whether they agree."""
    first = [(GOOD if i % 2 else BAD)[(i // 2) % 4] for i in range(rows)]
    second = [
        (GOOD if (i // 4) % 2 else BAD)[(i // 8) % 4] + f" {['one', 'two', 'three'][i % 3]}"
        for i in range(rows)
    ]
    agree = np.arange(rows) % 2 == (np.arange(rows) // 4) % 2
    split = np.zeros(rows, dtype=np.int64)
    split[rows // 2 : 3 * rows // 4], split[3 * rows // 4 :] = 1, 2
    target = named_classes(agree.astype(np.int64), "differ", "agree")
    return PreparedDataset((target,), tuple(zip(first, second, strict=True)), split, np.arange(1, rows + 1))


def config(tiny: str, encoding: PairEncoding, blocks: str = "last:1", **training: object) -> ExperimentConfig:
    return experiment(tiny, blocks, **training).model_copy(
        update={
            "data": DataConfig(dataset="d", text="t", text_pair="u", label="l"),
            "features": FeatureConfig(token_limit=32, pair_encoding=encoding),
        }
    )


@pytest.mark.parametrize("encoding", PairEncoding)
@pytest.mark.parametrize("blocks", ["none", "last:1", "all"])
def test_a_run_on_pairs_saves_pairs_and_a_model_of_pairs(
    encoding: PairEncoding, blocks: str, tiny: str, tmp_path: Path
) -> None:
    data = pairs()
    summary = Script().run(config(tiny, encoding, blocks, epochs=4), tmp_path, prepare=pairs)
    evaluation = artifacts.load(tmp_path, Evaluation)
    assert evaluation is not None
    rows = evaluation.predictions
    assert list(zip(rows["text"], rows["text_pair"], strict=True)) == list(data.texts)
    assert list(rows)[:5] == ["row", "split", "text", "text_pair", "label"]
    assert list(evaluation.mistakes(3))[:2] == ["text", "text_pair"]
    assert 0 < summary.test["accuracy"].value <= 1
    model = load_fine_tuned(tmp_path)
    assert model.pairs
    predicted = model.decode(model.predict(data.texts[:20]))["predicted"].to_numpy()
    assert (predicted == rows["predicted"].to_numpy()[:20]).all()


def test_siamese_learns_what_neither_text_shows_alone(tiny: str, tmp_path: Path) -> None:
    summary = Script().run(
        config(tiny, PairEncoding.SIAMESE, "all", epochs=12, lr=3e-3), tmp_path, prepare=pairs
    )
    assert summary.test["accuracy"].value >= 0.9


@pytest.mark.parametrize("encoding", PairEncoding)
def test_pairs_stopped_and_resumed_equal_straight_through(
    encoding: PairEncoding, tiny: str, tmp_path: Path
) -> None:
    straight, first, second = Script(), Script(stop_after=13), Script()
    expected = straight.run(config(tiny, encoding), tmp_path / "straight", prepare=pairs)
    with pytest.raises(Stopped):
        first.run(config(tiny, encoding), tmp_path / "halves", prepare=pairs)
    resumed = second.run(config(tiny, encoding), tmp_path / "halves", prepare=pairs)
    assert second.losses == straight.losses
    assert resumed.test == expected.test
    weights = [Checkpoint.read(tmp_path / name).weights for name in ("straight", "halves")]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


@pytest.mark.parametrize("how", [*LayerCombination])
def test_siamese_features_are_those_of_the_single_texts(
    how: LayerCombination, tiny: str, tmp_path: Path
) -> None:
    data, features = pairs(24), FeatureConfig(
        token_limit=32, pair_encoding=PairEncoding.SIAMESE, layer_combination=how,
        layer=1 if how is LayerCombination.ONE else None,
    )  # fmt: skip
    experiment = config(tiny, PairEncoding.SIAMESE, "none").model_copy(update={"features": features})
    model = build(experiment, load(experiment.backbone), data.target).eval()
    backbone, rows, store = model.loaded_backbone, np.arange(24), ActivationCache(tmp_path, 10**9)
    inputs = backbone.inputs(data.texts, features)
    stage_inputs = StageInputs(model, inputs, EXACT, store)
    cached = stage_inputs.for_first_stage(rows, seed=0)
    with torch.no_grad():
        uncached = model.features(Inputs.of(inputs).batch(rows), EXACT)
    assert cached.pooled is not None
    assert (cached.pooled - uncached).abs().max() <= 1e-5
    np.testing.assert_array_equal(cached.cost, inputs.cost)
    first, second = zip(*data.texts, strict=True)
    assert stage_inputs.cache_usage is not None
    assert stage_inputs.cache_usage.encoded == len({*first, *second})
    if how is LayerCombination.LAST:
        u, v = (
            Encoder(backbone, backbone.examples(side, 32), EXACT, store).last_layer(Pooling.MEAN).vectors()
            for side in (first, second)
        )
        assert torch.equal(cached.pooled, torch.cat([u, v, (u - v).abs(), u * v], dim=1))


def test_siamese_states_of_a_cut_give_the_same_loss_as_the_whole_model(tiny: str, tmp_path: Path) -> None:
    data, experiment = pairs(24), config(tiny, PairEncoding.SIAMESE)
    model = build(experiment, load(experiment.backbone), data.target).eval()
    inputs = model.loaded_backbone.inputs(data.texts, experiment.features)
    stage_inputs = StageInputs(model, inputs, EXACT, ActivationCache(tmp_path, 10**9))
    cached = stage_inputs.for_first_stage(data.split_indices(Split.TRAIN), seed=0)
    assert cached.cached_states is not None
    rows = np.array([5, 3, 17])
    with torch.no_grad():
        outputs = [model(part.batch(rows), EXACT) for part in (cached, replace(cached, cached_states=None))]
    assert (outputs[0] - outputs[1]).abs().max() <= 1e-5


def test_pair_features_pass_gradients_to_both_texts() -> None:
    sides = torch.randn(6, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(pair_features, sides)
