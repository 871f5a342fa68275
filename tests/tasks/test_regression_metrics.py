"""Metrics of numbers agree with scipy and scikit-learn; their intervals cover."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as reference

from translearn_core.tasks.numbers import metrics as metrics

INTERVALS = {
    metrics.pearson: metrics.pearson_interval,
    metrics.spearman: metrics.spearman_interval,
    metrics.mean_absolute_error: metrics.mean_absolute_error_interval,
    metrics.r2: metrics.r2_interval,
}


def pair(rows: int, noise: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return heavy-tailed values and predictions of them."""
    random = np.random.default_rng(seed)
    values = random.standard_t(5, rows) * 3 + 50
    return values, values + noise * random.standard_normal(rows)


@given(
    st.lists(st.tuples(st.integers(-5, 5), st.floats(-1e3, 1e3)), min_size=4, max_size=40).filter(
        lambda pairs: len({a for a, _ in pairs}) > 1 and np.ptp([b for _, b in pairs]) > 1e-3
    )
)
def test_metrics_agree_with_scipy_and_scikit_learn(pairs: list[tuple[int, float]]) -> None:
    values, predicted = np.array(pairs, dtype=np.float64).T
    assert metrics.pearson(values, predicted) == pytest.approx(
        stats.pearsonr(values, predicted).statistic, abs=1e-9
    )
    assert metrics.spearman(values, predicted) == pytest.approx(
        stats.spearmanr(values, predicted).statistic, abs=1e-9
    )
    assert metrics.mean_absolute_error(values, predicted) == pytest.approx(
        reference.mean_absolute_error(values, predicted)
    )
    assert metrics.r2(values, predicted) == pytest.approx(reference.r2_score(values, predicted))
    for metric, interval in INTERVALS.items():
        estimate = interval(values, predicted)
        assert estimate.value == metric(values, predicted)
        assert estimate.low <= estimate.value <= estimate.high


def test_equal_predictions_have_no_correlation_and_equal_values_none_that_is_known() -> None:
    values, same = np.arange(5.0), np.full(5, 2.0)
    assert (metrics.pearson(values, same), metrics.spearman(values, same)) == (0.0, 0.0)
    assert metrics.r2(values, same) == 0.0
    assert all(np.isnan(metric(same, values)) for metric in (metrics.pearson, metrics.spearman, metrics.r2))
    assert np.isnan(metrics.pearson_interval(values, same).low)


def test_exact_predictions_have_intervals_without_width() -> None:
    values = np.arange(9.0)
    for metric, interval in INTERVALS.items():
        estimate = interval(values, values.copy())
        assert estimate.low == pytest.approx(estimate.high) == pytest.approx(metric(values, values))


@pytest.mark.parametrize("noise", [1.0, 6.0])
@pytest.mark.parametrize("metric", INTERVALS)
def test_intervals_cover_the_true_score(metric, noise: float) -> None:  # type: ignore[no-untyped-def]
    truth = metric(*pair(400_000, noise, seed=10_000))
    estimates = [INTERVALS[metric](*pair(150, noise, seed)) for seed in range(600)]
    covered = np.mean([e.low <= truth <= e.high for e in estimates])
    assert 0.90 <= covered <= 0.985
