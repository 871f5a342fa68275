"""Prototypes against scikit-learn and by hand; descriptions of classes and the choice of their space."""

import numpy as np
import pytest
from sklearn.neighbors import NearestCentroid

from translearn_core.analysis.few_labels.class_descriptions import cosine, mutual_information, spaces
from translearn_core.analysis.few_labels.prototypes import Prototypes, unit_rows
from translearn_core.config.few_labels.zero_shot import DescriptionConfig, words_of

RANDOM = np.random.default_rng(0)


def test_prototypes_by_hand():
    x = np.array([[2.0, 0.0], [0.0, 5.0], [0.0, -1.0]])
    similarity = Prototypes.fit(x, np.array([0, 0, 1]), 3).similarities(np.array([[3.0, 3.0], [0.0, -2.0]]))
    root = 2**-0.5
    assert similarity == pytest.approx(np.array([[1.0, -root, -1.0], [-root, 1.0, -1.0]]))


def test_prototypes_of_equally_long_means_are_nearest_centroids():
    centres = unit_rows(RANDOM.normal(size=(4, 16)))
    labels = np.repeat(np.arange(4), 25)
    x = unit_rows(centres[labels] + 0.2 * RANDOM.normal(size=(100, 16)))
    prototypes = Prototypes.fit(x, labels, 4)
    around = 0.01 * RANDOM.normal(size=(4, 16))
    rows = np.concatenate([prototypes.means + around, prototypes.means - around])
    reference = NearestCentroid().fit(rows, np.tile(np.arange(4), 2))
    asked = unit_rows(centres[labels] + 0.5 * RANDOM.normal(size=(100, 16)))
    assert np.array_equal(prototypes.similarities(asked).argmax(1), reference.predict(asked))


def test_a_class_without_rows_never_wins_and_zero_rows_stay():
    similarity = Prototypes.fit(np.eye(3), np.array([0, 1, 1]), 3).similarities(RANDOM.normal(size=(9, 3)))
    assert (similarity[:, 2] == -1).all()
    assert unit_rows(np.zeros((1, 2))).tolist() == [[0.0, 0.0]]


def test_mutual_information_of_sure_even_and_constant_predictions():
    sure = np.repeat(np.eye(2), 50, axis=0)
    assert mutual_information(sure) > 0.9 * np.log(2)
    one_class = np.tile([[1.0, 0.0]], (100, 1))
    assert mutual_information(one_class) == pytest.approx(0.0, abs=1e-9)
    assert mutual_information(np.ones((5, 3))) == 0.0
    assert mutual_information(sure) > mutual_information(sure + RANDOM.normal(size=sure.shape))


def test_centring_is_chosen_where_all_vectors_point_one_way():
    labels = np.arange(200) % 2
    texts = 50 + np.where(labels[:, None] == 0, [1.0, -1.0], [-1.0, 1.0]) + 0.1 * RANDOM.normal(size=(200, 2))
    described = np.array([[40.0, 37.0], [37.0, 40.0]])
    found = list(spaces({0: RANDOM.normal(size=(200, 2)), 1: texts}, {0: described, 1: described}))
    assert [(space.layer, space.centred) for space in found] == [(0, False), (0, True), (1, False), (1, True)]
    best = max(found, key=lambda space: space.information)
    assert (best.layer, best.centred) == (1, True)
    assert np.array_equal(best.similarities(texts, described).argmax(1), labels)
    assert cosine(texts, described).shape == (200, 2)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("card_arrival", "card arrival"),
        ("Refund_not_showing_up", "refund not showing up"),
        ("scienceTech", "science tech"),
        ("HUM", "HUM"),
        ("汽车", "汽车"),
        ("0", "0"),
        ("-", "-"),
    ],
)
def test_names_become_words(name: str, words: str):
    assert words_of(name) == words


def test_descriptions_fill_the_template():
    config = DescriptionConfig.model_validate(
        {"template": "It is {}.", "descriptions": [{"name": "a", "text": "fine"}]}
    )
    assert config.sentences(("a", "b_c")) == ("It is fine.", "It is b c.")
    with pytest.raises(ValueError, match="for the class"):
        DescriptionConfig(template="no place")
    with pytest.raises(ValueError, match="'a' is described twice"):
        DescriptionConfig.model_validate({"descriptions": [{"name": "a", "text": t} for t in "xy"]})
