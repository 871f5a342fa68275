"""Files of word vectors: formats, damage, and the backbone that is made of one."""

import contextlib
import gzip
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from translearn_core.backbones import converted, load
from translearn_core.backbones.word_vectors.files import read_word_vectors
from translearn_core.config import BackboneConfig
from translearn_core.errors import BackboneError

WORDS = ["the", ",", "new york", "été", "看", *(f"word{k}" for k in range(20))]
VECTORS = np.random.default_rng(0).normal(size=(len(WORDS), 5)).round(4).astype(np.float32)


def text_lines() -> bytes:
    lines = (f"{word} {' '.join(map(str, vector))}" for word, vector in zip(WORDS, VECTORS, strict=True))
    return "\n".join(lines).encode() + b"\n"


def header() -> bytes:
    return f"{len(WORDS)} 5\n".encode()


def binary() -> bytes:
    rows = zip(WORDS, VECTORS, strict=True)
    return header() + b"".join(w.replace(" ", "_").encode() + b" " + v.tobytes() + b"\n" for w, v in rows)


def written(tmp_path: Path, content: bytes, name: str = "vectors.txt") -> Path:
    (path := tmp_path / name).write_bytes(content)
    return path


@pytest.mark.parametrize(
    "content",
    [text_lines(), header() + text_lines(), gzip.compress(text_lines()), text_lines().replace(b"\n", b" \n")],
    ids=["GloVe", "word2vec", "packed", "fastText"],
)
def test_text_formats_are_read(tmp_path: Path, content: bytes):
    found = read_word_vectors(written(tmp_path, content))
    assert found.words == WORDS
    assert np.array_equal(found.vectors, VECTORS)


def test_the_binary_format_is_read(tmp_path: Path):
    found = read_word_vectors(written(tmp_path, binary(), "vectors.bin"))
    assert found.words == [word.replace(" ", "_") for word in WORDS]
    assert np.array_equal(found.vectors, VECTORS)


def test_what_gensim_saves_is_read(tmp_path: Path):
    keyed = pytest.importorskip("gensim.models").KeyedVectors(5)
    keyed.add_vectors([word.replace(" ", "_") for word in WORDS], VECTORS)
    for binary_format in (False, True):
        keyed.save_word2vec_format(str(tmp_path / "saved"), binary=binary_format)
        assert np.allclose(read_word_vectors(tmp_path / "saved").vectors, VECTORS)


def test_wide_vectors_without_a_header_are_read(tmp_path: Path):
    lines = [f"w{k} " + " ".join(["0.12345678"] * 2_000) for k in range(25)]
    assert read_word_vectors(written(tmp_path, "\n".join(lines).encode())).vectors.shape == (25, 2_000)


def test_of_a_repeated_word_the_first_vector_counts(tmp_path: Path):
    found = read_word_vectors(written(tmp_path, text_lines() + b"the 9 9 9 9 9\n"))
    assert len(found.words) == len(WORDS)
    assert np.array_equal(found.vectors[0], VECTORS[0])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (pickle.dumps({"a": 1}), "is a pickle, which may run code"),
        (b"", "holds 0 words, a backbone needs 20"),
        (text_lines() + b"short 1 2\n", "Line 26 of vectors.txt is not a word with 5 numbers"),
        (text_lines() + b"nan nan 1 2 3 4\n", "The vector of 'nan' in vectors.txt is not finite"),
        (b"text,label\ngood,1\n", "Line 1 of vectors.txt is not a word with its numbers"),
        (b"25 6\n" + text_lines(), "says that its vectors have 6 numbers, and they have 5"),
        (b"25 99999\n" + text_lines(), "vectors of 99,999 numbers, at most 4,096"),
        (b"999999999 300\n" + text_lines(), "more than 1,000,000,000 numbers"),
        (binary()[:-30], "ends in vector 24 of 25"),
        (gzip.compress(text_lines())[:-20], "cannot be read"),
        (gzip.compress(text_lines())[:40] + b"damage" * 30, "cannot be read"),
    ],
)
def test_other_files_are_refused_in_a_sentence(tmp_path: Path, content: bytes, sentence: str):
    with pytest.raises(BackboneError) as raised:
        read_word_vectors(written(tmp_path, content))
    assert sentence in str(raised.value)


@hypothesis_settings(
    deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from([text_lines(), header() + text_lines(), binary()]), st.data())
def test_damage_gives_a_sentence_or_vectors(tmp_path: Path, content: bytes, data: st.DataObject):
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    path = written(tmp_path, bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))
    with contextlib.suppress(BackboneError):
        found = read_word_vectors(path)
        assert np.isfinite(found.vectors).all()
        assert len(found.words) == len(found.vectors) == len(set(found.words))


def test_a_file_becomes_a_backbone_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TRANSLEARN_WORKSPACE", str(tmp_path / "workspace"))
    converted.settings.cache_clear()
    path = written(tmp_path, text_lines())
    backbone = load(BackboneConfig(id=str(path)))
    assert backbone.info.vocabulary == len(WORDS) + 2
    assert backbone.info.id == str(path)
    monkeypatch.setattr(converted, "read_word_vectors", None)
    assert load(BackboneConfig(id=str(path))).info.digest == backbone.info.digest
    converted.settings.cache_clear()
