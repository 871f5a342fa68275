"""kNN label purity and overlap against scikit-learn and simulation, with interval coverage."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from translearn_core.analysis.intervals import row_score_interval
from translearn_core.analysis.neighbours.knn_purity import (
    chance_purity,
    knn_overlap,
    label_purity,
    neighbour_overlap,
    neighbours_with_same_label,
)
from translearn_core.analysis.neighbours.neighbourhood_metrics import knn_indices


def clusters(rows=200, width=12, classes=4, seed=0):
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, rows)
    return random.normal(size=(classes, width))[labels] + random.normal(size=(rows, width)), labels


def test_purity_is_that_of_sklearns_neighbours_for_all_rows_and_for_some():
    x, labels = clusters()
    graph = NearestNeighbors(n_neighbors=10).fit(x).kneighbors(return_distance=False)
    expected = (labels[graph] == labels[:, None]).mean(axis=1)
    assert 0.35 < expected.mean() < 0.95
    assert label_purity(x + 100, labels) == pytest.approx(expected.mean(), abs=1e-3)
    some = np.array([7, 3, 150, 199])
    assert label_purity(x, labels, of=some) == pytest.approx(expected[some].mean())
    assert neighbours_with_same_label(knn_indices(x, 10, some), labels, some) == pytest.approx(expected[some])
    assert neighbours_with_same_label(knn_indices(x), labels) == pytest.approx(expected)


def test_purity_of_few_rows():
    assert label_purity(np.array([[0.0], [1.0], [2.0]]), np.array([0, 0, 0])) == 1.0
    assert np.isnan(label_purity(np.ones((1, 2)), np.array([0])))
    assert np.isnan(label_purity(np.ones((9, 2)), np.zeros(9, dtype=int), of=np.zeros(0, dtype=int)))


def test_chance_is_the_purity_of_rows_placed_at_random():
    labels = np.repeat([0, 1, 2], [60, 30, 10])
    query_rows = np.arange(50, 100)
    random = np.random.default_rng(0)
    drawn = [
        (label_purity(x, labels), label_purity(x, labels, of=query_rows))
        for x in random.normal(size=(400, 100, 3))
    ]
    assert np.mean(drawn, axis=0) == pytest.approx(
        [chance_purity(labels), chance_purity(labels, query_rows)], abs=0.01
    )
    assert chance_purity(labels) == pytest.approx((60 * 59 + 30 * 29 + 10 * 9) / (100 * 99))
    assert abs(chance_purity(labels) - chance_purity(labels, query_rows)) > 0.1
    assert chance_purity(np.array([5, 5])) == 1
    assert np.isnan(chance_purity(np.array([5])))
    assert np.isnan(chance_purity(labels, np.zeros(0, dtype=int)))


def test_overlap_is_the_share_in_common_in_any_order():
    a, b = np.array([[1, 2, 3], [0, 2, 3]]), np.array([[3, 1, 9], [4, 5, 6]])
    assert neighbour_overlap(a, b) == pytest.approx([2 / 3, 0])
    assert knn_overlap(a, b) == pytest.approx(1 / 3)
    x, _ = clusters()
    assert knn_overlap(knn_indices(x), knn_indices(3 * x + 1)) == 1
    random = np.random.default_rng(1)
    by_chance = knn_overlap(knn_indices(x), knn_indices(random.normal(size=x.shape)))
    assert by_chance == pytest.approx(10 / 199, abs=0.03)
    some = np.array([4, 90])
    noisy = x + random.normal(size=x.shape)
    full, part = (
        neighbour_overlap(knn_indices(x, 10, of), knn_indices(noisy, 10, of)) for of in (np.arange(200), some)
    )
    assert part == pytest.approx(full[some])
    assert np.isnan(knn_overlap(a[:0], b[:0]))
    assert not neighbour_overlap(knn_indices(x[:1]), knn_indices(x[:1])).size


@pytest.mark.parametrize("query_rows", [150, 600])
def test_the_interval_of_the_rows_asked_holds_all_rows_purity_and_overlap_95_times_in_100(query_rows):
    x, labels = clusters(rows=3000, seed=3)
    noisy = x + 0.5 * np.random.default_rng(0).normal(size=x.shape)
    a, b = knn_indices(x), knn_indices(noisy)
    random = np.random.default_rng(1)
    for shares in (neighbours_with_same_label(a, labels), neighbour_overlap(a, b)):
        held = 0
        for _ in range(1000):
            result = row_score_interval(random.choice(shares, query_rows))
            held += result.low <= shares.mean() <= result.high
        assert 920 <= held <= 972
