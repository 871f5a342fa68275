"""Jackknife intervals of CKA and bootstrap intervals of rank correlations: by recomputation and coverage."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from translearn_core.analysis.similarity.cka import JackknifeCka, cka_matrix, jackknife_cka
from translearn_core.analysis.similarity.sentence_similarity import sts_change
from translearn_core.errors import TooFewSamplesError


def debiased_cka(x, y):
    return cka_matrix([x], [y])[0, 0]


def related(random, rows, weights, noise):
    """Rows of unequal norm, and a noisy linear map of them."""
    x = random.normal(size=(rows, len(weights))) * np.exp(0.3 * random.normal(size=(rows, 1)))
    x *= np.linspace(0.2, 3, len(weights))
    return x, x @ weights + noise * random.normal(size=(rows, weights.shape[1]))


@pytest.mark.parametrize(("rows", "width"), [(30, 6), (8, 20)])
def test_every_row_is_left_out_as_if_computed_again(rows, width):
    random = np.random.default_rng(0)
    x, y = related(random, rows, random.normal(size=(width, 9)), 1.0)
    result = jackknife_cka(x + 4, y * 100)
    assert result.value == pytest.approx(debiased_cka(x, y), abs=1e-6)
    by_hand = [debiased_cka(np.delete(x, i, 0), np.delete(y, i, 0)) for i in range(rows)]
    np.testing.assert_allclose(result.left_out, by_hand, atol=1e-5)


def test_the_interval_covers_what_endless_rows_would_give():
    random = np.random.default_rng(1)
    for noise in (0.3, 4.0):
        weights = random.normal(size=(10, 12))
        truth = debiased_cka(*related(random, 40_000, weights, noise))
        spans = [jackknife_cka(*related(random, 80, weights, noise)).estimate for _ in range(400)]
        covered = np.mean([span.low <= truth <= span.high for span in spans])
        assert 0.91 <= covered <= 0.98  # 95 % of 400, give or take three standard errors, and a small sample


def test_the_difference_of_two_on_the_same_rows_covers_too():
    random = np.random.default_rng(2)
    weights = random.normal(size=(10, 12))

    def pair(rows):
        x, y = related(random, rows, weights, 2.0)
        return x, y, y + 3 * random.normal(size=y.shape)

    x, y, z = pair(40_000)
    truth = debiased_cka(x, y) - debiased_cka(y, z)
    hits = []
    for _ in range(400):
        x, y, z = pair(80)
        first, second = jackknife_cka(x, y), jackknife_cka(y, z)
        span = first.difference(second)
        assert span.value == pytest.approx(first.value - second.value)
        hits.append(span.low <= truth <= span.high)
    assert 0.91 <= np.mean(hits) <= 0.98


def test_the_same_has_no_doubt_and_a_constant_no_number():
    x = np.random.default_rng(3).normal(size=(40, 5))
    same = jackknife_cka(x, x)
    assert same.value == pytest.approx(1, abs=1e-12)
    assert (same.estimate.low, same.estimate.high) == (same.value, same.value)
    flat = jackknife_cka(x, np.full((40, 3), 7.0))
    assert np.isnan([flat.value, flat.estimate.low, flat.estimate.high]).all()
    with pytest.raises(TooFewSamplesError, match="4 rows are too few"):
        jackknife_cka(x[:4], x[:4])


def test_an_interval_never_leaves_the_scale():
    wild = JackknifeCka(0.98, 0.98 + 0.003 * np.random.default_rng(4).normal(size=50))
    assert 0 < wild.estimate.low < 0.98 < wild.estimate.high < 1


def meant(random, pairs, noise):
    alike = random.integers(0, 5, pairs)
    before = alike + 1.0 * random.normal(size=pairs)
    return alike, before, before + noise * random.normal(size=pairs)


def test_meaning_is_spearmans_correlation_before_and_after():
    alike, before, after = meant(np.random.default_rng(5), 120, 2.0)
    result = sts_change(alike, before, after)
    assert result.before == pytest.approx(spearmanr(alike, before).statistic)
    assert result.after == pytest.approx(spearmanr(alike, after).statistic)
    assert result.change.low < result.after - result.before < result.change.high < 0
    assert sts_change(alike, before, after) == result


def test_the_change_of_meaning_covers_the_truth():
    random = np.random.default_rng(6)
    alike, before, after = meant(random, 50_000, 1.0)
    truth = spearmanr(alike, after).statistic - spearmanr(alike, before).statistic
    spans = [sts_change(*meant(random, 120, 1.0), draws=200, seed=k).change for k in range(200)]
    covered = np.mean([span.low <= truth <= span.high for span in spans])
    assert 0.89 <= covered <= 0.99


def test_nothing_changed_is_no_change_and_ties_are_no_number():
    alike, before, _ = meant(np.random.default_rng(7), 60, 0)
    still = sts_change(alike, before, before * 3 + 1)
    assert (still.change.low, still.change.high) == (0, 0)
    assert np.isnan(sts_change(alike, before, np.ones(60)).after)
