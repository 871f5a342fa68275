"""Confident learning against the paper's equations, planted errors, and interval coverage."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from translearn_core.analysis.error_analysis import label_issues
from translearn_core.analysis.error_analysis.label_issues import find_label_issues
from translearn_core.analysis.probing.cross_validation import stratified_folds
from translearn_core.analysis.probing.linear_probe import LinearProbe
from translearn_core.errors import TooFewSamplesError


def out_of_fold_probabilities(x, labels, folds=5, seed=0, groups=None):
    return LinearProbe.fit(x, labels, stratified_folds(labels, folds, seed, groups)).held_out_proba()


def noisy(random, n, classes=3, wrong=0.1, sharp=4.0):
    """Distributions, labels drawn from them, and those labels with random errors."""
    p = random.dirichlet(np.full(classes, 1 / sharp), n)
    true = (p.cumsum(axis=1) < random.random((n, 1))).sum(axis=1).clip(max=classes - 1)
    spoilt = random.random(n) < wrong
    given = np.where(spoilt, (true + random.integers(1, classes, n)) % classes, true)
    return p, true, given


def joint_written_out(p, labels):
    """Equations 1 to 3 with thresholds above chance: each row's confident class, and the calibrated joint."""
    n, k = p.shape
    thresholds = [max(p[labels == j, j].mean(), 1 / k) if (labels == j).any() else np.inf for j in range(k)]
    counts, classes = np.zeros((k, k)), np.full(n, -1)
    for row in range(n):
        above = [j for j in range(k) if p[row, j] >= thresholds[j]]
        if above:
            classes[row] = max(above, key=lambda j: p[row, j])
            counts[labels[row], classes[row]] += 1
    of_label = np.bincount(labels, minlength=k)
    joint = counts / np.maximum(counts.sum(1, keepdims=True), 1) * of_label[:, None]
    return classes, joint / joint.sum()


@pytest.mark.parametrize("seed", range(3))
def test_suspects_and_share_are_the_papers(seed):
    p, _, given = noisy(np.random.default_rng(seed), 400)
    classes, joint = joint_written_out(p, given)
    result = find_label_issues(p, given, limit=1000)
    assert result.share.value == pytest.approx(1 - joint.trace())
    likelier = p[np.arange(len(p)), classes] > p[np.arange(len(p)), given]
    expected = np.flatnonzero((classes >= 0) & (classes != given) & likelier)
    assert set(result.rows) == set(expected)
    assert result.n_issues == len(expected) > 10
    assert np.array_equal(result.suggested, classes[result.rows])
    assert np.array_equal(result.given, given[result.rows])
    margins = [p[row, given[row]] - np.delete(p[row], given[row]).max() for row in result.rows]
    assert result.margin == pytest.approx(margins)
    assert margins == sorted(margins)


def test_a_toy_by_hand():
    p = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8], [0.3, 0.7], [0.75, 0.25]])
    labels = np.array([0, 0, 0, 1, 1, 1])  # thresholds 0.6 and 7/12
    result = find_label_issues(p, labels, limit=1)
    assert result.rows.tolist() == [2]
    assert (result.suggested.tolist(), result.n_issues) == ([1], 2)
    assert result.margin == pytest.approx([-0.8])
    assert result.share.value == pytest.approx(1 / 3)


def test_a_class_that_is_never_predicted_is_suggested_to_nobody():
    random = np.random.default_rng(7)
    labels = np.repeat([0, 1, 2], [60, 60, 2])  # the third is a misspelt second one
    p = np.column_stack([random.uniform(0.6, 0.9, 122), np.zeros(122), random.uniform(0.0001, 0.001, 122)])
    p[:, 1] = 1 - p[:, 0] - p[:, 2]
    p[60:, [0, 1]] = p[60:, [1, 0]]
    result = find_label_issues(p, labels)
    assert 0 < result.n_issues <= 2
    assert set(result.rows) <= {120, 121}
    assert set(result.suggested) == {1}


def test_planted_errors_come_first():
    p, true, given = noisy(np.random.default_rng(3), 3000, wrong=0.08, sharp=20)
    result = find_label_issues(p, given, limit=100)
    assert (true != given)[result.rows].mean() > 0.9
    assert (result.suggested == true[result.rows]).mean() > 0.9
    assert len(result.rows) == 100 < result.n_issues


def test_equal_rows_and_absent_classes_do_no_harm():
    p = np.tile([0.7, 0.2, 0.1], (7, 1))
    result = find_label_issues(p, np.zeros(7, dtype=int))
    assert (result.n_issues, result.share.value) == (0, 0.0)
    assert result.share.low == result.share.high == 0
    none = find_label_issues(np.zeros((0, 3)), np.zeros(0, dtype=int))
    assert (len(none.rows), none.n_issues) == (0, 0)
    assert np.isnan([none.share.value, none.share.low]).all()


def test_the_shares_interval_covers_what_endless_rows_would_give(monkeypatch):
    monkeypatch.setattr(label_issues, "DRAWS", 150)
    random = np.random.default_rng(4)
    p, _, given = noisy(random, 20_000, wrong=0.1)
    truth = find_label_issues(p, given, limit=0).share.value
    held = []
    for k in range(150):
        some = random.integers(0, len(given), 250)
        interval = find_label_issues(p[some], given[some], seed=k).share
        held.append(interval.low <= truth <= interval.high)
    assert 0.90 <= np.mean(held) <= 0.99


def test_out_of_fold_is_sklearns_cross_validated_probability():
    random = np.random.default_rng(5)
    labels = np.arange(200) % 3
    x = (random.normal(size=(3, 10))[labels] + random.normal(size=(200, 10)) * 2).astype(np.float16)
    result = out_of_fold_probabilities(x, labels, folds=4, seed=1)
    fold = stratified_folds(labels, 4, 1)
    c = LinearProbe.fit(x, labels, fold).c[0]
    assert result.shape == (200, 3)
    assert result.sum(axis=1) == pytest.approx(np.ones(200), abs=1e-5)
    for f in range(4):
        probe = make_pipeline(StandardScaler(), LogisticRegression(C=c, max_iter=5000, tol=1e-6))
        probe.fit(x[fold != f].astype(float), labels[fold != f])
        assert result[fold == f] == pytest.approx(probe.predict_proba(x[fold == f].astype(float)), abs=3e-3)


def test_a_copy_in_another_fold_would_give_its_row_away():
    random = np.random.default_rng(6)
    once, labels = random.normal(size=(60, 100)), random.integers(0, 2, 60)
    x, twice = np.tile(once, (2, 1)), np.tile(labels, 2)
    leaks = out_of_fold_probabilities(x, twice)[np.arange(120), twice].mean()
    probability_of_label = out_of_fold_probabilities(x, twice, groups=np.tile(np.arange(60), 2))[
        np.arange(120), twice
    ].mean()
    assert leaks > 0.8
    assert probability_of_label < 0.65
    with pytest.raises(TooFewSamplesError, match="3 groups of training rows"):
        out_of_fold_probabilities(x[:9], twice[:9], groups=np.repeat([0, 1, 2], 3))


def test_planted_errors_are_found_from_features_alone():
    random = np.random.default_rng(7)
    true = random.integers(0, 3, 600)
    x = 3 * random.normal(size=(3, 12))[true] + random.normal(size=(600, 12))
    given = true.copy()
    given[:40] = (true[:40] + 1) % 3
    result = find_label_issues(out_of_fold_probabilities(x, given), given)
    assert len(set(range(40)) & set(result.rows[:45])) >= 32
    assert result.share.value == pytest.approx(40 / 600, abs=0.02)
