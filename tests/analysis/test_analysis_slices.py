"""Slice scores against counts by hand, and their family-wise error rate."""

import numpy as np
import pytest
from scipy.stats import binomtest, fisher_exact, ttest_ind

from translearn_core.analysis.error_analysis.slices import quantile_groups, slice_scores
from translearn_core.analysis.intervals import difference_interval


def test_every_slice_is_held_against_the_rest_the_weakest_first():
    groups = ["a"] * 40 + ["b"] * 30 + [None] * 5 + ["c"] * 25
    correct = np.array([True] * 36 + [False] * 4 + [True] * 12 + [False] * 18 + [True] * 30)
    result = slice_scores(groups, correct)
    assert [one.name for one in result] == ["b", "a", "missing", "c"]
    b = result[0]
    assert (b.rows, b.score.value) == (30, pytest.approx(0.4))
    expected = binomtest(12, 30).proportion_ci(method="wilson")
    assert (b.score.low, b.score.high) == pytest.approx((expected.low, expected.high))
    assert b.difference.value == pytest.approx(12 / 30 - 66 / 70)
    assert b.difference == difference_interval(12, 30, 66, 70)
    assert b.beyond_chance
    assert not next(one for one in result if one.name == "missing").beyond_chance


def test_the_more_slices_the_more_one_must_stand_out():
    lone = np.array([True] * 60 + [False] * 8 + [True] * 4)
    few = slice_scores([0] * 60 + [1] * 12, lone)
    assert fisher_exact([[4, 8], [60, 0]]).pvalue < 1e-4
    assert few[0].beyond_chance
    mild = np.array([True] * 45 + [False] * 15 + [True] * 5 + [False] * 7)
    p = fisher_exact([[5, 7], [45, 15]]).pvalue
    assert 0.05 / 15 < p < 0.05
    assert slice_scores([0] * 60 + [1] * 12, mild)[0].beyond_chance == (p < 0.025)
    many = slice_scores([*np.repeat(np.arange(15), 4), *[99] * 12], mild)
    assert not next(one for one in many if one.name == "99").beyond_chance


def test_chance_alone_is_seldom_called_a_weakness_and_a_real_one_often():
    random = np.random.default_rng(0)
    groups = np.repeat(np.arange(8), 60)
    alarms, hits = [], []
    for _ in range(150):
        result = slice_scores(groups, random.random(480) < 0.8)
        alarms.append(any(one.beyond_chance for one in result))
        weak = slice_scores(groups, random.random(480) < np.where(groups == 3, 0.5, 0.85))
        hits.append(weak[0].name == "3" and weak[0].beyond_chance)
    assert np.mean(alarms) <= 0.08
    assert np.mean(hits) > 0.9


def test_one_slice_has_no_rest_and_no_rows_no_slices():
    (only,) = slice_scores(["a", "a"], np.array([True, False]))
    assert np.isnan([only.difference.value, only.difference.low]).all()
    assert not only.beyond_chance
    assert slice_scores([], np.zeros(0, dtype=bool)) == []


def test_quantile_groups_are_alike_in_size_and_name_what_they_hold():
    values = np.random.default_rng(0).permutation(100) + 1
    names = quantile_groups(values)
    assert set(names) == {"1 to 25", "26 to 50", "51 to 75", "76 to 100"}
    for name in set(names):
        low, high = (int(end) for end in name.split(" to "))
        held = values[names == name]
        assert (held.min(), held.max(), len(held)) == (low, high, 25)


def test_equal_values_stay_together_and_missing_ones_have_a_name():
    names = quantile_groups([1, 1, 1, 1, 1, 1, 2000, 3000, np.nan])
    assert names.tolist() == ["1"] * 6 + ["2,000 to 3,000"] * 2 + ["missing"]
    assert quantile_groups([7, 7]).tolist() == ["7", "7"]
    assert quantile_groups([np.nan, np.nan]).tolist() == ["missing"] * 2
    assert len(quantile_groups([])) == 0


def test_close_values_get_the_digits_they_need():
    names = quantile_groups([0.12341, 0.12342, 0.12343, 0.12344], bins=2)
    assert names.tolist() == ["0.12341 to 0.12342"] * 2 + ["0.12343 to 0.12344"] * 2


def test_scores_between_0_and_1_have_welchs_test():
    random = np.random.default_rng(0)
    groups, scores = np.repeat(["low", "high"], 40), random.beta(4, 2, 80)
    scores[:40] *= 0.6
    low, high = slice_scores(groups, scores)
    assert (low.name, high.name) == ("low", "high")
    welch = ttest_ind(scores[:40], scores[40:], equal_var=False)
    ends = welch.confidence_interval()
    assert (low.difference.low, low.difference.high) == pytest.approx((ends.low, ends.high))
    assert low.difference.value == pytest.approx(scores[:40].mean() - scores[40:].mean())
    assert low.beyond_chance == (welch.pvalue < 0.025)
    alike = slice_scores(groups, np.full(80, 0.3))
    assert [one.difference.value for one in alike] == [0, 0]
    assert not any(one.beyond_chance for one in alike)
