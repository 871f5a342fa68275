"""Head fitted at once: the same as scikit-learn's regression, in a run like any other."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from translearn_core.analysis.probing.linear_probe import LinearProbe
from translearn_core.analysis.tfidf import TfidfClassifier, tfidf_logistic_regression
from translearn_core.config import DataConfig, ExperimentConfig, FreezePlan, HeadConfig, HeadKind
from translearn_core.config.model import Stage

DATA = DataConfig(dataset="d", text="t", label="l")


def blobs(rows=400, width=12, classes=3, seed=0):
    random = np.random.default_rng(seed)
    y = random.choice(classes, rows, p=[0.7, 0.2, 0.1])
    x = random.normal(size=(rows, width)).astype(np.float32) * np.arange(1, width + 1, dtype=np.float32)
    x[np.arange(rows), y] += 2 * np.arange(1, width + 1)[y]
    return x, y


@pytest.mark.parametrize("balanced", [False, True])
def test_weighted_fits_agree_with_scikit_learn(balanced):
    x, y = blobs()
    weight = None
    if balanced:
        counts = np.bincount(y)
        weight = (len(y) / (len(counts) * counts[y])).astype(np.float32)
    probe = LinearProbe.fit(x, y, weight=weight)
    scaled = StandardScaler().fit(x)
    reference = LogisticRegression(C=probe.c[0], max_iter=5000, tol=1e-8)
    reference.fit(scaled.transform(x), y, sample_weight=weight)
    expected = reference.predict_proba(scaled.transform(x))
    layer_weight, bias = probe.linear_layer()
    logits = torch.from_numpy(x) @ layer_weight.T + bias
    assert np.abs(logits.softmax(1).numpy() - expected).max() < 5e-3
    assert (logits.argmax(1).numpy() == probe.predict(x)).all()


@pytest.mark.parametrize(
    ("field", "settings"),
    [
        ("freeze", {"freeze": FreezePlan(blocks=(1,))}),
        ("stages", {"stages": (Stage(freeze=FreezePlan(), epochs=1),)}),
        ("resume_from", {"resume_from": "j"}),
        ("augment.copies", {"backbone": {"id": "tf-idf"}, "augment": {"copies": 1}}),
    ],
)
def test_what_a_probe_cannot_have_is_refused_by_name(field, settings):
    with pytest.raises(ValueError, match=field):
        ExperimentConfig(
            data=DataConfig(dataset="d", text="t", label="l"),
            head=HeadConfig(kind=HeadKind.PROBE),
            **settings,
        )


def test_tf_idf_takes_no_other_head():
    with pytest.raises(ValueError, match=r"head\.kind"):
        ExperimentConfig(data=DATA, backbone={"id": "tf-idf"})


TEXTS = [
    "good film",
    "bad film",
    "good good plot",
    "bad plot",
    "a good one",
    "what a bad film",
    "good",
    "bad",
]
LABELS = np.array([2, 0, 2, 0, 2, 0, 2, 0])


def test_a_tf_idf_model_knows_its_classes_and_never_answers_an_absent_one():
    model = TfidfClassifier.fit(TEXTS, LABELS, 3, seed=0)
    logits = model.logits(model.vectors(["good plot", "bad one", "never seen", ""]))
    assert logits.shape == (4, 3)
    assert logits.argmax(1)[:2].tolist() == [2, 0]
    assert (logits.argmax(1) != 1).all()
    assert model.weight.shape == (3, len(model.terms))
    assert model.project(model.vectors(TEXTS)).shape == (8, len(model.terms))


def test_two_classes_have_the_probabilities_of_scikit_learn():
    model = TfidfClassifier.fit(TEXTS, LABELS // 2, 2, seed=0, strengths=(10.0,))
    logits = torch.from_numpy(model.logits(model.vectors(TEXTS)))
    reference = LogisticRegression(C=10.0, tol=1e-8).fit(model.vectors(TEXTS), LABELS // 2)
    expected = reference.predict_proba(model.vectors(TEXTS))
    assert np.abs(logits.softmax(1).numpy() - expected).max() < 0.02


@pytest.mark.parametrize(
    ("texts", "labels"), [(["!!", "…"], [1, 1]), (["a b", "c"], [1, 1]), (["", "?"], [0, 1])]
)
def test_without_words_or_with_one_class_the_commonest_class_is_predicted(texts, labels):
    model = TfidfClassifier.fit(texts, np.array(labels), 2, seed=0)
    assert not model.terms
    assert model.logits(model.vectors(["x"])).argmax() == np.bincount(labels, minlength=2).argmax()
    predicted = tfidf_logistic_regression(texts, np.array(labels), ["x", "y"], seed=0)
    assert predicted.tolist() == [np.bincount(labels).argmax()] * 2
