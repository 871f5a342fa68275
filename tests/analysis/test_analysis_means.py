"""Intervals of means against scipy, bounds of shares, and coverage."""

import numpy as np
import pytest
from scipy import stats

from translearn_core.analysis.comparison.mean_interval import mean_interval, share_mean_interval
from translearn_core.analysis.metrics import accuracy_interval


def test_a_mean_has_students_interval():
    values = np.random.default_rng(0).normal(size=30)
    for looks in (1, 4):
        low, high = stats.t.interval(1 - 0.05 / looks, 29, values.mean(), stats.sem(values))
        result = mean_interval(values, looks)
        assert (result.low, result.high) == (pytest.approx(low), pytest.approx(high))


def test_one_value_says_nothing_of_its_interval():
    for result in (
        mean_interval(np.ones(1)),
        share_mean_interval(np.ones(1)),
        share_mean_interval(np.ones(0)),
    ):
        assert np.isnan(result.low)
        assert np.isnan(result.high)


def test_shares_stay_within_bounds_and_all_right_is_not_beyond_doubt():
    near = share_mean_interval(np.asarray([1.0] * 9 + [0.5]))
    assert 0.5 < near.low < 0.95
    assert near.high == 1.0
    for value in (0, 1):
        assert share_mean_interval(np.full(20, float(value))) == accuracy_interval(20 * value, 20)


@pytest.mark.parametrize("texts", [40, 300])
@pytest.mark.parametrize("middle", [0.5, 0.85])
def test_95_of_100_intervals_hold_the_truth(texts, middle):
    random = np.random.default_rng(texts)
    own = random.beta(2 * middle, 2 * (1 - middle), (2000, texts))
    shares = random.binomial(10, own) / 10
    spans = [share_mean_interval(row) for row in shares]
    held = np.mean([span.low <= middle <= span.high for span in spans])
    assert 0.925 < held < 0.975


def test_intervals_looked_at_together_hold_together():
    random = np.random.default_rng(1)
    held = [
        all(span.low <= 0 <= span.high for span in (mean_interval(row, 6) for row in table))
        for table in random.normal(size=(1500, 6, 60))
    ]
    assert 0.935 < np.mean(held) < 0.97
