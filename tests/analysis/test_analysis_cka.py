"""Debiased CKA against the unbiased HSIC formula, and its invariances."""

import numpy as np
import pytest

from translearn_core.analysis.similarity.cka import cka_matrix
from translearn_core.errors import Stopped, TooFewSamplesError


def debiased_cka(x, y):
    return cka_matrix([x], [y])[0, 0]


def hsic_written_out(x, y):
    """Song et al. 2012, equation 4, on full uncentred kernels."""
    n = len(x)
    k, m = x @ x.T, y @ y.T
    np.fill_diagonal(k, 0)
    np.fill_diagonal(m, 0)
    one = np.ones(n)
    parts = np.trace(k @ m) + one @ k @ one * (one @ m @ one) / ((n - 1) * (n - 2))
    return (parts - 2 / (n - 2) * (one @ k @ m @ one)) / (n * (n - 3))


def cka_written_out(x, y):
    return hsic_written_out(x, y) / np.sqrt(hsic_written_out(x, x) * hsic_written_out(y, y))


def related(rows, width_x, width_y, seed=0):
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, width_x)) * random.uniform(0.1, 3, width_x) + 5
    return x, x @ random.normal(size=(width_x, width_y)) + 3 * random.normal(size=(rows, width_y)) - 2


@pytest.mark.parametrize(
    ("rows", "width_x", "width_y"), [(60, 8, 8), (60, 8, 5), (12, 30, 30), (12, 30, 40), (20, 10, 30)]
)
def test_both_forms_and_the_mixed_one_are_the_formula(rows, width_x, width_y):
    x, y = related(rows, width_x, width_y)
    assert debiased_cka(x, y) == pytest.approx(cka_written_out(x, y), abs=1e-5)


def test_it_is_one_with_itself_however_turned_scaled_and_moved():
    x, _ = related(300, 16, 4)
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(16, 16)))[0]
    assert debiased_cka(x, x.copy()) == pytest.approx(1, abs=1e-6)
    assert debiased_cka(x, 1e4 * x @ turn - 7) == pytest.approx(1, abs=1e-5)


def test_unrelated_vectors_score_about_zero_where_plain_cka_would_not():
    random = np.random.default_rng(2)
    pairs = [random.normal(size=(2, 60, 100)) for _ in range(40)]
    result = np.array([debiased_cka(*pair) for pair in pairs])
    assert abs(result.mean()) < 4 * result.std() / np.sqrt(40) < 0.02
    assert result.min() < 0
    x, y = (side - side.mean(0) for side in pairs[0])
    plain = np.linalg.norm(x.T @ y) ** 2 / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y))
    assert plain > 0.5


def test_the_matrix_is_every_pair_and_symmetric_with_itself():
    random = np.random.default_rng(3)
    layers = [random.normal(size=(50, width)).astype(np.float16) for width in (6, 9, 60)]
    layers[1][:, :6] += layers[0]
    others = [layers[2][:, :7], layers[0] * 2]
    result = cka_matrix(layers, others)
    assert result.shape == (3, 2)
    for i, j in np.ndindex(3, 2):
        expected = cka_written_out(layers[i].astype(float), others[j].astype(float))
        assert result[i, j] == pytest.approx(expected, abs=1e-5)
    assert cka_matrix(layers, layers) == pytest.approx(cka_matrix(layers, list(layers)), abs=1e-6)


def test_a_loud_dimension_costs_no_digits():
    x, y = related(400, 12, 12)
    x[:, 0] *= 3000
    assert debiased_cka(x.astype(np.float32), y) == pytest.approx(cka_written_out(x, y), abs=1e-4)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e4])
def test_rows_that_are_all_equal_have_no_cka(value):
    x, _ = related(30, 5, 5)
    result = cka_matrix([x, np.full((30, 5), value, dtype=np.float32)], [x])
    assert result[0, 0] == pytest.approx(1, abs=1e-6)
    assert np.isnan(result[1, 0])


def test_too_few_rows_are_said_and_progress_may_stop_it():
    with pytest.raises(TooFewSamplesError, match="3 rows are too few for CKA"):
        debiased_cka(np.eye(3), np.eye(3))
    calls = []
    x, _ = related(30, 5, 5)
    cka_matrix([x, x], [x], progress=lambda done, total: calls.append((done, total)))
    assert calls == [(0, 2), (1, 2), (2, 2)]

    def stop(done, total):
        raise Stopped

    with pytest.raises(Stopped):
        cka_matrix([x], [x], progress=stop)
