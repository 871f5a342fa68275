"""Probes of numbers and of labels against scikit-learn's models, fold by fold."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from translearn_core.analysis.probing.cross_validation import stratified_folds
from translearn_core.analysis.probing.label_scorer import LabelScorer
from translearn_core.analysis.probing.layer_probing import probe_layers
from translearn_core.analysis.probing.number_scorer import NumberScorer
from translearn_core.config import ProblemType
from translearn_core.results import Estimate
from translearn_core.tasks import Target
from translearn_core.tasks.label_sets.metrics import choose_thresholds

TFIDF = Estimate(0.5, 0.4, 0.6)
TRAIN, TEST = np.arange(240), np.arange(240, 360)
FOLDS = {"folds": 4, "seed": 1}


@pytest.fixture(scope="module")
def features():
    random = np.random.default_rng(0)
    return (random.normal(size=(2, 360, 10)) * 3 + 5).astype(np.float32)


def test_the_probe_of_a_number_is_ridge_regression_with_its_penalty(features):
    values = features[1, :, 0] + np.random.default_rng(1).normal(size=360)
    strata = (values > np.median(values)).astype(np.int64)
    control = np.random.default_rng(2).permutation(values)
    scores = probe_layers(
        {"a": features}, values, TRAIN, TEST, scorer=NumberScorer(), tfidf=TFIDF, strata=strata,
        controls=control[None], **FOLDS,
    )  # fmt: skip
    fold = stratified_folds(strata[TRAIN], 4, 1)
    assert (scores.metric, scores.majority, scores.control_majority.tolist()) == ("pearson", 0.0, [0.0])
    assert scores.test[0, 1] > 0.8 > 0.3 > abs(scores.control_test[0, 0, 1])
    for y, c, tested, held_out in (
        (values, scores.c[0], scores.test[0], scores.cross_validated[0]),
        (control, scores.control_c[0, 0], scores.control_test[0, 0], scores.control_cross_validated[0, 0]),
    ):
        for layer, x in enumerate(features.astype(float)):
            z = StandardScaler().fit(x[TRAIN]).transform(x)  # by all training rows, also in the folds

            def correlation(learn, judge, z=z, y=y, c=c[layer]):
                model = Ridge(alpha=1 / c).fit(z[learn], y[learn])
                return np.corrcoef(model.predict(z[judge]), y[judge])[0, 1]

            assert tested[layer] == pytest.approx(correlation(TRAIN, TEST), abs=1e-5)
            for f in range(4):
                expected = correlation(TRAIN[fold != f], TRAIN[fold == f])
                assert held_out[layer, f] == pytest.approx(expected, abs=1e-5)


def test_the_probe_of_labels_is_logistic_regression_with_thresholds_of_held_out_rows(features):
    labels = (features[1, :, :1] + np.random.default_rng(1).normal(size=(360, 1)) > 6).astype(bool)
    target = Target("topics", ProblemType.MULTI_LABEL, ("a",), labels)
    strata = labels[:, 0].astype(np.int64)
    scores = probe_layers(
        {"a": features}, labels, TRAIN, TEST, scorer=LabelScorer(target), tfidf=TFIDF, strata=strata, **FOLDS
    )
    fold = stratified_folds(strata[TRAIN], 4, 1)
    assert scores.metric == "macro_f1"
    assert scores.majority == pytest.approx(f1_score(labels[TEST, 0], np.ones(len(TEST))))
    assert scores.test[0, 1] > scores.test[0, 0]
    for layer, x in enumerate(features.astype(float)):

        def probability(learn, judge, x=x, c=scores.c[0, layer]):
            model = make_pipeline(StandardScaler(), LogisticRegression(C=c, max_iter=5000))
            return model.fit(x[learn], strata[learn]).predict_proba(x[judge])[:, 1:]

        held_out = np.empty((len(TRAIN), 1))
        for f in range(4):
            held_out[fold == f] = probability(TRAIN[fold != f], TRAIN[fold == f])
        threshold = choose_thresholds(labels[TRAIN], held_out)
        tested = probability(TRAIN, TEST) >= threshold
        assert scores.test[0, layer] == pytest.approx(f1_score(labels[TEST], tested), abs=0.01)
        by_fold = [f1_score(labels[TRAIN][fold == f], held_out[fold == f] >= threshold) for f in range(4)]
        assert scores.cross_validated[0, layer] == pytest.approx(by_fold, abs=0.02)
