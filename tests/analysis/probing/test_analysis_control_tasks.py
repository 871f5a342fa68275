"""Control tasks: one random class per first word, with the class frequencies of the labels."""

import numpy as np
import pytest

from translearn_core.analysis.probing.control_tasks import control_labels, word_types

TEXTS = [
    "The cat",
    "the dog",
    "THE, end",
    "Don't go",
    "dont go",
    "'Hello' you",
    "hello.",
    "42 is odd",
    "7!",
    "",
]


def test_types_are_first_words_in_letters():
    types = word_types(TEXTS)
    assert len(set(types[:3])) == len(set(types[3:5])) == len(set(types[5:7])) == len(set(types[8:])) == 1
    assert len(set(types)) == 5
    assert word_types(["42 is", "is it"]).tolist() == [0, 0]
    assert word_types(["Été chaud", "été"]).tolist() == [0, 0]


def test_each_type_has_one_class_and_classes_are_spread_as_the_labels_are():
    random = np.random.default_rng(0)
    texts = [f"w{'abcdefghij'[k % 10]}{chr(97 + k // 10 % 26)}{chr(97 + k // 260)} x" for k in range(4000)]
    labels = random.choice(3, 500, p=[0.6, 0.3, 0.1])
    result, types = control_labels(texts, labels, seed=1), word_types(texts)
    assert all(len(set(result[types == t])) == 1 for t in range(50))
    shares = np.bincount(result, minlength=3) / 4000
    assert shares == pytest.approx(np.bincount(labels) / 500, abs=4 * np.sqrt(0.25 / 4000))
    assert np.array_equal(result, control_labels(texts, labels, seed=1))
    assert not np.array_equal(result, control_labels(texts, labels, seed=2))
    assert len(control_labels([], labels)) == 0
