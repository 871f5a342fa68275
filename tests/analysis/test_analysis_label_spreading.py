"""Label spreading: against scikit-learn, against its closed form, and the choice on validation rows."""

import numpy as np
import pytest
from scipy.sparse import csgraph
from sklearn.neighbors import NearestNeighbors
from sklearn.semi_supervised import LabelSpreading

from translearn_core.analysis.neighbours.label_spreading import (
    ALPHAS,
    NEIGHBOURS,
    best_label_spreading,
    label_spreading,
)


@pytest.fixture(scope="module")
def moons() -> tuple[np.ndarray, np.ndarray]:
    """Two half circles on the sphere, which a few labels and their neighbours tell apart."""
    random, n = np.random.default_rng(0), 120
    angle = random.uniform(0, np.pi, n)
    labels = np.arange(n) % 2
    height = np.where(labels == 1, 0.9, 0.2) + random.normal(0, 0.02, n)
    points = np.stack([np.cos(angle), np.sin(angle), height], axis=1)
    return points.astype(np.float32), labels


def unit(x: np.ndarray) -> np.ndarray:
    x = x.astype(np.float64)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


@pytest.mark.parametrize(("neighbours", "alpha"), [(5, 0.2), (8, 0.8)])
def test_it_agrees_with_scikit_learn(moons: tuple[np.ndarray, np.ndarray], neighbours: int, alpha: float):
    points, labels = moons
    known = np.concatenate([labels[:12], np.full(78, -1)])
    model = LabelSpreading(kernel="knn", n_neighbors=neighbours, alpha=alpha, max_iter=1000)
    model.fit(unit(points[:90]), known)
    expected = model.predict_proba(unit(points[90:]))
    found = label_spreading(
        points[:12], labels[:12], points[12:90], points[90:], classes=2, neighbours=neighbours, alpha=alpha
    )
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_it_is_the_closed_form_of_the_paper(moons: tuple[np.ndarray, np.ndarray]):
    points, labels = moons
    neighbours, alpha = 6, 0.5
    rows = unit(points[:90])
    graph = NearestNeighbors(n_neighbors=neighbours).fit(rows).kneighbors_graph(rows, mode="connectivity")
    spread = -csgraph.laplacian(graph, normed=True).toarray()
    np.fill_diagonal(spread, 0)
    start = np.zeros((90, 2))
    start[np.arange(12), labels[:12]] = 1
    limit = np.linalg.solve(np.eye(90) - alpha * spread, (1 - alpha) * start)  # equation 3
    limit /= limit.sum(axis=1, keepdims=True)
    near = NearestNeighbors(n_neighbors=neighbours).fit(rows).kneighbors(unit(points[90:]))[1]
    expected = limit[near].sum(axis=1)
    expected /= expected.sum(axis=1, keepdims=True)
    found = label_spreading(
        points[:12], labels[:12], points[12:90], points[90:], classes=2, neighbours=neighbours, alpha=alpha
    )
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_layer_and_settings_are_those_best_on_validation(moons: tuple[np.ndarray, np.ndarray]):
    points, labels = moons
    noise = np.random.default_rng(1).normal(size=points.shape).astype(np.float32)
    index = np.arange(120)
    calls = []
    best = best_label_spreading(
        [noise, points], labels, train=index[:12], unlabelled=index[12:80], validation=index[80:100],
        test=index[100:], classes=3, progress=lambda done, total: calls.append(total),
    )  # fmt: skip
    assert best.layer == 1
    assert best.neighbours in NEIGHBOURS
    assert best.alpha in ALPHAS
    assert set(calls) == {2 * len(NEIGHBOURS) * len(ALPHAS)}
    assert best.outputs.shape == (20, 3)
    assert not best.outputs[:, 2].any()  # a class without a labelled row
    assert (best.outputs.argmax(axis=1) == labels[100:]).mean() > 0.9


def test_rows_that_no_label_reaches_have_equal_probabilities():
    near, far = np.eye(4, dtype=np.float32)[[0, 0, 1, 1]], np.eye(4, dtype=np.float32)[[3, 3]]
    found = label_spreading(near, np.array([0, 0, 1, 1]), far, far[:1], classes=2, neighbours=2, alpha=0.5)
    assert found.tolist() == [[0.5, 0.5]]
