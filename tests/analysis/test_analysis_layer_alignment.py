"""Aligned layer projections: optimal rotation, unit size, and invariance."""

import numpy as np
import pytest

from translearn_core.analysis.projection.layer_alignment import layer_projections
from translearn_core.analysis.projection.projection import procrustes_align
from translearn_core.errors import TrainingError


def rotation(angle, mirror=False):
    turn = np.asarray([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return turn @ np.diag([1, -1]) if mirror else turn


def cloud(seed=0, rows=80, width=12):
    random = np.random.default_rng(seed)
    spread = np.geomspace(5, 0.5, width)
    return (random.normal(size=(rows, width)) * spread).astype(np.float32)


def pictures(layers, *others):
    named = {str(v): variant for v, variant in enumerate((layers, *others))}
    return layer_projections(named)


@pytest.mark.parametrize("seed", range(5))
def test_no_angle_and_no_mirror_brings_a_picture_nearer(seed):
    random = np.random.default_rng(seed)
    onto = random.normal(size=(2, 40, 2)).astype(np.float32)
    picture = (onto @ rotation(1.0 + seed, mirror=seed % 2) + random.normal(size=onto.shape)).astype(
        np.float32
    )
    result = procrustes_align(picture, onto)
    difference = np.square(result - onto).sum()
    angles = np.linspace(0, 2 * np.pi, 3601)
    tried = [
        np.square(picture @ rotation(angle, mirror) - onto).sum() for angle in angles for mirror in (0, 1)
    ]
    assert difference <= min(tried) + 1e-3
    assert difference == pytest.approx(min(tried), rel=1e-4)
    np.testing.assert_allclose(
        np.linalg.norm(result, axis=-1), np.linalg.norm(picture, axis=-1), atol=1e-5
    )  # turned, not stretched


def test_a_walk_of_identical_layers_stands_still():
    x = cloud()
    planes = pictures([x, x, x.copy()], [x, x, x.copy()])
    assert planes.shape == (2, 3, 80, 2)
    assert planes.dtype == np.float32
    for layer in (1, 2):
        np.testing.assert_allclose(planes[:, layer], planes[:, 0], atol=1e-5)


def test_a_space_that_was_turned_mirrored_and_stretched_as_a_whole_looks_the_same():
    x = cloud()
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(12, 12)))[0].astype(np.float32)
    planes = pictures([x, 40 * x @ turn + 3, -x])
    np.testing.assert_allclose(planes[0, 1], planes[0, 0], atol=1e-4)
    np.testing.assert_allclose(planes[0, 2], planes[0, 0], atol=1e-4)


def test_every_picture_has_size_one_over_all_variants():
    planes = pictures([cloud(0), cloud(1)], [cloud(0), 100 * cloud(2)])
    np.testing.assert_allclose(np.square(planes).sum(axis=3).mean(axis=(0, 2)), 1, rtol=1e-5)


def test_variants_share_their_directions_however_large_one_of_them_is():
    x = cloud()
    other = x[:, ::-1]  # variance along other features
    small, large = (pictures([x], [scale * other]) for scale in (1, 1000))
    np.testing.assert_allclose(small, large, atol=1e-4)
    moved = pictures([x], [x + np.float32(7)])
    np.testing.assert_allclose(moved[0], moved[1], atol=1e-4)


def test_a_layer_that_is_the_same_object_is_one_picture():
    x, y = cloud(0), cloud(1)
    planes = pictures([x, y], [x, cloud(2)])
    np.testing.assert_array_equal(planes[0, 0], planes[1, 0])
    assert not np.allclose(planes[0, 1], planes[1, 1], atol=0.1)


def test_a_layer_without_spread_is_a_point_and_the_walk_goes_on_past_it():
    x, flat = cloud(), np.ones((80, 12), dtype=np.float32)
    planes = pictures([flat, x, flat, x], [flat, x, flat, x])
    assert not planes[:, [0, 2]].any()
    np.testing.assert_allclose(planes[:, 3], planes[:, 1], atol=1e-5)


def test_it_is_deterministic_also_where_pca_is_drawn():
    x, y = cloud(0, 600, 600), cloud(1, 600, 600)
    np.testing.assert_array_equal(pictures([x, y]), pictures([x, y]))


def test_progress_counts_layers_and_may_stop():
    calls = []
    layer_projections({"a": [cloud(), cloud(1)]}, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(0, 2), (1, 2), (2, 2)]

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        layer_projections({"a": [cloud()]}, progress=stop)


def test_features_that_are_not_finite_are_refused():
    broken = cloud()
    broken[3, 3] = np.nan
    with pytest.raises(TrainingError, match="diverged"):
        layer_projections({"fine-tuned": [cloud(), broken]})
