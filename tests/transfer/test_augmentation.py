"""Text augmentation: word splitting, similar words, edit counts, determinism, training rows only."""

from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as some
from tokenizers import Tokenizer, decoders, models
from transformers import PreTrainedTokenizerFast

from tests.architectures import SIZE, VOCABULARY, WORDS, tiny_folder, tiny_tokenizer
from tests.targets import named_classes
from translearn_core.backbones import Backbone, load
from translearn_core.config import AugmentConfig, BackboneConfig, DataConfig, ExperimentConfig
from translearn_core.data import PreparedDataset
from translearn_core.experiment import training_data
from translearn_core.inputs.modality import embedding_table
from translearn_core.transfer import augment, vocabulary
from translearn_core.transfer.augmentation import eda_copies
from translearn_core.transfer.vocabulary import nearest_words, whole_words
from translearn_core.transfer.word_split import join_words, split_words, strip_punctuation

PLAIN = sorted(word for word in WORDS if word.isalpha())
SAMPLED = [*PLAIN, "film,", "(good)", "Great!", "xylophone", "42", "…"]
TEXTS = some.lists(some.sampled_from(SAMPLED), min_size=1, max_size=15).map(" ".join)
SHARES = some.sampled_from([0.0, 0.05, 0.2, 0.5, 0.9])


@some.composite
def configs(draw: some.DrawFn) -> AugmentConfig:
    delete, swap, insert = draw(SHARES), draw(SHARES), draw(SHARES)
    assume(delete or swap or insert)
    copies, seed = draw(some.integers(1, 4)), draw(some.integers(0, 3))
    return AugmentConfig(copies=copies, delete=delete, swap=swap, insert=insert, seed=seed)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny_folder("bert", tmp_path_factory.mktemp("bert")))


@pytest.fixture(scope="module")
def backbone(folder: str) -> Backbone:
    return load(BackboneConfig(id=folder))


# word splitting


@given(some.lists(some.text(alphabet="abcé.,!?'4", min_size=1), min_size=1))
def test_words_are_what_stands_between_spaces(words: list[str]) -> None:
    assert split_words(" ".join(words)) == words
    assert join_words(split_words("  " + "\n ".join(words))) == " ".join(words)


@given(some.text(alphabet="这部电影很好看。カメラไม่ดี", min_size=1))
def test_a_text_without_spaces_falls_into_characters_and_back(text: str) -> None:
    assert join_words(split_words(text)) == text


def test_characters_of_unspaced_scripts_stand_alone_with_their_marks() -> None:
    assert split_words("这部电影 iPhone 很好。") == ["这", "部", "电", "影", "iPhone", "很", "好", "。"]
    assert split_words("ดีที่") == ["ดี", "ที่"]
    assert split_words("한국 영화") == ["한국", "영화"]


@pytest.mark.parametrize(
    ("text", "word"), [("film,", "film"), ("(good)", "good"), ("don't", "don't"), ("…", "")]
)
def test_the_core_of_a_word_has_no_punctuation_around_it(text: str, word: str) -> None:
    assert strip_punctuation(text) == word


# the vocabulary


def byte_level() -> PreTrainedTokenizerFast:
    pieces = ["<s>", "Ġgood", "Ġgreat", "ing", "Ġ1", "ĠcafÃ©", "å¥½", "Ġ", "å", "good"]
    tokenizer = Tokenizer(models.BPE({piece: i for i, piece in enumerate(pieces)}, []))
    tokenizer.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>")


def sentence_piece() -> PreTrainedTokenizerFast:
    pieces = ["<unk>", "▁good", "▁great", "ing", "▁1", "▁café", "好", "▁", "▁de"]
    tokenizer = Tokenizer(models.Unigram([(piece, -1.0) for piece in pieces], unk_id=0))
    tokenizer.decoder = decoders.Metaspace()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>")


