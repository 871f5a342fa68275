"""Projections against numpy and scikit-learn, and properties of UMAP layouts."""

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from translearn_core.analysis.neighbours.knn_purity import label_purity
from translearn_core.analysis.neighbours.neighbourhood_metrics import knn_indices
from translearn_core.analysis.projection import projection
from translearn_core.analysis.projection.projection import project
from translearn_core.config import Method
from translearn_core.errors import Stopped, TooFewSamplesError, TrainingError


@pytest.fixture(scope="module")
def blobs():
    random = np.random.default_rng(0)
    labels = np.arange(150) % 3
    return labels, (random.normal(size=(3, 30)) * 4)[labels] + random.normal(size=(150, 30))


def moved(x, seed=1):
    """The same rows moved, scaled by 10, with permuted directions."""
    random = np.random.default_rng(seed)
    return 10 * (x[:, ::-1] + random.normal(size=x.shape)) + 7


def spread_of(x):
    return np.sqrt(np.square(x - x.mean(axis=0)).sum(axis=1).mean())


def test_pca_of_one_variant_is_the_singular_value_decomposition(blobs):
    _, x = blobs
    result = project({"a": x}, method=Method.PCA)
    centred = (x - x.mean(axis=0)) / spread_of(x)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    signs = np.sign(axes[[0, 1], np.abs(axes[:2]).argmax(axis=1)])
    assert result.dtype == np.float32
    assert result.shape == (1, 150, 2)
    assert result[0] == pytest.approx(centred @ (axes[:2] * signs[:, None]).T, abs=1e-5)


def test_pca_of_variants_is_sklearns_on_all_of_them_each_of_the_same_spread(blobs):
    _, x = blobs
    y = moved(x)
    stacked = np.concatenate([(v - v.mean(axis=0)) / spread_of(v) for v in (x, y)])
    expected = PCA(2, svd_solver="full").fit_transform(stacked).reshape(2, 150, 2)
    assert project({"a": x, "b": y}, method=Method.PCA) == pytest.approx(expected, abs=1e-4)
    # position and scale of a variant have no influence
    assert project({"a": x, "b": 100 * y - 3}, method=Method.PCA) == pytest.approx(expected, abs=1e-4)


def test_rows_beyond_those_fitted_are_projected_on_their_axes(blobs, monkeypatch):
    monkeypatch.setattr(projection, "ROWS_AT_ONCE", 40)
    _, x = blobs
    y = moved(x)
    fit = np.arange(0, 150, 2)
    some = project({"a": x[fit], "b": y[fit]}, method=Method.PCA)
    result = project({"a": x, "b": y}, method=Method.PCA, fit=fit)
    assert result[:, fit] == pytest.approx(some, abs=1e-5)
    pca = PCA(2, svd_solver="full").fit(
        np.concatenate([(v[fit] - v[fit].mean(axis=0)) / spread_of(v[fit]) for v in (x, y)])
    )
    expected = pca.transform((y - y[fit].mean(axis=0)) / spread_of(y[fit]))
    assert result[1] == pytest.approx(expected, abs=1e-4)


def test_a_variant_without_spread_is_one_point_and_leaves_the_others_alone(blobs):
    _, x = blobs
    still = np.full_like(x, 0.3)
    result = project({"a": still, "b": x}, method=Method.PCA)
    assert not result[0].any()
    assert result[1] == pytest.approx(project({"b": x}, method=Method.PCA)[0], abs=1e-6)
    assert not project({"a": x, "b": still}, method=Method.UMAP)[1].any()


def test_umap_keeps_neighbours_and_classes(blobs):
    labels, x = blobs
    plane = project({"a": x}, method=Method.UMAP)[0]
    assert trustworthiness(x, plane, n_neighbors=10) > 0.8
    assert label_purity(plane, labels) > 0.95


def test_the_seed_decides_umap(blobs):
    _, x = blobs
    one, two, other = (project({"a": x}, method=Method.UMAP, seed=s) for s in (3, 3, 4))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_rows_beyond_those_laid_out_take_places_in_their_blob(blobs):
    labels, x = blobs
    fit = np.flatnonzero(np.arange(150) % 5 != 0)
    held = np.setdiff1d(np.arange(150), fit)
    plane = project({"a": x}, method=Method.UMAP, fit=fit)[0]
    middles = np.stack([plane[fit][labels[fit] == k].mean(axis=0) for k in range(3)])
    difference = np.linalg.norm(plane[held][:, None] - middles, axis=2)
    assert np.array_equal(difference.argmin(axis=1), labels[held])
    own = knn_indices(x, 5)
    near = [np.linalg.norm(plane[row] - plane[own[row]], axis=1).mean() for row in held]
    assert np.mean(near) < 0.5 * np.linalg.norm(plane - plane.mean(axis=0), axis=1).mean()


def test_variants_are_turned_by_the_rows_they_were_laid_out_from(blobs):
    _, x = blobs
    fit = np.arange(0, 150, 2)
    first, second = project({"a": x, "b": moved(x)}, method=Method.UMAP, fit=fit)
    turn, _ = orthogonal_procrustes(second[fit], first[fit])
    assert turn == pytest.approx(np.eye(2), abs=1e-3)
    assert first[fit].mean(axis=0) == pytest.approx([0, 0], abs=1e-4)


def test_a_row_equal_to_one_that_was_laid_out_lies_where_that_lies(blobs):
    _, x = blobs
    doubled = np.concatenate([x, x[[3, 77]], np.repeat(x[[5]], 20, axis=0)])
    plane = project({"a": doubled}, method=Method.UMAP, fit=np.arange(150))[0]
    assert plane[150:152] == pytest.approx(plane[[3, 77]], abs=1e-3)
    same = np.concatenate([np.repeat(x[:1], 30, axis=0), x[1:], x[:1]])  # all its neighbours are itself
    plane = project({"a": same}, method=Method.UMAP, fit=np.arange(len(same) - 1))[0]
    assert np.isfinite(plane).all()
    assert np.linalg.norm(plane[-1] - plane[:30], axis=1).min() < 1e-3


def test_later_umap_variants_are_turned_towards_the_first(blobs):
    _, x = blobs
    noisy = x + np.random.default_rng(1).normal(size=x.shape) * 0.5
    planes = project({"pretrained": x, "fine-tuned": noisy}, method=Method.UMAP)
    alone = project({"fine-tuned": noisy}, method=Method.UMAP)[0]
    difference = np.linalg.norm(planes[1] - planes[0])
    for angle in np.linspace(0.1, 6.2, 30):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        assert np.linalg.norm(planes[1] @ turn - planes[0]) >= difference - 1e-3
        assert np.linalg.norm(planes[1] @ turn @ np.diag([1, -1]) - planes[0]) >= difference - 1e-3
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


@pytest.mark.parametrize("method", Method)
def test_progress_counts_variants_in_parts(blobs, method):
    _, x = blobs
    seen = []
    project(
        {"a": x, "b": x},
        method=method,
        fit=np.arange(100),
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen[0] == (0, 2)
    assert seen[-1] == (2, 2)
    assert seen == sorted(seen)
    assert (1, 2) in seen


def test_a_layout_can_be_stopped_before_it_is_computed(blobs):
    _, x = blobs
    seen = []

    def stop(done, total):
        seen.append(done)
        if done > 0:
            raise Stopped

    with pytest.raises(Stopped):
        project({"a": np.tile(x, (10, 1))}, method=Method.UMAP, progress=stop)
    assert 0 < seen[-1] < 0.5
