"""Training on words in sentences: first pieces, cached and uncached states, whole sentences, resuming."""

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.training.test_training import Script, experiment
from translearn_core.activations import ActivationCache, Compute
from translearn_core.backbones import load
from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    Device,
    ExperimentConfig,
    LayerCombination,
    Precision,
    ProblemType,
    TargetConfig,
)
from translearn_core.config.text_cells import Word
from translearn_core.data.dataset import PreparedDataset
from translearn_core.errors import Stopped
from translearn_core.experiment import build
from translearn_core.inputs.words import SentenceWords, first_pieces
from translearn_core.results import Evaluation
from translearn_core.runs import artifacts
from translearn_core.tasks import Target
from translearn_core.training.batches import BatchLoader
from translearn_core.training.checkpoints.checkpoint import Checkpoint
from translearn_core.transfer import Inputs, StageInputs, load_fine_tuned, predict

EXACT = Compute.choose(Device.CPU, Precision.FLOAT32)
FIRST = ("the", "a", "my")
KINDS = {
    "film": 1,
    "book": 1,
    "service": 1,
    "phone": 1,
    "was": 2,
    "is": 2,
    "good": 0,
    "terrible": 0,
    "boring": 0,
}


def words(sentences: int = 96) -> PreparedDataset:
    """Return words whose tag is their kind; of "good" it depends on the word before it."""
    texts: list[Word] = []
    labels, split, number, names = [], [], [], []
    for k in range(sentences):
        noun = ("film", "book", "service", "phone")[k % 4]
        verb, end = ("was", "is")[k % 2], ("good", "terrible", "boring")[k % 3]
        sentence = [FIRST[k % 3], noun, verb, end, *(["good", noun] if k % 5 == 0 else [])]
        tags = [0, 1, 2, 0] + ([1, 1] if k % 5 == 0 else [])
        texts += [Word(" ".join(sentence), i) for i in range(len(sentence))]
        labels += tags
        split += [0 if k < sentences // 2 else 1 if k < 3 * sentences // 4 else 2] * len(sentence)
        number += [k] * len(sentence)
        names += sentence
    target = Target(
        "tag", ProblemType.TOKENS, ("A", "N", "V"), np.array(labels),
        words=np.array(names, dtype=object), sentence=np.array(number),
    )  # fmt: skip
    return PreparedDataset((target,), tuple(texts), np.array(split), np.arange(1, len(texts) + 1))


def config(tiny: str, blocks: str = "last:1", **training: object) -> ExperimentConfig:
    target = TargetConfig(column="tag", problem=ProblemType.TOKENS)
    data = DataConfig(dataset="d", text="t", sentence="s", targets=(target,))
    return experiment(tiny, blocks, **training).model_copy(update={"data": data})


def inputs_of(tiny: str, data: PreparedDataset, plan: str = "none") -> tuple[StageInputs, SentenceWords]:
    made = config(tiny, plan)
    model = build(made, load(made.backbone), data.target).eval()
    rows = model.loaded_backbone.inputs(data.texts, made.features)
    assert isinstance(rows, SentenceWords)
    return StageInputs(model, rows, EXACT, ActivationCache(Path(tiny).parent / "cache", 10**9)), rows


@pytest.mark.parametrize("blocks", ["none", "last:1", "all"])
def test_a_run_on_words_learns_tags_and_saves_a_model_of_words(
    blocks: str, tiny: str, tmp_path: Path
) -> None:
    data = words()
    summary = Script().run(config(tiny, blocks, epochs=6), tmp_path, prepare=words)
    assert list(summary.test.scores) == ["token_accuracy", "macro_f1"]
    assert summary.test["token_accuracy"].value > (0.6 if blocks == "none" else 0.9)
    evaluation = artifacts.load(tmp_path, Evaluation)
    assert evaluation is not None
    rows = evaluation.predictions
    assert list(rows)[:6] == ["row", "split", "text", "sentence", "position", "label"]
    assert rows["text"].tolist() == data.target.words.tolist()
    model = load_fine_tuned(tmp_path)
    predicted = model.decode(model.predict(data.texts[:9]))["predicted"].to_numpy()
    assert (predicted == rows["predicted"].to_numpy()[:9]).all()


@pytest.mark.parametrize("blocks", ["none", "last:1"])
def test_words_stopped_and_resumed_equal_straight_through(blocks: str, tiny: str, tmp_path: Path) -> None:
    straight, first, second = Script(), Script(stop_after=8), Script()
    expected = straight.run(config(tiny, blocks), tmp_path / "straight", prepare=words)
    with pytest.raises(Stopped):
        first.run(config(tiny, blocks), tmp_path / "halves", prepare=words)
    resumed = second.run(config(tiny, blocks), tmp_path / "halves", prepare=words)
    assert second.losses == straight.losses
    assert resumed.test == expected.test
    weights = [Checkpoint.read(tmp_path / name).weights for name in ("straight", "halves")]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_features_are_the_states_of_the_first_pieces(tiny: str) -> None:
    data = words(12)
    stage_inputs, rows = inputs_of(tiny, data)
    backbone, everything = stage_inputs.model.loaded_backbone, np.arange(len(rows))
    cached = stage_inputs.for_first_stage(everything, seed=0)
    assert cached.pooled is not None
    for i, cell in enumerate(data.texts):
        encoded = backbone.tokenizer(cell.sentence.split(" "), is_split_into_words=True, return_tensors="pt")
        with torch.no_grad():
            states = backbone.model(**encoded).last_hidden_state[0]
        expected = states[encoded.word_ids().index(cell.position)]
        assert (cached.pooled[i] - expected).abs().max() <= 1e-5
    with torch.no_grad():
        shuffled = np.random.default_rng(0).permutation(everything)
        uncached = stage_inputs.model.features(Inputs.of(rows).batch(shuffled), EXACT)
    assert (cached.pooled[shuffled] - uncached).abs().max() <= 1e-5


def test_states_of_a_cut_give_the_outputs_of_the_whole_model(tiny: str) -> None:
    data = words(12)
    stage_inputs, rows = inputs_of(tiny, data, "last:1")
    everything = np.arange(len(rows))
    cached = stage_inputs.for_first_stage(everything, seed=0)
    assert cached.cached_states is not None
    order = np.random.default_rng(1).permutation(everything)
    whole, cut = (predict(stage_inputs.model, i, order, EXACT) for i in (Inputs.of(rows), cached))
    np.testing.assert_allclose(cut.logits, whole.logits, atol=1e-5)
    one = predict(stage_inputs.model, cached, order[:1], EXACT)
    np.testing.assert_allclose(one.logits, whole.logits[:1], atol=1e-5)


@pytest.mark.parametrize("how", [LayerCombination.CONCAT_4, LayerCombination.SECOND_LAST])
def test_other_layers_can_be_read(how: LayerCombination, tiny: str, tmp_path: Path) -> None:
    made = config(tiny, "none", epochs=2)
    features = made.features.model_copy(update={"layer_combination": how})
    summary = Script().run(made.model_copy(update={"features": features}), tmp_path, prepare=words)
    assert 0 < summary.test["token_accuracy"].value <= 1


def test_a_batch_holds_whole_sentences_and_an_epoch_all_of_them(tiny: str) -> None:
    data = words(40)
    _, rows = inputs_of(tiny, data)
    train = data.split_indices("train")
    loader = BatchLoader(Inputs.of(rows), train, config(tiny).training, EXACT.device)
    order = loader.order(0)
    assert len(order) == loader.steps_per_epoch
    assert sorted(np.concatenate(order).tolist()) == train.tolist()
    sentences = [set(rows.sentence[batch].tolist()) for batch in order]
    assert sum(map(len, sentences)) == len(set().union(*sentences))
    assert max(map(len, sentences)) == 8
    again = BatchLoader(Inputs.of(rows), train, config(tiny).training, EXACT.device).order(0)
    assert all((a == b).all() for a, b in zip(order, again, strict=True))


def test_a_word_that_is_cut_off_or_dropped_has_the_first_position(tiny: str) -> None:
    tokenizer = load(BackboneConfig(id=tiny)).tokenizer
    sentence = "the film was terrible \u200b good unenjoyable book"
    whole, cut = (first_pieces(tokenizer, [sentence], limit)[0] for limit in (64, 5))
    ids = tokenizer(sentence)["input_ids"]
    found = tokenizer.convert_ids_to_tokens([ids[i] for i in whole])
    assert [found[i] for i in (0, 1, 2, 3, 5, 7)] == ["the", "film", "was", "terrible", "good", "book"]
    assert found[4] == "[CLS]" or whole[4] > whole[3]
    assert cut.tolist()[:3] == [1, 2, 3]
    assert not cut[3:].any()
