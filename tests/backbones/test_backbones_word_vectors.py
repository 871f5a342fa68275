"""Word vectors as a backbone: model, tokenizer, folder, and the bundled GloVe."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from translearn_core.backbones import converted, load
from translearn_core.backbones.bundled.packages import PACKAGES, Package
from translearn_core.backbones.word_vectors import glove
from translearn_core.backbones.word_vectors.folder import WordVectors, save_word_vectors
from translearn_core.backbones.word_vectors.model import WordVectorConfig, WordVectorModel
from translearn_core.backbones.word_vectors.tokenizer import build_tokenizer, split_words
from translearn_core.config import GLOVE, BackboneConfig, Pooling, WordWeights
from translearn_core.errors import BackboneError, ConfigError

WORDS = ["the", "film", "good", "do", "n't", ".", "a", "bad", "i", "see", "and", "we"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vectors")
    vectors = np.random.default_rng(0).normal(size=(len(WORDS), 4)).astype(np.float32)
    save_word_vectors(WordVectors(WORDS, vectors), path, "---\nlicense: mit\nlanguage: en\n---\n")
    return path


def states(backbone, text: str) -> torch.Tensor:
    tokens = backbone.tokenizer(text, return_tensors="pt")
    with torch.inference_mode():
        return backbone.model(tokens["input_ids"], tokens["attention_mask"]).last_hidden_state[0]


# -- tokenizer -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don’t go, it's 3,000 words!", ["do", "n't", "go", ",", "it", "'s", "3,000", "words", "!"]),
        ("the U.S. film", ["the", "u.s.", "film"]),
        ("well-made", ["well", "-", "made"]),
        ("我们看film", ["我", "们", "看", "film"]),
        ("", []),
    ],
)
def test_texts_are_split_into_words(text: str, words: list[str]):
    assert split_words(build_tokenizer(WORDS), text) == words


def test_capitals_are_kept_where_the_table_has_some():
    assert split_words(build_tokenizer(["Paris"]), "Paris IS") == ["Paris", "IS"]


# -- model -----------------------------------------------------------------------------------------


def test_the_mean_is_that_of_the_words_with_a_vector(folder: Path):
    backbone = load(BackboneConfig(id=str(folder)))
    table = backbone.model.embeddings.weight.detach()
    ids = backbone.tokenizer.convert_tokens_to_ids(["good", "film"])
    found = states(backbone, "Good unheard film").mean(0)
    assert found.tolist() == pytest.approx(table[ids].mean(0).tolist(), abs=1e-6)


def test_weights_of_words_make_a_weighted_mean(folder: Path):
    backbone = load(BackboneConfig(id=str(folder)))
    the, film = backbone.tokenizer.convert_tokens_to_ids(["the", "film"])
    with torch.no_grad():
        backbone.blocks[0].weight[the] = 0.25
    table = backbone.model.embeddings.weight.detach()
    expected = (0.25 * table[the] + table[film]) / 1.25
    assert states(backbone, "the film").mean(0).tolist() == pytest.approx(expected.tolist(), abs=1e-6)


def test_a_text_without_a_known_word_is_zero(folder: Path):
    backbone = load(BackboneConfig(id=str(folder)))
    assert states(backbone, "unheard words").abs().max() == 0


def test_padding_changes_nothing(folder: Path):
    backbone = load(BackboneConfig(id=str(folder)))
    tokens = backbone.tokenizer(["the good film", "film"], return_tensors="pt", padding=True)
    with torch.inference_mode():
        both = backbone.model(**{k: tokens[k] for k in ("input_ids", "attention_mask")}).last_hidden_state
    assert torch.equal(both[1, :1], states(backbone, "film"))


def test_unknown_words_and_padding_stay_zero_in_the_random_twin():
    model = WordVectorModel(WordVectorConfig(vocab_size=2_000, hidden_size=20, spread=0.5))
    assert model.embeddings.weight[:2].abs().max() == 0
    assert float(model.embeddings.weight.detach().std()) == pytest.approx(0.5, rel=0.02)


def test_it_is_described_as_one_block_pooled_by_mean(folder: Path):
    info = load(BackboneConfig(id=str(folder))).info
    assert info.block_parameters == (len(WORDS) + 2,)
    assert info.embedding_parameters == 4 * (len(WORDS) + 2)
    assert info.default_pooling is Pooling.MEAN
    assert info.supports_partial_forward


# -- weights of words ------------------------------------------------------------------------------


def test_sif_weights_and_common_direction_are_those_of_a_reckoning_by_hand(tmp_path: Path):
    random = np.random.default_rng(1)
    vectors = random.normal(size=(len(WORDS), 4)).astype(np.float32)
    counts = random.integers(1, 50, len(WORDS)).astype(float)
    save_word_vectors(WordVectors(WORDS, vectors, counts / counts.sum()), tmp_path, "")
    backbone = load(BackboneConfig(id=str(tmp_path), word_weights=WordWeights.SIF))
    frequency = counts / counts.sum()
    weights = 1e-3 / (1e-3 + frequency)
    common = (frequency * weights) @ vectors
    common /= np.linalg.norm(common)
    words = [WORDS.index(word) for word in ("good", "film")]
    mean = (weights[words, None] * vectors[words]).sum(0) / weights[words].sum()
    expected = mean - (mean @ common) * common
    assert states(backbone, "good film").mean(0).tolist() == pytest.approx(expected.tolist(), abs=1e-5)


def test_without_counts_frequencies_follow_zipf(folder: Path):
    idf = load(BackboneConfig(id=str(folder), word_weights=WordWeights.IDF))
    harmonic = sum(1 / k for k in range(1, len(WORDS) + 1))
    expected = [0.0, 0.0, *(np.log(k * harmonic) for k in range(1, len(WORDS) + 1))]
    assert idf.blocks[0].weight.tolist() == pytest.approx(expected, abs=1e-5)
    assert idf.info.digest != load(BackboneConfig(id=str(folder))).info.digest


def test_other_models_have_no_weights_of_words():
    with pytest.raises(ConfigError, match="all-MiniLM-L6-v2 has no word vectors"):
        load(BackboneConfig(word_weights=WordWeights.IDF))


def test_damaged_frequencies_are_refused(folder: Path, tmp_path: Path):
    copied = shutil.copytree(folder, tmp_path / "copied")
    (copied / "frequencies.npy").write_bytes(b"nothing")
    with pytest.raises(BackboneError, match=r"frequencies\.npy is damaged"):
        load(BackboneConfig(id=str(copied), word_weights=WordWeights.IDF))


# -- GloVe -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRANSLEARN_WORKSPACE", str(tmp_path_factory.mktemp("workspace")))
        converted.settings.cache_clear()
        yield load(BackboneConfig(id=GLOVE))
    converted.settings.cache_clear()


def test_its_rows_are_those_of_the_file(bundled):
    source = PACKAGES[GLOVE].path
    assert source is not None
    vectors = np.load(source, mmap_mode="r")
    ids = bundled.tokenizer.convert_tokens_to_ids(["the", "sandberger"])
    rows = bundled.model.embeddings.weight.detach()[ids].numpy()
    assert np.array_equal(rows, vectors[[0, len(vectors) - 1]])


def test_near_words_are_near_in_it(bundled):
    unit = torch.nn.functional.normalize(bundled.model.embeddings.weight.detach(), dim=1)
    (paris,) = bundled.tokenizer.convert_tokens_to_ids(["paris"])
    nearest = bundled.tokenizer.convert_ids_to_tokens((unit @ unit[paris]).topk(5).indices.tolist())
    assert nearest[0] == "paris"
    assert "france" in nearest or "london" in nearest


def test_a_damaged_index_is_refused(tmp_path: Path):
    (tmp_path / glove.INDEX).write_bytes(b"nothing")
    with pytest.raises(BackboneError, match=r"index\.parquet is missing or damaged: install its"):
        glove.convert(tmp_path / "glove_6B_50d_emb.npy", tmp_path)


def test_without_the_package_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Package, "path", None)
    with pytest.raises(
        BackboneError, match=r"pip install 'translearn\[vectors\]'\" on the machine that runs"
    ):
        load(BackboneConfig(id=GLOVE))


def test_words_of_any_language_may_be_all_there_are(tmp_path: Path):
    words = list("我们看电影很好不坏吗的是在")
    save_word_vectors(WordVectors(words, np.ones((len(words), 3), dtype=np.float32)), tmp_path, "")
    assert load(BackboneConfig(id=str(tmp_path))).info.vocabulary == len(words) + 2