def word_ends() -> PreTrainedTokenizerFast:
    pieces = ["<unk>", "good</w>", "great</w>", "ing</w>", "goo"]
    tokenizer = Tokenizer(models.BPE({piece: i for i, piece in enumerate(pieces)}, []))
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>")


def test_word_pieces_that_continue_a_word_are_no_words() -> None:
    words = whole_words(tiny_tokenizer(), SIZE)
    assert set(words) == {piece for piece in VOCABULARY if piece.isalpha()}
    assert all(VOCABULARY[number] == word for word, number in words.items())


def test_byte_level_words_begin_with_a_space_and_are_decoded() -> None:
    assert whole_words(byte_level(), 100) == {"good": 1, "great": 2, "café": 5, "好": 6}


def test_sentence_pieces_begin_with_a_space_too() -> None:
    assert whole_words(sentence_piece(), 100) == {"good": 1, "great": 2, "café": 5, "好": 6, "de": 8}


def test_where_word_ends_are_marked_no_word_can_be_told() -> None:
    assert whole_words(word_ends(), 100) == {}


def test_entries_without_a_row_of_the_table_are_left_out() -> None:
    assert whole_words(byte_level(), 2) == {"good": 1}


def test_neighbours_are_the_nearest_by_cosine_without_the_word_itself(folder: str) -> None:
    backbone = load(BackboneConfig(id=folder))
    weights = embedding_table(backbone.model).weight
    with torch.no_grad():
        for k, word in enumerate(("good", "great", "fine", "lovely", "happy", "love")):
            weights[VOCABULARY.index(word)] = torch.eye(weights.shape[1])[0] * (9 - k)
            weights[VOCABULARY.index(word), 1] = 0.1 * k
    near = nearest_words({"good", "Good", "xylophone", ""}, backbone)
    assert near["good"] == ("great", "fine", "lovely", "happy", "love")
    assert near["Good"] == near["good"]
    assert set(near) == {"good", "Good"}


