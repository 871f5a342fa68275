"""Metrics against scikit-learn, the interval of macro-F1 against row resampling and by coverage."""

import time

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from tests.targets import single_label
from translearn_core.errors import TooFewSamplesError
from translearn_core.experiment.evaluation import split_metrics
from translearn_core.results import Metrics
from translearn_core.results.confusion import confusion, per_class
from translearn_core.tasks import PROBLEMS
from translearn_core.tasks.classes.metrics import macro_f1_interval, majority_accuracy
from translearn_core.tasks.problem import constant_score
from translearn_core.transfer import ModelOutputs
from translearn_core.transfer.objectives import CrossEntropy


def classification_metrics(labels, probabilities, *, classes, seed=0) -> Metrics:
    """Metrics of all rows, with logits of these probabilities."""
    target = single_label(labels, classes)
    with np.errstate(divide="ignore"):
        logits = np.maximum(np.log(probabilities), -1e4)
    outputs = ModelOutputs(logits, np.empty((len(labels), 0), dtype=np.float16), target.problem)
    return split_metrics(target, np.arange(len(labels)), outputs, CrossEntropy(), seed=seed)


def noisy(rows, classes, signal, seed):
    """Labels, and probabilities correlated with them."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, rows)
    logits = random.normal(size=(rows, classes))
    logits[np.arange(rows), labels] += signal
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return labels, probabilities.astype(np.float32)


@pytest.mark.parametrize(("rows", "classes", "used"), [(400, 2, 2), (300, 5, 5), (60, 30, 20)])
def test_scores_are_those_of_sklearn(rows, classes, used):
    labels, probabilities = noisy(rows, classes, 1.0, seed=1)
    labels %= used  # with 30 classes some are never a label, and some neither label nor prediction
    result = classification_metrics(labels, probabilities, classes=classes)
    predicted = probabilities.argmax(axis=1)
    assert result.n == rows
    assert result["accuracy"].value == pytest.approx(metrics.accuracy_score(labels, predicted))
    assert result["macro_f1"].value == pytest.approx(metrics.f1_score(labels, predicted, average="macro"))
    exact = probabilities.astype(float) / probabilities.sum(axis=1, dtype=float, keepdims=True)
    reference = metrics.log_loss(labels, exact, labels=np.arange(classes))
    assert result.loss == pytest.approx(reference, abs=1e-5)


def test_a_certain_mistake_costs_what_sklearn_says():
    probabilities = np.array([[1, 0], [1, 0], [0.2, 0.8]], dtype=np.float32)
    labels = np.array([0, 1, 1])
    assert classification_metrics(labels, probabilities, classes=2).loss == pytest.approx(
        metrics.log_loss(labels, probabilities)
    )


def test_no_rows_is_an_error_that_says_so():
    with pytest.raises(TooFewSamplesError, match="0 rows to score"):
        classification_metrics(np.empty(0, dtype=np.int64), np.empty((0, 3), dtype=np.float32), classes=3)


def test_confusion_and_the_per_class_table_are_those_of_sklearn():
    labels, probabilities = noisy(200, 6, 1.0, seed=2)
    labels[labels == 5] = 0  # class 5 has no rows, class 4 no predictions
    predicted = probabilities[:, [0, 1, 2, 3, 5]].argmax(axis=1)
    predicted[predicted == 4] = 5
    counts = confusion(labels, predicted, 6)
    assert np.array_equal(counts, metrics.confusion_matrix(labels, predicted, labels=range(6)))
    columns = metrics.precision_recall_fscore_support(labels, predicted, labels=range(6), zero_division=0)
    reference = pd.DataFrame(dict(zip(["precision", "recall", "f1", "support"], columns, strict=True)))
    reference.insert(0, "label", list("abcdef"))
    pd.testing.assert_frame_equal(per_class(counts, list("abcdef")), reference)


def test_majority_is_the_commonest_training_class_on_test():
    assert majority_accuracy(np.array([0, 1, 1, 2]), np.array([1, 0, 0, 1, 1])) == 0.6
    assert np.isnan(majority_accuracy(np.array([0, 1]), np.empty(0, dtype=np.int64)))
    target = single_label([0, 1, 1, 2, 1, 0, 0, 1, 1], 3)
    problem = PROBLEMS[target.problem]
    assert constant_score(problem, target, np.arange(4), np.arange(4, 9)) == 0.6
    assert np.isnan(constant_score(problem, target, np.arange(4), np.arange(0)))


def test_drawing_cells_is_drawing_rows():
    labels, probabilities = noisy(120, 4, 1.2, seed=3)
    predicted = probabilities.argmax(axis=1)
    random = np.random.default_rng(0)
    scores = []
    for _ in range(1500):
        rows = random.integers(0, 120, 120)
        scores.append(metrics.f1_score(labels[rows], predicted[rows], average="macro"))
    result = macro_f1_interval(confusion(labels, predicted, 4), draws=8000)
    assert [result.low, result.high] == pytest.approx(np.quantile(scores, [0.025, 0.975]), abs=0.012)


def test_macro_f1_interval_covers_the_truth():
    shares = np.array([[0.30, 0.06, 0.02], [0.05, 0.22, 0.03], [0.03, 0.04, 0.25]])
    truth = (2 * np.diag(shares) / (shares.sum(axis=0) + shares.sum(axis=1))).mean()
    random = np.random.default_rng(5)
    inside = 0
    for seed in range(300):
        counts = random.multinomial(300, shares.ravel()).reshape(3, 3)
        interval = macro_f1_interval(counts, seed=seed, draws=400)
        inside += interval.low <= truth <= interval.high
    assert 0.91 < inside / 300 < 0.985


def test_intervals_depend_on_the_seed_only():
    labels, probabilities = noisy(300, 3, 1.0, seed=4)
    first, again, other = (
        classification_metrics(labels, probabilities, classes=3, seed=s) for s in (1, 1, 2)
    )
    assert first == again
    assert first["macro_f1"] != other["macro_f1"]


def test_many_rows_and_classes_are_quick():
    labels, probabilities = noisy(10_000, 77, 4.0, seed=6)
    start = time.process_time()
    classification_metrics(labels, probabilities, classes=77)
    assert time.process_time() - start < 2
