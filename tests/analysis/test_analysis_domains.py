"""Distances between domains, against values worked out by hand or by brute force."""

import numpy as np
import pytest

from translearn_core.analysis.domains import (
    domain_overlap,
    mean_discrepancy,
    proxy_a_distance,
    shared_vocabulary,
)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_equal_domains_are_near_and_separate_ones_as_far_as_can_be(rng: np.random.Generator):
    x, y = rng.normal(size=(200, 5)), rng.normal(size=(150, 5))
    assert proxy_a_distance(x, y) < 0.4
    assert mean_discrepancy(x, y) < 0.1
    assert proxy_a_distance(x, y + 10) == 2.0
    assert mean_discrepancy(x, y + 10) > 0.8


def test_the_discrepancy_is_the_root_of_the_unbiased_sum(rng: np.random.Generator):
    x, y = rng.normal(size=(30, 3)), rng.normal(1.0, 1.0, size=(30, 3))
    rows = np.concatenate([x, y])
    squared = [float(((a - b) ** 2).sum()) for i, a in enumerate(rows) for b in rows[i + 1 :]]
    width = np.median(squared)

    def kernel(a, b):
        return np.exp(-((a - b) ** 2).sum() / width)

    within = sum(kernel(side[i], side[j]) for side in (x, y) for i in range(30) for j in range(30) if i != j)
    between = np.mean([kernel(a, b) for a in x for b in y])
    expected = within / (30 * 29) - 2 * between
    assert mean_discrepancy(x, y) == pytest.approx(np.sqrt(expected))


def test_constant_rows_have_no_distance():
    assert mean_discrepancy(np.ones((10, 2)), np.ones((10, 2))) == 0.0


def test_shared_vocabulary_counts_uses_of_words_and_pairs():
    # of the target: the, book, the book, was, dull, book was, was dull; known: the, book, the book
    assert shared_vocabulary(["the book"], ["the book was dull"]) == pytest.approx(3 / 7)
    assert shared_vocabulary(["a"], [""]) == 0.0
    assert shared_vocabulary([("the", "book")], [("the", "film")]) == pytest.approx(1 / 2)


def test_domains_that_lie_apart_have_no_neighbours_elsewhere(rng: np.random.Generator):
    x = rng.normal(size=(60, 4))
    domain = np.repeat([0, 1, 2], 20)
    labels = np.tile([0, 1], 30)
    apart = domain_overlap(x + 100 * np.eye(4)[domain], domain, labels)
    assert [one.elsewhere for one in apart.values()] == [0, 0, 0]
    assert np.isnan(apart[0].agreement)
    mixed = domain_overlap(x, domain, labels)
    assert mixed[0].chance == pytest.approx(40 / 59)
    assert mixed[0].elsewhere == pytest.approx(40 / 59, abs=0.15)


def test_neighbours_elsewhere_are_counted_by_hand():
    x = np.array([[0.0], [0.1], [5.0], [5.1]])
    domain, labels = np.array([0, 1, 0, 1]), np.array([0, 0, 1, 0])
    near = domain_overlap(np.repeat(x, 1, axis=1), domain, labels)
    # each row has all three others as neighbours: two of the other domain
    assert near[0].elsewhere == pytest.approx(2 / 3)
    assert near[0].agreement == pytest.approx(2 / 4)
    assert near[1].agreement == pytest.approx(2 / 4)