def test_blocks_change_nothing(backbone: Backbone, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = nearest_words(PLAIN, backbone)
    assert set(whole) == set(PLAIN)
    assert all(len(near) == 5 and word not in near for word, near in whole.items())
    monkeypatch.setattr(vocabulary, "QUERY_BLOCK", 3)
    monkeypatch.setattr(vocabulary, "KEY_BLOCK", 7)
    assert nearest_words(PLAIN, backbone) == whole


# copies


@settings(deadline=None, max_examples=60)
@given(texts=some.lists(TEXTS, min_size=1, max_size=4), config=configs())
def test_copies_are_as_many_as_asked_for_and_the_same_every_time(
    backbone: Backbone, texts: list[str], config: AugmentConfig
) -> None:
    copies = augment(texts, config, backbone)
    assert len(copies) == config.copies * len(texts)
    assert copies == augment(texts, config, backbone)
    assert all(copy.strip() for copy in copies)
    alone = augment(texts[-1:], config, backbone)
    assert copies[-config.copies :] == alone, "a copy depends on its text and the seed alone"


@settings(deadline=None, max_examples=60)
@given(text=TEXTS, config=configs())
def test_words_come_from_the_text_or_the_vocabulary_and_the_amounts_add_up(
    backbone: Backbone, text: str, config: AugmentConfig
) -> None:
    words = text.split()
    for copy in eda_copies([text], config, backbone):
        edited = copy.text.split()
        assert len(edited) == len(words) - copy.deleted + copy.inserted
        new = Counter(edited) - Counter(words)
        assert sum(new.values()) <= copy.inserted
        assert set(new) <= set(PLAIN) | {piece for piece in VOCABULARY if piece.isalpha()}
        assert 0 <= copy.deleted < len(words)
        assert copy.deleted == 0 or config.delete
        assert copy.inserted == 0 or config.insert
        assert copy.swapped == 0 or config.swap
        if len(words) > 1 and (config.delete or config.swap):
            assert copy.deleted or copy.swapped or copy.inserted, "every copy is altered where it can be"


@settings(deadline=None, max_examples=60)
@given(text=some.text(min_size=1), config=configs())
def test_no_text_becomes_empty(backbone: Backbone, text: str, config: AugmentConfig) -> None:
    for copy in augment([text], config, backbone):
        assert copy.split() if text.split() else copy == text


def test_shares_hold_on_average(backbone: Backbone) -> None:
    long = [word for word in PLAIN if len(word) > 3]
    texts = [" ".join(long[i : i + 8]) for i in range(40)]
    config = AugmentConfig(copies=10, delete=0.2, swap=0.1, insert=0.3)
    copies = eda_copies(texts, config, backbone)
    total = 8 * len(copies)
    assert sum(c.deleted for c in copies) / total == pytest.approx(0.2, abs=0.01)
    assert sum(c.swapped for c in copies) / total == pytest.approx(0.1, abs=0.01)
    assert sum(c.inserted for c in copies) / total == pytest.approx(0.3, abs=0.02)


def test_another_seed_or_copy_alters_otherwise(backbone: Backbone) -> None:
    text = "the acting was terrible and the plot was boring but i loved the music"
    copies = [
        copy for seed in range(3) for copy in augment([text], AugmentConfig(copies=3, seed=seed), backbone)
    ]
    assert len(set(copies)) > 6


def test_chinese_loses_and_swaps_characters_and_gains_no_spaces(backbone: Backbone) -> None:
    text = "这部电影很好看我非常喜欢它"
    for copy in augment([text], AugmentConfig(copies=4, delete=0.3, swap=0.2), backbone):
        assert " " not in copy
        assert copy != text
        assert set(copy) <= set(text)
        assert len(copy) < len(text)


def test_nothing_is_put_beside_very_short_words(backbone: Backbone) -> None:
    config = AugmentConfig(copies=3, delete=0, swap=0, insert=0.9)
    assert augment(["the a to is"], config, backbone) == ["the a to is"] * 3
    for copy in eda_copies(["the film is great"], config, backbone):
        assert 0 < copy.inserted <= 2
        assert copy.text.startswith("the")


def test_fresh_weights_know_no_neighbours(folder: str) -> None:
    twin = load(BackboneConfig(id=folder, random_init=True))
    config = AugmentConfig(copies=2, delete=0, swap=0, insert=0.5)
    assert augment(["a good film"], config, twin) == ["a good film"] * 2


def test_only_training_rows_are_altered_and_copies_keep_their_label(backbone: Backbone) -> None:
    n = 30
    texts = tuple(f"{PLAIN[i]} {PLAIN[i + 1]} {PLAIN[i + 2]} film" for i in range(n))
    prepared = PreparedDataset(
        (named_classes(np.arange(n) % 2, "no", "yes"),), texts, np.arange(n) % 3, np.arange(1, n + 1)
    )
    config = AugmentConfig(copies=2)
    task = DataConfig(dataset="none", text="text", label="label")
    data = training_data(prepared, ExperimentConfig(data=task, augment=config), backbone)
    train = np.flatnonzero(prepared.split == 0)
    new = np.arange(n, n + 2 * len(train))
    assert data.texts[:n] == texts
    assert list(data.texts[n:]) == augment([texts[i] for i in train], config, backbone)
    np.testing.assert_array_equal(data.rows.target.values[:n], prepared.labels)
    np.testing.assert_array_equal(data.rows.target.values[n:], np.repeat(prepared.labels[train], 2))
    np.testing.assert_array_equal(np.sort(data.rows.train), np.concatenate([train, new]))
    np.testing.assert_array_equal(data.rows.validation, np.flatnonzero(prepared.split == 1))


def test_without_copies_nothing_is_added(backbone: Backbone) -> None:
    assert augment(["a good film"], AugmentConfig(), backbone) == []
