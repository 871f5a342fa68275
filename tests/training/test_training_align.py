"""Alignment of word vectors: a known rotation is found, and both tables are one backbone."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ortho_group

from translearn_core.backbones import load
from translearn_core.backbones.word_vectors.folder import WordVectors, save_word_vectors
from translearn_core.config import AlignVectorsConfig, BackboneConfig
from translearn_core.errors import ConfigError, DataError
from translearn_core.results import VectorAlignment
from translearn_core.runs.workspace import BACKBONE
from translearn_core.training.word_vectors.align import align_vectors, anchor_pairs, orthogonal_map

WIDTH = 8


def table(folder: Path, words: list[str], vectors: np.ndarray) -> BackboneConfig:
    folder.mkdir()
    save_word_vectors(WordVectors(words, vectors.astype(np.float32)), folder, "")
    return BackboneConfig(id=str(folder))


@pytest.fixture
def tables(tmp_path: Path) -> tuple[BackboneConfig, BackboneConfig, np.ndarray]:
    """Two tables of one space, the second rotated; they share the words w0 to w59."""
    random = np.random.default_rng(0)
    space = random.normal(size=(100, WIDTH))
    rotation = ortho_group.rvs(WIDTH, random_state=1)
    first = table(tmp_path / "a", [f"w{k}" for k in range(80)], space[:80])
    second = table(tmp_path / "b", [f"w{k}" for k in [*range(60), *range(80, 100)]],
                   np.concatenate([space[:60], space[80:]]) @ rotation)  # fmt: skip
    return first, second, space


def aligned(
    folder: Path, first: BackboneConfig, second: BackboneConfig, **settings: object
) -> VectorAlignment:
    folder.mkdir(exist_ok=True)
    config = AlignVectorsConfig(first=first, second=second, **settings)
    return align_vectors(config, folder, report=lambda *_: None)


def test_a_rotation_is_undone_and_both_tables_are_one_backbone(tables, tmp_path: Path):
    first, second, space = tables
    result = aligned(tmp_path / "out", first, second)
    assert (result.anchors, result.found, result.words) == (60, 60, (80, 80))
    assert result.cosine_before < 0.5
    assert result.cosine_after == pytest.approx(1, abs=1e-4)
    backbone = load(BackboneConfig(id=str(tmp_path / "out" / BACKBONE)))
    rows = backbone.tokenizer.convert_tokens_to_ids([f"w{k}" for k in range(100)])
    assert np.allclose(backbone.model.embeddings.weight.detach().numpy()[rows], space, atol=1e-4)


def test_named_pairs_replace_equal_words(tables, tmp_path: Path):
    first, second, _ = tables
    wrong = [(f"w{k}", f"w{(k + 1) % 60}") for k in range(60)]
    result = aligned(tmp_path / "out", first, second, pairs=wrong)
    assert result.found < 10
    assert anchor_pairs({"a": 3}, {"b": 5}, [("a", "b"), ("a", "c"), ("a", "b")]) == [(3, 5)]


def test_tables_that_share_too_little_or_differ_in_width_are_refused(tables, tmp_path: Path):
    first, _, space = tables
    other = table(tmp_path / "other", [f"x{k}" for k in range(30)], space[:30])
    with pytest.raises(DataError, match="share 0 words, an alignment needs 20"):
        aligned(tmp_path / "out", first, other)
    narrow = table(tmp_path / "narrow", [f"w{k}" for k in range(30)], space[:30, :4])
    with pytest.raises(ConfigError, match="vectors of 8 numbers like the first; it has 4"):
        aligned(tmp_path / "out", first, narrow)
    with pytest.raises(ConfigError, match="word vectors"):
        aligned(tmp_path / "out", first, BackboneConfig())


@given(st.integers(0, 10_000), st.integers(1, 6))
def test_the_map_is_orthogonal(seed: int, width: int):
    random = np.random.default_rng(seed)
    source, goal = random.normal(size=(2, 20, width)).astype(np.float32)
    found = orthogonal_map(source, goal)
    assert np.allclose(found @ found.T, np.eye(width), atol=1e-4)
