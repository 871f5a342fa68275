"""Intervals against scipy and published values, and their coverage."""

import numpy as np
import pytest
from scipy import stats
from scipy.stats import binom, binomtest

from translearn_core.analysis.intervals import (
    difference_interval,
    mean_interval,
    row_score_interval,
    seed_interval,
    seeds_vary,
)
from translearn_core.results import Estimate
from translearn_core.results.interval_estimate import percentile_interval, wilson

SOME = Estimate(0.5, 0.1, 0.9)


def numbers(estimate):
    return estimate.value, estimate.low, estimate.high


def drawn(random, easy, seeds, wobble):
    """Draw correct rows from the rows' ease and the deviation between seeds."""
    lifts = wobble * random.standard_normal(seeds)
    return random.random((seeds, len(easy))) < np.clip(easy + lifts[:, None], 0, 1)


# -- shares


@pytest.mark.parametrize(("right", "rows"), [(0, 5), (5, 5), (3, 7), (81, 263), (9_990, 10_000)])
def test_a_share_has_scipys_wilson_interval(right, rows):
    expected = binomtest(right, rows).proportion_ci(method="wilson")
    result = Estimate.share(right, rows)
    assert numbers(result) == pytest.approx((right / rows, expected.low, expected.high), abs=1e-12)
    assert (result.low == 0, result.high == 1) == (right == 0, right == rows), "exactly"
    of_rows = row_score_interval(np.arange(rows) < right)
    assert numbers(of_rows) == pytest.approx(numbers(result), abs=1e-12)


def test_it_takes_arrays_and_nothing_has_no_interval():
    low, high = wilson([0, 3], [0, 7])
    assert np.isnan([low[0], high[0]]).all()
    assert low[1] < 3 / 7 < high[1]
    assert np.isnan(numbers(Estimate.share(0, 0))).all()
    assert np.isnan(numbers(row_score_interval([]))).all()


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
            share, difference = Estimate.share(one, n), difference_interval(one, n, two, m)
            single.append(share.low <= p <= share.high)
            double.append(difference.low <= p - q <= difference.high)
        assert 0.92 <= np.mean(single) <= 0.98
        assert 0.92 <= np.mean(double) <= 0.98


@pytest.mark.parametrize(("rows", "truth"), [(20, 0.9), (100, 0.7), (400, 0.9), (1800, 0.82)])
def test_the_interval_of_an_accuracy_covers_the_truth(rows, truth):
    outcomes = np.arange(rows + 1)
    low, high = wilson(outcomes, np.full(rows + 1, rows))
    inside = (low <= truth) & (truth <= high)
    assert 0.92 < binom.pmf(outcomes, rows, truth)[inside].sum() < 0.98


# -- scores of rows that are not 0 or 1


def test_scores_of_rows_have_students_interval():
    values = np.random.default_rng(0).uniform(0.2, 0.9, size=30)
    low, high = stats.t.interval(0.95, 29, values.mean(), stats.sem(values))
    assert numbers(row_score_interval(values)) == pytest.approx((values.mean(), low, high))
    losses = 5 * values
    expected = 5 * values.mean(), 5 * low, 5 * high
    assert numbers(row_score_interval(losses)) == pytest.approx(expected), "a loss is not clipped to [0, 1]"


def test_one_value_says_nothing_of_its_interval():
    assert np.isnan(mean_interval(np.ones(1)).low)
    one = row_score_interval([0.5])
    assert one.value == 0.5
    assert np.isnan([one.low, one.high]).all()


def test_scores_stay_within_bounds():
    near = row_score_interval(np.asarray([1.0] * 9 + [0.5]))
    assert 0.5 < near.low < 0.95
    assert near.high == 1.0


@pytest.mark.parametrize("texts", [40, 300])
@pytest.mark.parametrize("middle", [0.5, 0.85])
def test_95_of_100_intervals_hold_the_truth(texts, middle):
    random = np.random.default_rng(texts)
    own = random.beta(2 * middle, 2 * (1 - middle), (2000, texts))
    shares = random.binomial(10, own) / 10
    spans = [row_score_interval(row) for row in shares]
    held = np.mean([span.low <= middle <= span.high for span in spans])
    assert 0.925 < held < 0.975


