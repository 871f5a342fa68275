"""Distances between domains, against values worked out by hand or by brute force."""

import numpy as np
import pytest

from translearn_core.analysis.domains import mean_discrepancy, proxy_a_distance, shared_vocabulary


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
