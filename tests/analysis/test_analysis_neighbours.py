"""Nearest-neighbour search against scikit-learn, across block boundaries."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from translearn_core.analysis.neighbours import nearest_neighbours
from translearn_core.analysis.neighbours.nearest_neighbours import (
    nearest,
    nearest_among,
    nearest_to,
    nearest_within,
)
from translearn_core.errors import Stopped


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_nearest_is_exact(dtype):
    random = np.random.default_rng(0)
    bank, query = (random.normal(size=(n, 16)).astype(dtype) for n in (150, 9))
    indices, similarities = nearest(query, bank, 5)
    search = NearestNeighbors(n_neighbors=5, metric="cosine").fit(bank.astype(float))
    distances, expected = search.kneighbors(query.astype(float))
    assert np.array_equal(indices, expected)
    assert similarities == pytest.approx(1 - distances, abs=1e-5)


def test_a_small_bank_comes_back_whole_and_zeros_are_like_nothing():
    indices, similarities = nearest(
        np.array([[2.0, 0.0]]), np.array([[0.0, 0.0], [-1.0, 0.0], [3.0, 0.0]]), 10
    )
    assert indices.tolist() == [[2, 0, 1]]
    assert similarities.tolist() == [[1, 0, -1]]


def test_nearest_reads_a_memory_mapped_bank(tmp_path):
    bank = np.random.default_rng(0).normal(size=(40, 8)).astype(np.float16)
    np.save(tmp_path / "bank.npy", bank)
    indices, _ = nearest(bank[:3], np.load(tmp_path / "bank.npy", mmap_mode="r"), 1)
    assert indices.tolist() == [[0], [1], [2]]


@pytest.mark.parametrize("block", [50, 4_096])
def test_nearest_within_is_exact_far_from_the_origin(monkeypatch, block):
    monkeypatch.setattr(nearest_neighbours, "QUERIES_AT_ONCE", block)
    rows = np.random.default_rng(0).normal(size=(120, 6)) + 500
    indices, distances = nearest_within(rows, 7)
    expected, graph = NearestNeighbors(n_neighbors=7).fit(rows).kneighbors()
    assert np.array_equal(indices, graph)
    assert distances == pytest.approx(expected, abs=1e-3)
    some = np.array([100, 3, 50])
    indices, distances = nearest_within(rows, 7, some)
    assert np.array_equal(indices, graph[some])
    assert distances == pytest.approx(expected[some], abs=1e-3)


def test_nearest_among_is_exact_far_from_the_origin():
    random = np.random.default_rng(0)
    bank, query = random.normal(size=(120, 6)) + 500, random.normal(size=(30, 6)) + 500
    indices, distances = nearest_among(query, bank, 7)
    expected, graph = NearestNeighbors(n_neighbors=7).fit(bank).kneighbors(query)
    assert np.array_equal(indices, graph)
    assert distances == pytest.approx(expected, abs=1e-3)
    indices, distances = nearest_among(bank[[4]], bank, 1)
    assert (indices.item(), distances.item()) == (4, 0)


def test_a_repeated_row_is_its_twins_neighbour_and_never_its_own():
    indices, distances = nearest_within(np.array([[1.0], [1.0], [9.0]]), 1)
    assert indices.tolist() == [[1], [0], [0]] or indices.tolist() == [[1], [0], [1]]
    assert distances.tolist() == [[0], [0], [8]]


def test_progress_tells_the_share_done_and_may_stop(monkeypatch):
    monkeypatch.setattr(nearest_neighbours, "QUERIES_AT_ONCE", 4)
    rows = np.random.default_rng(0).normal(size=(100, 3))
    seen = []
    nearest_within(rows, 2, np.arange(8), seen.append)
    assert seen == [0, 0.5]

    def stop(_):
        raise Stopped

    with pytest.raises(Stopped):
        nearest_within(rows, 2, progress=stop)


def test_ties_go_by_place_and_equal_rows_are_no_distance_apart() -> None:
    line = np.asarray([[0.0], [1.0], [-1.0], [3.0], [10.0]], dtype=np.float16)
    rows, distance = nearest_to(line, 0, 3)
    assert rows.tolist() == [1, 2, 3]
    np.testing.assert_allclose(distance, [0.5, 0.5, 1.5])  # the median of 1, 1, 3, 10 is 2
    rows, distance = nearest_to(np.ones((4, 2), dtype=np.float32), 2, 10)
    assert rows.tolist() == [0, 1, 3]
    assert distance.tolist() == [0, 0, 0]
