"""Wilson against scipy, Newcombe against published values, and coverage of both."""

import numpy as np
import pytest
from scipy.stats import binomtest

from translearn_core.analysis.comparison.proportion_interval import (
    difference_interval,
    share_interval,
    wilson,
)


@pytest.mark.parametrize(("right", "rows"), [(0, 5), (5, 5), (3, 7), (81, 263), (9_990, 10_000)])
def test_wilson_is_scipys(right, rows):
    expected = binomtest(right, rows).proportion_ci(method="wilson")
    result = share_interval(right, rows)
    assert (result.low, result.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_it_takes_arrays_and_nothing_has_no_interval():
    low, high = wilson([0, 3], [0, 7])
    assert np.isnan([low[0], high[0]]).all()
    assert low[1] < 3 / 7 < high[1]


@pytest.mark.parametrize(
    ("counts", "published"),
    [  # table II of the paper, method 10
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((6, 7, 2, 7), (0.0582, 0.8062)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((0, 10, 0, 20), (-0.1611, 0.2775)),
        ((10, 10, 0, 20), (0.6791, 1.0)),
    ],
)
def test_newcombe_is_as_published(counts, published):
    result = difference_interval(*counts)
    assert (result.low, result.high) == pytest.approx(published, abs=5e-5)


def test_a_difference_to_no_rows_has_no_interval():
    assert np.isnan(difference_interval(3, 7, 0, 0).low)


def test_both_cover():
    random = np.random.default_rng(0)
    for p, q, n, m in [(0.9, 0.8, 30, 200), (0.5, 0.5, 12, 12)]:
        single, double = [], []
        for one, two in zip(random.binomial(n, p, 1000), random.binomial(m, q, 1000), strict=True):
            share, apart = share_interval(one, n), difference_interval(one, n, two, m)
            single.append(share.low <= p <= share.high)
            double.append(apart.low <= p - q <= apart.high)
        assert 0.92 <= np.mean(single) <= 0.98
        assert 0.92 <= np.mean(double) <= 0.98
