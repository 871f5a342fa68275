"""Importance of words by leaving them out."""

import numpy as np
import pytest

from translearn_core.analysis.error_analysis.occlusion import importance, log_odds


def test_log_odds_are_those_of_the_probabilities() -> None:
    logits = np.random.default_rng(0).normal(0, 3, (5, 4))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(log_odds(logits, 2), np.log(p[:, 2] / (1 - p[:, 2])))


def test_a_certain_class_has_finite_log_odds() -> None:
    assert log_odds(np.array([[800.0, 0.0]], dtype=np.float32), 0) == [pytest.approx(800.0)]


def test_importance_is_the_fall_without_the_word() -> None:
    logits = np.array([[2.0, 0.0], [0.5, 0.0], [2.0, 0.0], [3.0, 0.0]])
    np.testing.assert_allclose(importance(logits, 0), [1.5, 0.0, -1.0])
    np.testing.assert_allclose(importance(logits, 1), [-1.5, 0.0, 1.0])
