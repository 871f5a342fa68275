"""Calibration against scikit-learn, closed forms, and models whose calibration is known."""

import numpy as np
import pytest
from scipy.special import log_softmax, softmax
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve
from sklearn.metrics import log_loss

from translearn_core.analysis.error_analysis.calibration import (
    apply_temperature,
    coverage,
    expected_calibration_error,
    reliability,
    temperature,
)
from translearn_core.errors import TooFewSamplesError


def rows_of(random, n, too_sure=0.0):
    """Confidences, and correct rows with that probability minus `too_sure`."""
    confidence = random.uniform(0.4, 1.0, n)
    return confidence, random.random(n) < confidence - too_sure


def test_bins_are_sklearns_and_keep_the_empty_ones():
    confidence, correct = rows_of(np.random.default_rng(0), 500)
    result = reliability(confidence, correct, bins=10)
    accuracy, sure = calibration_curve(correct, confidence, n_bins=10)
    full = result.rows > 0
    assert result.accuracy[full].tolist() == pytest.approx(accuracy)
    assert result.confidence[full].tolist() == pytest.approx(sure)
    assert [0, *result["to"]] == pytest.approx(np.linspace(0, 1, 11))
    assert result["from"].tolist()[1:] == result["to"].tolist()[:-1]
    assert result.rows.sum() == 500
    assert np.isnan([result.accuracy[0], result.confidence[0], result.low[0], result.high[0]]).all()
    result, last = result.to_dict("list"), int(result.rows.iloc[-1])
    expected = binomtest(round(result["accuracy"][-1] * last), last).proportion_ci(method="wilson")
    assert (result["low"][-1], result["high"][-1]) == pytest.approx((expected.low, expected.high))


def test_a_bin_holds_its_upper_edge():
    result = reliability(np.array([0.0, 0.5, 0.500001, 1.0]), np.ones(4, dtype=bool), bins=2)
    assert result.rows.tolist() == [2, 2]


def test_the_error_by_hand():
    confidence = np.array([0.9, 0.9, 0.9, 0.9, 0.6, 0.6])
    correct = np.array([1, 1, 1, 0, 0, 0], dtype=bool)
    assert expected_calibration_error(confidence, correct).value == pytest.approx((4 * 0.15 + 2 * 0.6) / 6)
    bins = reliability(confidence, correct)
    gaps = bins.rows * np.abs(bins.accuracy - bins.confidence)
    assert np.nansum(gaps) / 6 == pytest.approx(expected_calibration_error(confidence, correct).value)
    assert np.isnan(expected_calibration_error(confidence[:0], correct[:0]).value)
    assert np.isnan(expected_calibration_error(confidence[:0], correct[:0]).low)


@pytest.mark.parametrize("too_sure", [0.0, 0.03, 0.15])
def test_its_interval_covers_the_true_error(too_sure):
    random, held = np.random.default_rng(1), []
    for k in range(300):
        sample = rows_of(random, 400, too_sure)
        interval = expected_calibration_error(*sample, draws=200, seed=k)
        assert interval.low <= interval.value <= interval.high
        held.append(interval.low <= too_sure <= interval.high)
    assert 0.90 <= np.mean(held) <= 0.99


@pytest.mark.parametrize("true_t", [0.5, 1.0, 2.5])
def test_the_temperature_a_model_was_spoilt_by_is_found(true_t):
    random = np.random.default_rng(2)
    logits = 2 * random.normal(size=(20_000, 5))
    labels = (softmax(logits, axis=1).cumsum(axis=1) < random.random((20_000, 1))).sum(axis=1)
    assert temperature(logits * true_t, labels) == pytest.approx(true_t, rel=0.04)
    assert temperature(log_softmax(logits * true_t, axis=1), labels) == pytest.approx(
        temperature(logits * true_t, labels), rel=1e-4
    )


def test_at_the_temperature_the_mean_logit_is_what_the_model_expects_and_the_loss_is_least():
    random = np.random.default_rng(3)
    logits, labels = 3 * random.normal(size=(400, 4)), random.integers(0, 4, 400)
    labels[:250] = logits[:250].argmax(axis=1)
    t = temperature(logits, labels)
    p = apply_temperature(logits, t)
    assert logits[np.arange(400), labels].mean() == pytest.approx((p * logits).sum(1).mean(), abs=1e-4)
    losses = [log_loss(labels, apply_temperature(logits, t * factor)) for factor in (0.95, 1, 1.05)]
    assert losses[1] == min(losses)
    assert p.sum(axis=1) == pytest.approx(np.ones(400))
    assert np.array_equal(p.argmax(1), logits.argmax(1))


def test_impossible_labels_and_endless_temperatures_stay_finite():
    sure = np.log(np.array([[1.0, 1e-300], [1e-300, 1.0]]))
    sure[0, 1] = sure[1, 0] = -np.inf
    assert temperature(sure / 1000, np.array([0, 1])) < 0.1
    assert temperature(np.array([[0.1, 0.0], [0.0, 0.1]]), np.array([0, 1])) == pytest.approx(0.01, rel=0.01)
    assert temperature(sure, np.array([1, 0])) == pytest.approx(100, rel=0.01)
    assert np.isfinite(apply_temperature(sure, 2.0)).all()
    with pytest.raises(TooFewSamplesError, match="0 rows"):
        temperature(sure[:0], np.zeros(0, dtype=int))


def test_coverage_counts_the_rows_that_are_sure_enough():
    confidence = np.array([0.95, 0.3, 0.75, 0.5, 0.75])
    correct = np.array([True, False, False, True, True])
    result = coverage(confidence, correct, points=5)
    assert result.threshold.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert result.coverage.tolist() == pytest.approx([1, 1, 0.8, 0.6, 0])
    assert result.accuracy[:4].tolist() == pytest.approx([0.6, 0.6, 0.75, 2 / 3])
    assert np.isnan([result.accuracy[4], result.low[4], result.high[4]]).all()
    expected = binomtest(2, 3).proportion_ci(method="wilson")
    assert (result.low[3], result.high[3]) == pytest.approx((expected.low, expected.high))
    assert len(coverage(confidence, correct)) == 101
