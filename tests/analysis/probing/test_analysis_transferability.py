"""LogME against the maximised likelihood, H-score against its definition, tau against scipy."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import kendalltau, multivariate_normal
from sklearn.covariance import LedoitWolf

from translearn_core.analysis.probing.transferability import h_score, logme, logme_of_number, rank_agreement
from translearn_core.errors import TooFewSamplesError


def separable(rows, width, classes, signal, seed=0):
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, rows)
    centres = random.normal(size=(classes, width)) * signal
    return centres[labels] + random.normal(size=(rows, width)) * random.uniform(0.2, 2, width) + 0.5, labels


def best_evidence(x, y):
    """The largest log density of y, normal with covariance 1/beta + x xᵀ/alpha, from several starts."""

    def lost(logs):
        alpha, beta = np.exp(logs)
        covariance = np.eye(len(x)) / beta + x @ x.T / alpha
        return -multivariate_normal(np.zeros(len(x)), covariance).logpdf(y)

    where = {"method": "Nelder-Mead", "bounds": [(-15, 15)] * 2, "options": {"xatol": 1e-4}}
    return -min(minimize(lost, (a, b), **where).fun for a in (-2.0, 3.0) for b in (0.0, 3.0))


@pytest.mark.parametrize(("rows", "width"), [(40, 6), (20, 30)])
def test_logme_is_the_largest_evidence_per_row(rows, width):
    x, labels = separable(rows, width, 3, signal=0.6)
    expected = np.mean([best_evidence(x, (labels == k).astype(float)) for k in range(3)]) / rows
    assert logme(x, labels) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("rows", "width"), [(40, 6), (20, 30)])
def test_logme_of_a_number_is_the_largest_evidence_per_row_in_any_unit(rows, width):
    random = np.random.default_rng(0)
    x = random.normal(size=(rows, width)) + 0.5
    y = x[:, 0] - x[:, 1] + random.normal(size=rows)
    expected = best_evidence(x, (y - y.mean()) / y.std()) / rows
    assert logme_of_number(x, y) == pytest.approx(expected, abs=1e-4)
    assert logme_of_number(x, 1000 * y + 7) == pytest.approx(expected, abs=1e-4)
    assert logme_of_number(x, random.permutation(y)) < expected
    with pytest.raises(TooFewSamplesError):
        logme_of_number(x, np.ones(rows))


def test_logme_does_not_hang_on_scale_or_names_of_classes_or_lost_dimensions():
    x, labels = separable(120, 8, 4, signal=1.0)
    plain = logme(x, labels)
    assert logme(1e3 * x, labels) == pytest.approx(plain, abs=1e-6)
    assert logme(x, 10 + 5 * labels) == pytest.approx(plain, abs=1e-9)
    assert logme(np.hstack([x, np.zeros((120, 3))]), labels) == pytest.approx(plain, abs=1e-6)


@pytest.mark.parametrize("measure", [logme, h_score])
def test_both_rise_with_what_the_vectors_know(measure):
    result = [measure(*separable(400, 12, 4, signal)) for signal in (0.0, 0.3, 0.8, 2.0)]
    assert result == sorted(result)
    assert result[-1] - result[0] > 0.1
    x, labels = separable(400, 12, 4, 2.0)
    assert measure(x, np.random.default_rng(1).permutation(labels)) < result[1]


def test_labels_that_vectors_give_exactly_have_a_finite_score_above_all_others():
    x = np.eye(3)[np.arange(60) % 3]
    exact = logme(x, np.arange(60) % 3)
    noisy = logme(x + 0.01 * np.random.default_rng(0).normal(size=x.shape), np.arange(60) % 3)
    assert np.isfinite(exact)
    assert exact > noisy


def test_the_h_score_is_its_definition_with_sklearns_shrunk_covariance():
    x, labels = separable(150, 20, 5, signal=0.7)
    estimate = LedoitWolf().fit(x)
    means = np.stack([x[labels == k].mean(0) for k in labels]) - x.mean(0)
    between = (1 - estimate.shrinkage_) * means.T @ means / len(x)
    expected = np.trace(np.linalg.inv(estimate.covariance_) @ between)
    assert h_score(x, labels) == pytest.approx(expected)


def test_the_h_score_of_perfect_classes_is_their_number_less_one():
    labels = np.arange(4000) % 4
    x = np.eye(4)[labels] @ np.random.default_rng(0).normal(size=(4, 3))
    x = x + 1e-6 * np.random.default_rng(1).normal(size=x.shape)
    assert h_score(x, labels) == pytest.approx(3, abs=0.02)
    assert h_score(np.ones((20, 3)), labels[:20]) == 0


def test_few_rows_in_many_dimensions_do_not_look_separated():
    random = np.random.default_rng(0)
    x, labels = random.normal(size=(60, 200)), np.arange(60) % 3
    centred = x - x.mean(0)
    means = np.stack([centred[labels == k].mean(0) for k in labels])
    naive = np.trace(np.linalg.pinv(centred.T @ centred) @ means.T @ means)
    assert naive > 1.9
    assert h_score(x, labels) < 0.5


@pytest.mark.parametrize("measure", [logme, h_score])
def test_one_class_is_said(measure):
    with pytest.raises(TooFewSamplesError, match="hold 1 class"):
        measure(np.eye(4), np.zeros(4, dtype=int))


def test_agreement_is_scipys_tau_ties_and_all():
    a, b = [1, 2, 2, 4, 5, 6], [1, 3, 2, 2, 6, 5]
    tau = rank_agreement(a, b)
    assert tau.value == pytest.approx(kendalltau(a, b).statistic)
    assert -1 <= tau.low <= tau.value <= tau.high <= 1
    assert rank_agreement([1, 2, 3], [2, 4, 8]).value == 1
    for few in (([1, 2], [1, 2]), ([1, 1, 1], [1, 2, 3])):
        assert np.isnan([rank_agreement(*few).value, rank_agreement(*few).low]).all()


@pytest.mark.parametrize("pairs", [8, 25])
def test_its_interval_covers_the_true_tau(pairs):
    random, rho = np.random.default_rng(0), 0.6
    truth = 2 / np.pi * np.arcsin(rho)
    held = []
    for k in range(300):
        a = random.normal(size=pairs)
        b = rho * a + np.sqrt(1 - rho**2) * random.normal(size=pairs)
        interval = rank_agreement(a, b, draws=400, seed=k)
        held.append(interval.low <= truth <= interval.high)
    assert 0.90 <= np.mean(held) <= 0.99


def test_pairs_that_share_a_domain_are_not_taken_for_independent_ones():
    random, domains = np.random.default_rng(0), 10
    first, second = np.array([(a, b) for a in range(domains) for b in range(domains) if a != b]).T
    ends = np.stack([first, second], axis=1).astype(str)
    found = {"scores": 0, "domains": 0}
    for k in range(60):  # a distance and a loss that have nothing to do with each other
        of_domain, of_source, of_target = random.normal(size=(3, domains))
        distance = of_domain[first] + of_domain[second] + 0.5 * random.normal(size=len(first))
        loss = of_source[first] + of_target[second] + 0.5 * random.normal(size=len(first))
        found["scores"] += rank_agreement(distance, loss, draws=200, seed=k).low > 0
        found["domains"] += rank_agreement(distance, loss, ends=ends, draws=200, seed=k).low > 0
    assert found["domains"] <= 3 < found["scores"]
    told = rank_agreement(distance, distance + 0.3 * loss, ends=ends)
    assert told.low > 0
    assert told.value == rank_agreement(distance, distance + 0.3 * loss).value
