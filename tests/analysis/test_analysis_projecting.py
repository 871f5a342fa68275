"""Projections, samples and purity against numpy, scikit-learn and what a layout must keep."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

from translearn_core.analysis import project, purity, stratified_sample
from translearn_core.config import Method
from translearn_core.errors import Stopped, TooFewSamplesError, TrainingError


@pytest.fixture(scope="module")
def blobs():
    random = np.random.default_rng(0)
    labels = np.arange(150) % 3
    return labels, (random.normal(size=(3, 30)) * 4)[labels] + random.normal(size=(150, 30))


def test_pca_is_the_singular_value_decomposition(blobs):
    _, x = blobs
    found = project({"a": x}, method=Method.PCA)
    centred = x - x.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    signs = np.sign(axes[[0, 1], np.abs(axes[:2]).argmax(axis=1)])
    assert found.dtype == np.float32
    assert found.shape == (1, 150, 2)
    assert found[0] == pytest.approx(centred @ (axes[:2] * signs[:, None]).T, abs=1e-3)


def test_umap_keeps_neighbours_and_classes(blobs):
    labels, x = blobs
    plane = project({"a": x}, method=Method.UMAP)[0]
    assert trustworthiness(x, plane, n_neighbors=10) > 0.8
    assert purity(plane, labels) > 0.95


def test_the_seed_decides_umap(blobs):
    _, x = blobs
    one, two, other = (project({"a": x}, method=Method.UMAP, seed=s) for s in (3, 3, 4))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_later_umap_variants_are_turned_towards_the_first(blobs):
    _, x = blobs
    noisy = x + np.random.default_rng(1).normal(size=x.shape) * 0.5
    planes = project({"pretrained": x, "fine-tuned": noisy}, method=Method.UMAP)
    alone = project({"fine-tuned": noisy}, method=Method.UMAP)[0]
    apart = np.linalg.norm(planes[1] - planes[0])
    for angle in np.linspace(0.1, 6.2, 30):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        assert np.linalg.norm(planes[1] @ turn - planes[0]) >= apart - 1e-3
        assert np.linalg.norm(planes[1] @ turn @ np.diag([1, -1]) - planes[0]) >= apart - 1e-3
    assert np.linalg.norm(planes[1] - planes[1][0], axis=1) == pytest.approx(
        np.linalg.norm(alone - alone[0], axis=1), rel=1e-3, abs=1e-3
    )  # turned, not stretched


@pytest.mark.parametrize("rows", [4, 5, 9])
def test_umap_takes_fewer_rows_than_neighbours(rows):
    x = np.random.default_rng(0).normal(size=(rows, 6)).astype(np.float16)
    plane = project({"a": x}, method=Method.UMAP, neighbours=15)
    assert plane.shape == (1, rows, 2)
    assert np.isfinite(plane).all()


def test_umap_takes_repeated_rows():
    x = np.repeat(np.random.default_rng(0).normal(size=(4, 6)), 10, axis=0)
    assert np.isfinite(project({"a": x}, method=Method.UMAP)).all()


@pytest.mark.parametrize("method", Method)
def test_rows_that_are_all_equal_are_one_point(method):
    assert not project({"a": np.full((12, 5), 0.3, dtype=np.float16)}, method=method).any()


@pytest.mark.parametrize("method", Method)
def test_width_one_lies_on_a_line_or_plane(method):
    x = np.random.default_rng(0).normal(size=(20, 1))
    plane = project({"a": x}, method=method)
    assert plane.shape == (1, 20, 2)
    assert np.isfinite(plane).all()
    assert np.ptp(plane[0, :, 0]) > 0


def test_a_single_row_is_a_point():
    assert project({"a": np.ones((1, 5))}, method=Method.PCA).tolist() == [[[0, 0]]]


def test_what_cannot_be_projected_is_said():
    with pytest.raises(TooFewSamplesError, match="3 rows are too few for UMAP"):
        project({"a": np.eye(3)}, method=Method.UMAP)
    with pytest.raises(TrainingError, match="features of the fine-tuned backbone"):
        project({"fine-tuned": np.full((9, 2), np.inf)}, method=Method.PCA)


def test_progress_counts_variants_and_may_stop(blobs):
    _, x = blobs
    seen = []
    project({"a": x, "b": x}, method=Method.PCA, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 2), (1, 2), (2, 2)]

    def stop(done, total):
        raise Stopped

    with pytest.raises(Stopped):
        project({"a": x}, method=Method.PCA, progress=stop)


def test_a_sample_keeps_shares_and_every_class():
    labels = np.repeat([0, 1, 2, 3], [600, 300, 98, 2])
    rows = stratified_sample(labels, 100, seed=0)
    assert len(set(rows)) == len(rows) == 100
    assert np.array_equal(rows, np.sort(rows))
    assert np.bincount(labels[rows]) == pytest.approx([60, 30, 10, 1], abs=1)
    assert np.array_equal(rows, stratified_sample(labels, 100, seed=0))
    assert not np.array_equal(rows, stratified_sample(labels, 100, seed=1))


@pytest.mark.parametrize("limit", [1, 3, 7, 10, 11, 29])
def test_a_sample_has_the_size_asked_for(limit):
    labels = np.array([5] * 20 + [9] * 7 + [2] * 3)
    rows = stratified_sample(labels, limit, seed=0)
    assert len(set(rows)) == limit
    if limit >= 3:
        assert set(labels[rows]) == {2, 5, 9}


def test_a_sample_below_the_limit_is_everything():
    assert stratified_sample(np.array([1, 0, 1]), 3, seed=0).tolist() == [0, 1, 2]


def test_purity_is_that_of_sklearns_neighbours(blobs):
    labels, x = blobs
    blurred = x + np.random.default_rng(2).normal(size=x.shape) * 6 + 100
    graph = NearestNeighbors(n_neighbors=10).fit(blurred).kneighbors(return_distance=False)
    expected = (labels[graph] == labels[:, None]).mean()
    assert 0.35 < expected < 0.95
    assert purity(blurred, labels) == pytest.approx(expected, abs=1e-3)


def test_purity_of_few_rows():
    assert purity(np.array([[0.0], [1.0], [2.0]]), np.array([0, 0, 0])) == 1.0
    assert np.isnan(purity(np.ones((1, 2)), np.array([0])))
