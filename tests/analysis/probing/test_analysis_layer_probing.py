"""Probes against scikit-learn's logistic regression, fold by fold."""

from functools import partial
from threading import get_ident

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from translearn_core.analysis.intervals import row_score_interval
from translearn_core.analysis.probing.class_scorer import ClassScorer
from translearn_core.analysis.probing.cross_validation import stratified_folds
from translearn_core.analysis.probing.layer_probing import probe_layers
from translearn_core.analysis.probing.logistic_regression import (
    TOLERANCE,
    BatchedProblem,
    BatchedRegression,
    thread_pools,
)
from translearn_core.errors import Stopped, TooFewSamplesError, TrainingError
from translearn_core.results import Estimate, ProbeScores
from translearn_core.runs import artifacts
from translearn_core.tasks.classes.metrics import majority_accuracy

probe_classes = partial(probe_layers, scorer=ClassScorer())
TFIDF = Estimate(0.7, 0.65, 0.75)


def layers_of(rows, classes, width=24, layers=2, signal=0.35, seed=0):
    """Labels, and layers of correlated features whose class signal grows with depth."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, rows)
    centres = random.normal(size=(classes, width))
    mix = random.normal(size=(width, width)) / np.sqrt(width)
    noise = random.normal(size=(layers, rows, width))
    strengths = signal * np.arange(1, layers + 1)[:, None, None]
    return labels, (((strengths * centres[labels] + noise) @ mix) * 3 + 5).astype(np.float32)


def fit_of(x, labels, seen, classes, strengths=(1.0,)):
    with thread_pools(1) as (pool,):
        regression = BatchedRegression(
            BatchedProblem(*map(torch.from_numpy, (x, labels, seen)), classes), pool
        )
        every = torch.arange(labels.shape[1] * seen.shape[1])
        for c in strengths:
            regression.fit(c, every, TOLERANCE, lambda share: None)
    return regression


def probabilities(regression, labelling, part, x):
    return regression.logits(torch.from_numpy(x), labelling, part).softmax(dim=1).numpy()


@pytest.mark.parametrize("strengths", [(1.0,), (0.01,), (0.001, 0.1)])  # the last one with a warm start
@pytest.mark.parametrize("classes", [2, 3, 12])
def test_every_fit_of_a_batch_is_sklearns(classes, strengths):
    labels, (x, _) = layers_of(400, classes)
    targets = np.stack([labels, np.random.default_rng(1).permutation(labels)], axis=1)
    seen = np.ones((400, 3), dtype=np.float32)
    seen[:150, 0] = seen[150:200, 1] = 0
    scaled = StandardScaler().fit_transform(x)
    fits = fit_of(scaled, targets, seen, classes, strengths)
    for target, part in np.ndindex(2, 3):
        rows = seen[:, part] > 0
        model = LogisticRegression(C=strengths[-1], max_iter=5000, tol=1e-6)
        reference = make_pipeline(StandardScaler(), model)
        reference.fit(scaled[rows].astype(float), targets[rows, target])
        expected = reference.predict_proba(scaled.astype(float))
        assert probabilities(fits, target, part, scaled) == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("classes", [3, 4])
def test_a_fit_that_never_saw_a_class_is_the_fit_without_it(classes):
    labels, (x, _) = layers_of(300, classes)
    scaled = StandardScaler().fit_transform(x)
    seen = np.ones((300, 2), dtype=np.float32)
    seen[labels == 1, 1] = 0
    fits = fit_of(scaled, labels[:, None], seen, classes)
    rows = labels != 1
    reference = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000, tol=1e-6))
    expected = reference.fit(scaled[rows].astype(float), labels[rows]).predict_proba(scaled.astype(float))
    result = probabilities(fits, 0, 1, scaled)
    assert not result[:, 1].any()
    assert np.delete(result, 1, axis=1) == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("classes", [2, 8])
def test_probes_agree_with_sklearn_layer_by_layer_and_fold_by_fold(classes):
    labels, features = layers_of(900, classes)
    train, test = np.arange(600), np.arange(600, 900)
    control = np.random.default_rng(1).permutation(labels)
    result = probe_classes(
        {"pretrained": features}, labels, train, test, tfidf=TFIDF, controls=control[None], folds=4, seed=3
    )
    fold = stratified_folds(labels[train], 4, 3)
    assert result.cross_validated.shape == (1, 2, 4)
    assert result.control_cross_validated.shape == (1, 1, 2, 4)
    of_control = (
        result.control_cross_validated,
        result.control_test,
        result.control_low,
        result.control_high,
        result.control_c,
    )
    for y, (held_out, scores, low, high, c) in (
        (labels, (result.cross_validated, result.test, result.low, result.high, result.c)),
        (control, [scores[0] for scores in of_control]),
    ):
        for layer in range(2):
            x = features[layer].astype(float)

            def correct(learn, judge, x=x, y=y, c=c[0, layer]):
                probe = make_pipeline(StandardScaler(), LogisticRegression(C=c, max_iter=5000))
                return probe.fit(x[learn], y[learn]).predict(x[judge]) == y[judge]

            on_test = correct(train, test)
            interval = row_score_interval(on_test)
            assert scores[0, layer] == pytest.approx(on_test.mean(), abs=0.005)
            assert low[0, layer] == pytest.approx(interval.low, abs=0.007)
            assert high[0, layer] == pytest.approx(interval.high, abs=0.007)
            for f in range(4):
                expected = correct(train[fold != f], train[fold == f]).mean()
                assert held_out[0, layer, f] == pytest.approx(expected, abs=0.0067)  # a row of 150
    assert (
        result.test[0, 1]
        > result.test[0, 0]
        > result.majority
        == majority_accuracy(labels[train], labels[test])
    )
    assert (result.n_train, result.n_test, result.tfidf) == (600, 300, TFIDF)


@pytest.mark.parametrize("classes", [4, 30])  # in one batch, and in several
def test_a_control_beside_the_labels_is_a_probe_of_its_own(classes):
    labels, features = layers_of(400, classes)
    folds = {"train": np.arange(300), "test": np.arange(300, 400), "tfidf": TFIDF, "folds": 4}
    # Renamed labels give the same folds, as folds are stratified by the real labels.
    renamed, coarse = classes - 1 - labels, labels // 2
    result = probe_classes({"a": features}, labels, **folds, controls=np.stack([labels, coarse, renamed]))
    alone = probe_classes({"a": features}, labels, **folds)
    assert np.array_equal(result.cross_validated, alone.cross_validated)
    assert np.array_equal(result.test, alone.test)
    for same in (0, 2):
        assert result.control_cross_validated[same] == pytest.approx(alone.cross_validated, abs=0.0134)
        assert result.control_test[same] == pytest.approx(alone.test, abs=0.01)
        assert result.control_low[same] == pytest.approx(alone.low, abs=0.015)
        assert result.control_high[same] == pytest.approx(alone.high, abs=0.015)
    of_coarse = probe_classes({"a": features}, coarse, **folds)
    assert result.control_test[1] == pytest.approx(of_coarse.test, abs=0.01)  # other folds
    expected = [majority_accuracy(y[:300], y[300:]) for y in (labels, coarse, renamed)]
    assert result.control_majority.tolist() == expected


def test_random_labels_are_not_found_by_a_probe_that_finds_the_real_ones():
    labels, features = layers_of(300, 2, signal=1.0)
    control = np.random.default_rng(1).integers(0, 2, (1, 300))
    result = probe_classes(
        {"a": features}, labels, np.arange(200), np.arange(200, 300), tfidf=TFIDF, controls=control
    )
    assert result.test.min() > 0.8
    assert result.control_test.max() < 0.65


@pytest.mark.parametrize("count", [0, 2])
def test_scores_come_back_from_disk_and_their_table_names_the_controls(tmp_path, count):
    labels, features = layers_of(120, 3)
    controls = np.random.default_rng(1).integers(0, 3, (count, 120))
    scores = probe_classes(
        {"a": features, "b": features + 1},
        labels,
        np.arange(80),
        np.arange(80, 120),
        tfidf=TFIDF,
        controls=controls if count else None,
    )
    artifacts.save(tmp_path, scores)
    back = artifacts.load(tmp_path, ProbeScores)
    for name in ("cross_validated", "test", "low", "high", "c", "majority"):
        probed = getattr(back, f"control_{name}")
        assert np.array_equal(probed, getattr(scores, f"control_{name}"))
        assert len(probed) == count
    pd.testing.assert_frame_equal(back.frame(), scores.frame())
    names = [name for name in scores.frame().columns if name.startswith("control")]
    assert names == [
        f"control {c} {name}"
        for c in range(1, count + 1)
        for name in ("cross-validated", "test", "test low", "test high", "C")
    ]
    if count:
        last = scores.frame().iloc[-1]
        assert last["control 2 test"] == scores.control_test[1, 1, 1]
        assert last["control 2 cross-validated"] == scores.control_cross_validated[1, 1, 1].mean()


def test_cross_validation_does_not_leak_the_rows_it_holds_out():
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, 120)
    noise = random.normal(size=(1, 120, 200)).astype(np.float32)  # wide enough to memorise every label
    result = probe_classes({"a": noise}, labels, np.arange(100), np.arange(100, 120), tfidf=TFIDF)
    assert abs(result.cross_validated.mean() - 0.5) < 0.2


def test_folds_are_alike_overall_and_in_every_class():
    labels = np.repeat([0, 1, 2, 3], [50, 23, 4, 1])
    fold = stratified_folds(labels, 5, seed=0)
    for rows in [np.ones(78, dtype=bool), *(labels == c for c in range(4))]:
        sizes = np.bincount(fold[rows], minlength=5)
        assert sizes.max() - sizes.min() <= 1
    assert np.array_equal(fold, stratified_folds(labels, 5, seed=0))
    assert not np.array_equal(fold, stratified_folds(labels, 5, seed=1))


def test_a_class_with_one_row_counts_as_wrong_and_nothing_breaks():
    labels, features = layers_of(60, 2, layers=1, signal=3.0)
    labels[7] = 2
    result = probe_classes({"a": features}, labels, np.arange(50), np.arange(50, 60), tfidf=TFIDF)
    fold = stratified_folds(labels[:50], 5, 0)[7]
    assert result.cross_validated[0, 0, fold] == pytest.approx(0.9)
    assert result.test[0, 0] == 1.0


def test_a_fold_that_leaves_one_class_predicts_it():
    labels = np.array([0] * 9 + [1])
    features = np.random.default_rng(0).normal(size=(1, 10, 3)).astype(np.float32)
    result = probe_classes({"a": features}, labels, np.arange(10), np.arange(0), tfidf=TFIDF)
    fold = stratified_folds(labels, 5, 0)[9]
    assert result.cross_validated[0, 0, fold] == 0.5
    assert np.isnan([result.test, result.low, result.high, [[result.majority]]]).all()


def test_constant_and_huge_columns_do_no_harm():
    labels, features = layers_of(300, 3, layers=1)
    odd = np.concatenate([features, np.full((1, 300, 2), 0.3), features[:, :, :1] * 1e4], axis=2)
    with_copy = np.concatenate([features, features[:, :, :1]], axis=2)
    train, test = np.arange(200), np.arange(200, 300)
    scores = [
        probe_classes({"a": x.astype(np.float32)}, labels, train, test, tfidf=TFIDF).cross_validated
        for x in (odd, with_copy)
    ]
    assert scores[0] == pytest.approx(scores[1], abs=0.03)


def test_equal_layers_are_computed_once():
    labels, features = layers_of(120, 2, layers=3)
    tuned = features.copy()
    tuned[2] += np.random.default_rng(1).normal(size=tuned[2].shape)
    shares = []
    result = probe_classes(
        {"pretrained": features.astype(np.float16), "fine-tuned": tuned.astype(np.float16)},
        labels,
        np.arange(80),
        np.arange(80, 120),
        tfidf=TFIDF,
        progress=lambda done, total: shares.append((done, total, get_ident())),
    )
    assert np.array_equal(result.cross_validated[0, :2], result.cross_validated[1, :2])
    assert np.array_equal(result.test[0, :2], result.test[1, :2])
    assert not np.array_equal(result.cross_validated[0, 2], result.cross_validated[1, 2])
    done, totals, threads = zip(*shares, strict=True)
    assert list(done) == sorted(done)
    assert set(totals) == {4}  # two layers are frozen
    assert set(threads) == {get_ident()}  # progress callbacks may be bound to one thread
    assert done[-1] == 4
    assert any(d % 1 for d in done)


def test_the_same_seed_gives_the_same_scores():
    labels, features = layers_of(150, 4)
    one, two, other = (
        probe_classes({"a": features}, labels, np.arange(100), np.arange(100, 150), tfidf=TFIDF, seed=s)
        for s in (0, 0, 1)
    )
    assert np.array_equal(one.cross_validated, two.cross_validated)
    assert not np.array_equal(one.cross_validated, other.cross_validated)
    assert np.array_equal(one.test, other.test)  # the seed decides the folds only


def test_progress_may_stop_it_and_torch_keeps_its_threads():
    labels, features = layers_of(100, 2)
    threads = torch.get_num_threads()

    def stop(done, total):
        raise Stopped

    with pytest.raises(Stopped):
        probe_classes({"a": features}, labels, np.arange(80), np.arange(80, 100), tfidf=TFIDF, progress=stop)
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize(
    ("labels", "message"),
    [([0, 1, 0], "3 training rows.* 5 folds"), ([1] * 20, "The training rows hold 1 class")],
)
def test_too_little_to_probe_is_said(labels, message):
    x = np.zeros((1, len(labels), 4), dtype=np.float32)
    with pytest.raises(TooFewSamplesError, match=message):
        probe_classes({"a": x}, np.array(labels), np.arange(len(labels)), np.arange(0), tfidf=TFIDF)


def test_a_diverged_training_is_named():
    labels, features = layers_of(50, 2)
    features[1, 3, 3] = np.nan
    with pytest.raises(TrainingError, match="Layer 1 of the fine-tuned backbone"):
        probe_classes({"fine-tuned": features}, labels, np.arange(40), np.arange(40, 50), tfidf=TFIDF)
