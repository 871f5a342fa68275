"""Neighbours, silhouettes and trustworthiness against scikit-learn."""

import numpy as np
import pytest
from sklearn import manifold
from sklearn.metrics import silhouette_samples
from sklearn.neighbors import NearestNeighbors

from translearn_core.analysis.neighbours.neighbourhood_metrics import knn_indices, silhouette, trustworthiness


def clusters(rows=200, width=12, classes=4, seed=0):
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, rows)
    return random.normal(size=(classes, width))[labels] + random.normal(size=(rows, width)), labels


def test_neighbours_are_sklearns():
    x, _ = clusters()
    expected = NearestNeighbors(n_neighbors=10).fit(x).kneighbors(return_distance=False)
    assert np.array_equal(knn_indices(x), expected)
    assert knn_indices(x[:4]).shape == (4, 3)
    assert knn_indices(x[:1]).shape == (1, 0)


@pytest.mark.parametrize("k", [1, 10])
def test_some_rows_neighbours_are_theirs_among_all(k):
    x, _ = clusters()
    some = np.array([150, 0, 7, 7])
    assert np.array_equal(knn_indices(x, k, some), knn_indices(x, k)[some])
    assert knn_indices(x, k, some[:0]).shape == (0, k)
    assert knn_indices(x[:1], k, np.array([0])).shape == (1, 0)


def test_silhouettes_are_sklearns_over_the_rows_asked_about():
    x, labels = clusters()
    labels[0] = 9  # alone in its class
    expected = silhouette_samples(x, labels)
    assert silhouette(x, labels) == pytest.approx(expected.mean(), abs=1e-6)
    some = np.arange(0, 200, 3)
    assert silhouette(x, labels, of=some) == pytest.approx(expected[some].mean(), abs=1e-6)
    drawn = [silhouette(x.astype(np.float16), labels, sample=120, seed=s) for s in range(20)]
    assert np.mean(drawn) == pytest.approx(expected.mean(), abs=0.01)
    assert len(set(drawn)) > 1


def test_no_second_class_has_no_silhouette():
    x, labels = clusters()
    assert np.isnan(silhouette(x, np.zeros_like(labels)))
    assert np.isnan(silhouette(x, labels, of=np.zeros(0, dtype=int)))
    assert silhouette(np.ones((10, 2)), np.arange(10) % 2) == 0


@pytest.mark.parametrize("k", [5, 10])
def test_trustworthiness_is_sklearns(k):
    x, _ = clusters(seed=k)
    random = np.random.default_rng(k)
    for plane in (x[:, :2], random.normal(size=(200, 2)), x[:, :2] + 3 * random.normal(size=(200, 2))):
        result = trustworthiness(x, plane.astype(np.float32), k)
        assert result == pytest.approx(manifold.trustworthiness(x, plane, n_neighbors=k), abs=1e-6)


def test_trustworthiness_is_one_for_the_space_itself_and_about_a_half_by_chance():
    x, _ = clusters(rows=600, width=2)
    assert trustworthiness(x, x) == 1
    assert trustworthiness(x, np.random.default_rng(0).normal(size=(600, 2))) == pytest.approx(0.5, abs=0.03)
    assert np.isnan(trustworthiness(x[:2], x[:2]))
    assert np.isnan(trustworthiness(x[:0], x[:0]))
    assert 0 <= trustworthiness(x[:5], x[:5, ::-1] ** 3) <= 1


def test_trustworthiness_of_a_sample_is_near_that_of_all_rows():
    x, _ = clusters(rows=600)
    drawn = [trustworthiness(x, x[:, :2], sample=300, seed=seed) for seed in range(5)]
    assert len(set(drawn)) > 1
    assert np.mean(drawn) == pytest.approx(trustworthiness(x, x[:, :2]), abs=0.02)