@pytest.mark.parametrize("looks", [1, 4])
def test_a_mean_has_students_interval(looks):
    values = np.random.default_rng(0).normal(size=30)
    low, high = stats.t.interval(1 - 0.05 / looks, 29, values.mean(), stats.sem(values))
    assert numbers(mean_interval(values, looks)) == pytest.approx((values.mean(), low, high))


def test_intervals_looked_at_together_hold_together():
    random = np.random.default_rng(1)
    held = [
        all(span.low <= 0 <= span.high for span in (mean_interval(row, 6) for row in table))
        for table in random.normal(size=(1500, 6, 60))
    ]
    assert 0.935 < np.mean(held) < 0.97


# -- seeds


def test_the_mean_over_seeds_has_scipys_student_interval():
    scores = [0.81, 0.84, 0.83, 0.85]
    result = seed_interval([Estimate(score, 0.1, 0.9) for score in scores])
    low, high = stats.t.interval(0.95, 3, loc=np.mean(scores), scale=stats.sem(scores))
    assert numbers(result) == pytest.approx((np.mean(scores), low, high))


def test_fewer_than_three_seeds_keep_their_intervals_over_rows():
    assert seed_interval([SOME]) == SOME
    result = seed_interval([Estimate(0.7, 0.6, 0.76), Estimate(0.8, 0.7, 0.9)])
    assert numbers(result) == pytest.approx((0.75, 0.65, 0.83))


def test_seeds_that_all_score_the_same_keep_their_intervals_over_rows():
    assert numbers(seed_interval([SOME] * 5)) == pytest.approx(numbers(SOME))
    assert not seeds_vary([SOME] * 5)
    assert seeds_vary([SOME, SOME, Estimate(SOME.value + 0.01, SOME.low, SOME.high)])


def test_no_interval_leaves_what_a_score_can_be():
    assert seed_interval([Estimate(score, 0.1, 0.9) for score in (0.7, 0.8, 0.99)]).high == 1.0


def test_the_students_interval_covers_the_mean():
    random = np.random.default_rng(0)
    scores = 0.8 + 0.01 * random.standard_normal((2000, 3))
    result = [seed_interval([Estimate(score, 0.1, 0.9) for score in row]) for row in scores]
    assert 0.935 < np.mean([i.low <= 0.8 <= i.high for i in result]) < 0.965


@pytest.mark.parametrize(("right", "rows"), [(6, 18), (12, 12), (0, 12)])
@pytest.mark.parametrize("seeds", [1, 2, 3])
def test_draws_that_agree_by_luck_leave_what_the_test_rows_leave_open(seeds, right, rows):
    result = row_score_interval(np.tile(np.arange(rows) < right, (seeds, 1)))
    assert numbers(result) == pytest.approx(numbers(Estimate.share(right, rows)))


@pytest.mark.parametrize(
    ("seeds", "rows", "wobble"), [(3, 12, 0.0), (3, 40, 0.1), (3, 400, 0.03), (3, 1500, 0.05), (5, 400, 0.02)]
)
@pytest.mark.parametrize("binary", [True, False])
def test_the_interval_over_rows_and_draws_covers_the_truth(seeds, rows, wobble, binary):
    random, inside, times = np.random.default_rng(8), 0, 400
    for _ in range(times):
        scores = drawn(random, random.uniform(0.4, 0.6, rows), seeds, wobble)
        result = row_score_interval(scores if binary else 3 * scores - 1.0)
        inside += result.low <= (0.5 if binary else 0.5 * 3 - 1) <= result.high
    assert inside / times > 0.93


# -- bootstrap draws


def test_draws_that_are_undefined_are_left_out():
    draws = np.append(np.linspace(0, 1, 1001), [np.nan] * 50)
    assert numbers(percentile_interval(0.5, draws)) == pytest.approx((0.5, 0.025, 0.975))
    assert np.isnan(percentile_interval(0.5, [np.nan]).value)


def test_the_columns_of_a_table_are_named_after_the_estimate():
    estimate = Estimate(0.5, 0.4, 0.7)
    assert estimate.columns("a") == {"a": 0.5, "a low": 0.4, "a high": 0.7}
    assert estimate.columns("a", "") == {"a": 0.5, "low": 0.4, "high": 0.7}
    assert -estimate == Estimate(-0.5, -0.7, -0.4)
    assert not estimate.columns("a", "b").keys() & {"a low"}
