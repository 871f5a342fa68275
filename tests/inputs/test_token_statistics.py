"""Token statistics: lengths, unknown share, pieces per word."""

import numpy as np
import pytest

from tests.architectures import tiny_tokenizer
from translearn_core.backbones import load_tokenizer, token_statistics
from translearn_core.config import BackboneConfig
from translearn_core.inputs import tokenizer_loading as tokenizer


def test_lengths_and_shares_are_counted_by_hand():
    statistics = token_statistics(tiny_tokenizer(), ["a good film", "loving Ω", ""], 4)
    # [CLS] a good film [SEP]; [CLS] lov## … : l ##o ##v ##ing, Ω unknown [SEP]; [CLS] [SEP]
    assert statistics.lengths.tolist() == [5, 7, 2]
    assert statistics.unknown_share == pytest.approx(1 / 8)
    assert statistics.pieces_per_word == pytest.approx(8 / 5)
    assert statistics.token_limit == 4


def test_lengths_are_counted_without_truncation():
    bundled = load_tokenizer(BackboneConfig())  # its file cuts at 128 tokens
    bundled(["cut"], truncation=True, max_length=8, padding="max_length")
    assert token_statistics(bundled, ["word " * 1_000, "word"], 128).lengths.tolist() == [1_002, 3]


def test_chinese_is_mostly_unknown_to_the_bundled_model():
    bundled = load_tokenizer(BackboneConfig())
    chinese = token_statistics(
        bundled, ["这部电影非常好看，我很喜欢演员们的表演", "快递太慢了，包装也破损了"], 128
    )
    english = token_statistics(
        bundled, ["I really liked how the actors played.", "Delivery was slow, the box torn."], 128
    )
    assert chinese.backbone == english.backbone == "all-MiniLM-L6-v2"
    assert chinese.unknown_share > 0.3
    assert chinese.pieces_per_word == pytest.approx(1.0, abs=0.1)  # a character is a word
    assert english.unknown_share == 0.0
    assert 1.0 <= english.pieces_per_word < 1.5


def test_a_byte_level_tokenizer_has_no_unknown_pieces():
    causal = tiny_tokenizer(causal=True)
    causal.unk_token = causal.eos_token
    assert token_statistics(causal, ["Ω"], 8).unknown_share == 0.0


def test_above_the_sample_size_shares_come_from_a_sample_and_lengths_from_all(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(tokenizer, "SAMPLE", 200)
    texts = ["good", "Ω film"] * 1_500
    statistics = token_statistics(tiny_tokenizer(), texts, 8)
    assert np.array_equal(statistics.lengths, np.tile([3, 4], 1_500))
    assert statistics.unknown_share == pytest.approx(1 / 3, abs=0.06)
    again = token_statistics(tiny_tokenizer(), texts, 8)
    assert again.unknown_share == statistics.unknown_share
    monkeypatch.setattr(tokenizer, "SAMPLE", 20_000)
    assert token_statistics(tiny_tokenizer(), texts, 8).unknown_share == pytest.approx(1 / 3)


def test_no_texts_give_zeros():
    statistics = token_statistics(tiny_tokenizer(), [], 8)
    assert (statistics.unknown_share, statistics.pieces_per_word, len(statistics.lengths)) == (0.0, 0.0, 0)
