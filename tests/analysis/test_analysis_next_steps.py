"""Rules of the next steps: they apply where their number says so, and say that number."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from translearn_core.analysis.advisor.next_steps import (
    MORE_LABELS,
    RunFacts,
    propose,
    rows_for_margin,
    slope,
)
from translearn_core.results import (
    Baseline,
    Baselines,
    Difference,
    EpochPoint,
    Estimate,
    Evaluation,
    History,
    LabelEfficiency,
    LabelReview,
    Metrics,
    RunSummary,
)
from translearn_core.results.diagnostics.label_review import REASONS

CLASSES = ("bill", "card", "fees")


def evaluation(confusion):
    """Return the evaluation with a confusion matrix on test."""
    lines = [
        (CLASSES[i], CLASSES[j]) for i in range(3) for j in range(3) for _ in range(int(confusion[i][j]))
    ]
    label, predicted = zip(*lines, strict=True)
    table = pd.DataFrame({"row": range(len(lines)), "split": "test", "text": "t", "label": label})
    table["predicted"] = predicted
    table["score"] = (table["label"] == table["predicted"]).astype(float)
    right = int(table["score"].sum())
    metrics = Metrics(len(lines), {"accuracy": Estimate.share(right, len(lines))}, 0.5)
    return Evaluation(CLASSES, {"test": metrics}, 0.4, table)


def facts(confusion=((40, 0, 0), (0, 40, 0), (0, 0, 40)), train=(0.9, 0.95), validation=(0.8, 0.85), **more):
    scored = evaluation(confusion)
    test = scored.metrics["test"]
    best = int(np.argmax(validation)) + 1
    points = [
        EpochPoint(k, k, {"loss": 1.0, "accuracy": t}, {"accuracy": v, "macro_f1": v}, 1.0, k == best)
        for k, (t, v) in enumerate(zip(train, validation, strict=True), 1)
    ]
    summary = RunSummary(
        "CPU", "float32", {"total": 1.0}, {"trainable": 1, "total": 1}, test, test, 0.4, len(points), best, 4
    )
    given = {"evaluation": scored, "summary": summary, "history": History((), tuple(points))}
    return RunFacts(**{**given, "n_blocks": 6, "fitted_at_once": False, **more})


def steps(given):
    return {step.code: step for step in propose(given)}


def curve(scores, sizes=(200, 400)):
    values = np.asarray(scores, dtype=float)
    mean = np.nanmean(values, axis=2)
    return LabelEfficiency(
        names=("frozen probe",), sizes=sizes, seeds=tuple(range(values.shape[2])), reference_size=64,
        n_validation=50, n_test=100, metric="accuracy", constant_name="c", constant_baseline=0.3,
        sentences=(), scores=values, mean=mean, low=mean, high=mean,
        layers=np.zeros(values.shape[1:], dtype=np.int64), c=np.ones(values.shape[1:]),
    )  # fmt: skip


@pytest.mark.parametrize("gain", [0.04, 0.0, -0.02])
def test_the_gain_of_more_labels_is_that_of_the_last_doubling(gain):
    noise = np.array([0.001, -0.001, 0.0, 0.002])
    given = curve([[[0.7] * 4, (0.7 + gain + noise).tolist()]])
    step = steps(facts(label_efficiency=given))["more labels"]
    expected = (gain + noise.mean()) * np.log2((400 + MORE_LABELS) / 400)
    assert step.number.value == pytest.approx(expected)
    said = step.sentence.replace("−", "-")
    value, low, high = map(float, re.search(r"about (\S+) points \(95 %: (\S+) to (\S+)\)", said).groups())
    assert value == pytest.approx(100 * expected, abs=0.051)
    assert (low, high) == pytest.approx((100 * step.number.low, 100 * step.number.high), abs=0.051)
    assert (step.title == "Label more rows") == (step.number.low > 0) == (gain > 0.01)


def test_one_draw_has_a_slope_without_an_interval():
    assert np.isnan(slope(curve([[[0.7], [0.75]]]), 0).low)


def test_confused_classes_are_proposed_with_the_accuracy_of_their_union():
    confusion = ((30, 9, 0), (6, 30, 1), (1, 0, 43))
    step = steps(facts(confusion))["merge"]
    errors, rows, both = 17, 120, 15
    assert step.number == Estimate.share(rows - errors + both, rows)
    assert f"{both} of the {errors} errors" in step.sentence
    assert "bill" in step.title
    assert "card" in step.title


@pytest.mark.parametrize(
    "confusion", [((40, 2, 2), (2, 36, 2), (2, 2, 40)), ((40, 0, 0), (0, 40, 0), (0, 0, 40))]
)
def test_classes_with_few_or_scattered_errors_are_left_alone(confusion):
    assert "merge" not in steps(facts(confusion))


@pytest.mark.parametrize(("low", "proposed"), [(-0.02, True), (0.0, True), (0.01, False)])
def test_another_backbone_is_proposed_where_words_do_as_well(low, proposed):
    test = evaluation(((40, 0, 0), (0, 40, 0), (0, 0, 40))).metrics["test"]
    line = Baseline("TF-IDF", test.scores, Difference(0.02, low, 0.05, 1), "")
    found = steps(facts(baselines=Baselines(test, 100, (line,))))
    assert ("backbone" in found) is proposed


def test_a_better_probe_of_the_same_backbone_is_proposed_and_not_another_backbone():
    test = evaluation(((40, 0, 0), (0, 40, 0), (0, 0, 40))).metrics["test"]
    words = Baseline("TF-IDF", test.scores, Difference(-0.02, -0.05, 0.01, 1), "")
    probe = Baseline("frozen probe", test.scores, Difference(-0.1, -0.15, -0.05, 1), "")
    found = steps(facts(baselines=Baselines(test, 100, (words, probe))))
    assert "backbone" not in found
    assert found["probe"].number == Estimate(-0.1, -0.15, -0.05)


@pytest.mark.parametrize(
    ("losses", "proposed"), [((1.0, 0.9, 1.1, 1.2), True), ((1.0, 0.9, 0.8, 0.7), False)]
)
def test_fewer_epochs_are_not_proposed_while_the_loss_falls(losses, proposed):
    given = facts(train=(0.8,) * 4, validation=(0.7, 0.8, 0.75, 0.75))
    points = [
        replace(point, validation=point.validation | {"loss": loss})
        for point, loss in zip(given.history.epochs, losses, strict=True)
    ]
    assert ("fewer epochs" in steps(replace(given, history=History((), tuple(points))))) is proposed


def test_labels_are_proposed_with_their_share():
    rows = pd.DataFrame({"row": range(40), **{reason: [False] * 40 for reason in REASONS}})
    rows["suspicious"] = [True] * 3 + [False] * 37
    review = LabelReview(40, rows, pd.DataFrame(), pd.DataFrame())
    step = steps(facts(label_review=review))["labels"]
    assert step.number == Estimate.share(3, 40)
    assert step.sentence.startswith("3 labels of 40 are suspicious")
    clean = replace(review, rows=rows.assign(suspicious=False))
    assert "labels" not in steps(facts(label_review=clean))


@pytest.mark.parametrize(
    ("train", "validation", "expected"),
    [
        ((0.7, 0.8), (0.6, 0.7), {"longer"}),
        ((0.7, 0.8, 0.9, 0.95), (0.7, 0.6, 0.6, 0.6), {"fewer epochs"}),
        ((0.7, 0.8, 0.9), (0.7, 0.8, 0.7), set()),
    ],
)
def test_epochs_follow_the_validation_curve(train, validation, expected):
    found = steps(facts(train=train, validation=validation))
    assert set(found) & {"longer", "fewer epochs"} == expected
    at_once = steps(facts(train=train, validation=validation, fitted_at_once=True))
    assert not set(at_once) & {"longer", "fewer epochs"}


@pytest.mark.parametrize(
    ("train", "boundary", "proposed"), [(0.8, 6, True), (0.95, 6, False), (0.8, 4, False)]
)
def test_a_head_that_underfits_is_told_to_train_deeper(train, boundary, proposed):
    given = facts(train=(0.7, train), validation=(0.7, 0.79))
    given = replace(given, summary=replace(given.summary, boundary=boundary))
    assert ("deeper" in steps(given)) is proposed


@pytest.mark.parametrize("share", [0.5, 0.75, 0.9, 0.99])
def test_the_rows_needed_give_the_margin(share):
    rows = rows_for_margin(share, 0.02)
    half = norm.ppf(0.975) * np.sqrt(share * (1 - share) / rows)
    assert 0.9 * 0.02 <= half <= 0.02


def test_a_small_test_set_says_how_many_rows_it_would_take():
    step = steps(facts(((30, 9, 0), (6, 30, 1), (1, 0, 43))))["test rows"]
    assert step.number.value == rows_for_margin(103 / 120, 0.02)
    assert f"{int(step.number.value):,} test rows" in step.sentence
