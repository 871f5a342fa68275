"""Training of word vectors: results, determinism, the saved backbone, bad input."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from translearn_core.backbones import load
from translearn_core.config import BackboneConfig, VectorObjective, WordVectorsConfig
from translearn_core.errors import BackboneError, DataError, Stopped
from translearn_core.results import WordVectorTraining
from translearn_core.runs import artifacts
from translearn_core.runs.workspace import BACKBONE
from translearn_core.training.word_vectors import train
from translearn_core.training.word_vectors.analogies import solve_analogies
from translearn_core.training.word_vectors.vector_table import VectorTable

PLACES = {
    "paris": "france wine louvre seine",
    "berlin": "germany beer wall spree",
    "rome": "italy pasta forum tiber",
    "madrid": "spain tapas prado plaza",
}


def corpus(count: int = 600) -> list[str]:
    """Texts in which the words of a place stand together, and a rare word."""
    random = np.random.default_rng(0)
    texts = []
    for k in range(count):
        city = list(PLACES)[k % len(PLACES)]
        words = random.permutation([city, *PLACES[city].split()])
        texts.append(f"The trip {k % 17} went to {' '.join(words)} .")
    return [*texts, "hapax"]


def config(**settings: Any) -> WordVectorsConfig:
    chosen = {"width": 16, "epochs": 15, "subsampling": 0, "watch": ("paris", "Berlin", "tokyo"), "lr": 0.05}
    return WordVectorsConfig(dataset="d", text="text", **chosen | settings)


def trained(folder: Path, settings: WordVectorsConfig, texts: list[str] | None = None) -> WordVectorTraining:
    return train.train_word_vectors(
        settings, corpus() if texts is None else texts, folder,
        report=lambda *_: None, record=lambda _: None,
    )  # fmt: skip


@pytest.mark.parametrize("objective", list(VectorObjective))
def test_words_that_stand_together_become_neighbours(tmp_path: Path, objective: VectorObjective):
    result = trained(tmp_path, config(objective=objective))
    last = {one.word: set(one.nearest) for one in result.neighbours if one.epoch == 15}
    assert last["paris"] & set(PLACES["paris"].split())
    assert not last["paris"] & set(PLACES["berlin"].split())
    assert result.losses[-1] < result.losses[0]
    assert result.missing == ("tokyo",)
    assert (result.rare, len(result.losses)) == (1, 15)
    assert artifacts.load(tmp_path, WordVectorTraining) == result


def test_the_same_texts_and_settings_give_the_same_vectors(tmp_path: Path):
    results = [trained(tmp_path / str(k), config(epochs=3)) for k in range(2)]
    assert results[0].neighbours == results[1].neighbours
    one, other = (load(BackboneConfig(id=str(tmp_path / str(k) / BACKBONE))) for k in range(2))
    assert one.info.digest == other.info.digest
    assert trained(tmp_path / "2", config(epochs=3, seed=1)).neighbours != results[0].neighbours


def test_the_vectors_are_a_backbone_with_frequencies(tmp_path: Path):
    result = trained(tmp_path, config(epochs=1))
    backbone = load(BackboneConfig(id=str(tmp_path / BACKBONE)))
    assert backbone.info.vocabulary == result.words + 2
    frequencies = np.load(tmp_path / BACKBONE / "frequencies.npy")
    assert frequencies.sum() == pytest.approx(1)
    the, paris = backbone.tokenizer.convert_tokens_to_ids(["the", "paris"])
    words = " ".join(dict.fromkeys(corpus())).split()
    ratio = words.count("The") / words.count("paris")
    assert frequencies[the] == pytest.approx(ratio * frequencies[paris])


def test_frequent_words_are_watched_by_default(tmp_path: Path):
    watched = {one.word for one in trained(tmp_path, config(epochs=1, watch=())).neighbours}
    assert watched == set()  # every word of this corpus stands in a tenth of the texts or more
    texts = [f"word{chr(97 + k % 26)} stands in text {k}" for k in range(260)]
    named = {one.word for one in trained(tmp_path / "b", config(epochs=1, watch=()), texts).neighbours}
    assert len(named) == train.WATCHED
    assert all(word.startswith("word") for word in named)


def test_too_few_words_are_refused(tmp_path: Path):
    with pytest.raises(DataError, match=r"in column 'text' 2 words occur at least 2 times, vectors need 20"):
        trained(tmp_path, config(), ["a b", "b a", "c"])


def test_it_stops_when_asked(tmp_path: Path):
    def stop(stage: str, done: float, _: float) -> None:
        if stage == "training vectors" and done:
            raise Stopped

    with pytest.raises(Stopped):
        train.train_word_vectors(config(), corpus(), tmp_path, report=stop, record=lambda _: None)
    assert not (tmp_path / BACKBONE).exists()


def test_without_gensim_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("translearn_core.config.optional_deps.VECTORS", ("gensim_is_not_here",))
    with pytest.raises(BackboneError, match=r"needs gensim: .* pip install 'translearn\[vectors\]'"):
        trained(tmp_path, config())


def test_analogies_are_solved_by_the_nearest_word_to_the_sum():
    words = ["man", "woman", "king", "queen", "apple"]
    vectors = np.array([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [-1, 0, 0]], dtype=np.float32)
    found = solve_analogies(VectorTable(words, vectors))
    asked = {(a.first, a.second, a.third): a for a in found}
    assert asked["man", "woman", "king"].found == "queen"
    assert asked["man", "woman", "king"].solved


@given(arrays(np.float32, (6, 3), elements=st.floats(-1, 1, width=32)), st.integers(0, 8))
def test_neighbours_are_those_of_the_largest_cosines(vectors: np.ndarray, count: int):
    table = VectorTable(list("abcdef"), vectors)
    names, cosines = table.nearest(vectors[0], count, without=("a",))
    assert len(names) == min(count, 5)
    assert "a" not in names
    assert list(cosines) == sorted(cosines, reverse=True)
