"""The choice of C: what it gains, what it sees, ties and tiny classes."""

from functools import partial

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from translearn_core.analysis.probing import linear_probe
from translearn_core.analysis.probing.class_scorer import ClassScorer
from translearn_core.analysis.probing.cross_validation import stratified_folds
from translearn_core.analysis.probing.layer_probing import probe_layers
from translearn_core.analysis.probing.linear_probe import FALLBACK, STRENGTHS, LinearProbe
from translearn_core.results import Estimate

probe_classes = partial(probe_layers, scorer=ClassScorer())
TFIDF = Estimate(0.7, 0.65, 0.75)


def rows_of(count, width=150, signal=0.25, classes=3, seed=0):
    """Wide, noisy features, in which weak regularisation overfits."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, count)
    centres = np.random.default_rng(99).normal(size=(classes, width))
    return (signal * centres[labels] + random.normal(size=(count, width))).astype(np.float32), labels


def sklearns(c):
    return make_pipeline(StandardScaler(), LogisticRegression(C=c, max_iter=5000, tol=1e-6))


def log_loss_by_strength(x, labels, fold):
    """Cross-validated log loss of scikit-learn's regression, for each strength."""
    losses = []
    for c in STRENGTHS:
        held = [sklearns(c).fit(x[fold != f], labels[fold != f]) for f in range(fold.max() + 1)]
        log_p = [m.predict_log_proba(x[fold == f]) for f, m in enumerate(held)]
        losses.append(
            -sum(p[np.arange(len(p)), labels[fold == f]].sum() for f, p in enumerate(log_p)) / len(labels)
        )
    return losses


def test_the_chosen_strength_beats_one_where_labels_are_noisy():
    x, labels = rows_of(1400, width=80)
    train, test = np.arange(400), np.arange(400, 1400)
    labels[:120] = np.random.default_rng(3).integers(0, 3, 120)  # C = 1 memorises them
    scores = probe_classes({"a": x[None]}, labels, train, test, tfidf=TFIDF)
    assert scores.c[0, 0] < 1
    weak = sklearns(1.0).fit(x[train], labels[train]).score(x[test], labels[test])
    assert scores.test[0, 0] > weak + 0.03


@pytest.mark.parametrize(("count", "signal"), [(200, 0.25), (200, 1.0), (1500, 0.3)])
def test_the_strength_is_the_one_scikit_learn_would_choose_and_so_are_the_predictions(count, signal):
    x, labels = rows_of(count + 300, width=40, signal=signal)
    fold = stratified_folds(labels[:count], 4, 0)
    probe = LinearProbe.fit(x[:count], labels[:count], fold)
    assert probe.c[0] == STRENGTHS[int(np.argmin(log_loss_by_strength(x[:count], labels[:count], fold)))]
    reference = sklearns(probe.c[0]).fit(x[:count], labels[:count])
    assert (probe.predict(x[count:]) == reference.predict(x[count:])).mean() > 0.99
    for f in range(4):
        held = sklearns(probe.c[0]).fit(x[:count][fold != f], labels[:count][fold != f])
        expected = held.predict_proba(x[:count][fold == f])
        assert probe.held_out_proba()[fold == f] == pytest.approx(expected, abs=3e-3)


def test_each_labelling_has_the_strength_it_would_have_alone():
    x, labels = rows_of(300, width=60, signal=0.8)
    noise = np.random.default_rng(1).permutation(labels)
    fold = stratified_folds(labels, 5, 0)
    both = LinearProbe.fit(x, np.stack([labels, noise]), fold)
    alone = [LinearProbe.fit(x, y, fold) for y in (labels, noise)]
    assert both.c.tolist() == [float(one.c[0]) for one in alone]
    assert both.c[0] > both.c[1] == STRENGTHS[0]  # nothing can be learnt from noise
    for k, one in enumerate(alone):
        assert (both.predict(x, k) == one.predict(x)).mean() > 0.99


def test_test_rows_have_no_part_in_the_choice():
    x, labels = rows_of(400)
    train, test = np.arange(200), np.arange(200, 400)
    scores = probe_classes({"a": x[None]}, labels, train, test, tfidf=TFIDF)
    moved, other = x.copy(), labels.copy()
    moved[test] = 1e3 * np.random.default_rng(2).normal(size=moved[test].shape)
    other[test] = (labels[test] + 1) % 3
    changed = probe_classes({"a": moved[None]}, other, train, test, tfidf=TFIDF)
    assert np.array_equal(changed.c, scores.c)
    assert np.array_equal(changed.cross_validated, scores.cross_validated)
    assert changed.test[0, 0] < scores.test[0, 0] - 0.2


def test_rows_that_do_not_count_have_no_part_in_the_choice():
    x, labels = rows_of(300, width=60, signal=0.8)
    noisy = labels.copy()
    noisy[150:] = np.random.default_rng(1).permutation(labels[150:])
    fold = stratified_folds(labels, 5, 0)
    first = np.arange(300) < 150
    last = LinearProbe.fit(x, noisy, fold, scored=~first[None])
    assert LinearProbe.fit(x, noisy, fold, scored=first[None]).c[0] > last.c[0]


def test_progress_rises_to_the_end_and_may_stop_the_fit():
    x, labels = rows_of(120, width=20)
    shares = []
    LinearProbe.fit(x, labels, progress=shares.append)
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] <= 1

    def stop(share):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        LinearProbe.fit(x, labels, progress=stop)


@pytest.mark.parametrize("labels", [[0], [0, 0, 0, 0], [2, 2], [0, 1], [0, 1, 2, 3]])
def test_where_no_row_can_be_compared_the_strength_is_the_fallback(labels):
    x = np.random.default_rng(0).normal(size=(len(labels), 5)).astype(np.float32)
    probe = LinearProbe.fit(x, np.array(labels))
    assert probe.c[0] == FALLBACK
    assert np.array_equal(probe.predict(x), labels)


def test_a_class_of_one_row_does_not_move_the_choice():
    x, labels = rows_of(200, width=30, signal=0.8)
    fold = stratified_folds(labels, 5, 0)
    one_more = np.concatenate([x, 50 * np.ones((1, 30), dtype=np.float32)])
    probe = LinearProbe.fit(one_more, np.append(labels, 3), np.append(fold, 0))
    assert probe.c[0] == LinearProbe.fit(x, labels, fold).c[0]
    assert probe.held_out_proba()[-1, 3] == 0  # no other fold has its class
    assert probe.predict(one_more)[-1] == 3


def test_equal_losses_go_to_the_stronger_regularisation(monkeypatch):
    monkeypatch.setattr(linear_probe, "_held_out_likelihood", lambda *_: -1.0)
    x, labels = rows_of(60, width=5)
    assert LinearProbe.fit(x, labels).c[0] == STRENGTHS[0]


def test_two_rows_in_each_class_are_enough_to_choose():
    x, labels = rows_of(400, width=20, signal=1.0, classes=8)
    few = np.concatenate([np.flatnonzero(labels == k)[:2] for k in range(8)])
    probe = LinearProbe.fit(x[few], labels[few])
    assert probe.c[0] in STRENGTHS
    assert (probe.predict(x) == labels).mean() > 0.5


def test_labels_may_be_read_only():
    x, labels = rows_of(40, width=5)
    labels.setflags(write=False)
    assert LinearProbe.fit(x, labels).c[0] in STRENGTHS
