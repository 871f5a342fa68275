"""Cosines and Spearman's correlation against scipy and scikit-learn, and the interval's coverage."""

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.metrics.pairwise import cosine_similarity

from translearn_core.analysis.similarity.sentence_similarity import cosine_pairs, spearman_change


def test_cosines_are_sklearns_row_by_row():
    a, b = np.random.default_rng(0).normal(size=(2, 30, 7)).astype(np.float16)
    a[3] = 0
    expected = np.diag(cosine_similarity(a.astype(float), b.astype(float)))
    assert cosine_pairs(a, b) == pytest.approx(expected, abs=1e-12)
    assert cosine_pairs(a, b)[3] == 0


def test_the_correlation_is_scipys_ties_and_all():
    random = np.random.default_rng(1)
    before = random.integers(0, 20, 80) / 20
    after = np.round(before + random.normal(size=80) / 4, 1)
    rho = spearman_change(before, after)
    assert rho.value == pytest.approx(spearmanr(before, after).statistic)
    assert rho.low < rho.value < rho.high
    assert spearman_change(before, np.exp(3 * before)).value == pytest.approx(1)


@pytest.mark.parametrize("sides", [([1, 2], [2, 1]), ([1, 1, 1, 1], [1, 2, 3, 4])])
def test_too_little_to_rank_is_not_a_number(sides):
    rho = spearman_change(*sides)
    assert np.isnan([rho.value, rho.low, rho.high]).all()


@pytest.mark.parametrize("r", [0.3, 0.8])
def test_its_interval_covers_the_true_correlation(r):
    random, truth = np.random.default_rng(2), 6 / np.pi * np.arcsin(r / 2)
    held = []
    for k in range(300):
        before = random.normal(size=80)
        after = r * before + np.sqrt(1 - r**2) * random.normal(size=80)
        interval = spearman_change(before, after, draws=300, seed=k)
        held.append(interval.low <= truth <= interval.high)
    assert 0.90 <= np.mean(held) <= 0.99
