"""The confidence threshold for a wished precision."""

import numpy as np
import pytest

from translearn_core.analysis.error_analysis.selective_prediction import precision_threshold

CONFIDENCE = np.linspace(0.99, 0.5, 50)
CORRECT = np.arange(50) % 10 != 9
"""One error among every ten rows, by descending confidence."""


@pytest.mark.parametrize(
    ("precision", "rows"),
    [(0.9, 50), (0.8, 50), (0.91, 49), (0.95, None)],
)
def test_the_threshold_is_the_lowest_with_the_precision(precision: float, rows: int | None) -> None:
    threshold = precision_threshold(CONFIDENCE, CORRECT, precision)
    assert threshold == (None if rows is None else pytest.approx(CONFIDENCE[rows - 1], abs=1e-6))


def test_errors_below_the_threshold_do_not_count() -> None:
    correct = np.arange(50) < 30
    assert precision_threshold(CONFIDENCE, correct, 0.96) == pytest.approx(CONFIDENCE[30], abs=1e-6)


def test_few_rows_reach_no_high_precision() -> None:
    assert precision_threshold(np.full(19, 0.9), np.ones(19, dtype=bool), 0.95) is None
    assert precision_threshold(np.full(20, 0.9), np.ones(20, dtype=bool), 0.95) == 0.9
    assert precision_threshold(np.empty(0), np.empty(0, dtype=bool), 0.5) is None


def test_rows_of_equal_confidence_stay_together() -> None:
    confidence = np.array([0.9] * 4 + [0.8] * 4)
    correct = np.array([True] * 4 + [True, False, False, False])
    assert precision_threshold(confidence, correct, 0.75) == 0.9
    assert precision_threshold(confidence, correct, 0.6) == 0.8
