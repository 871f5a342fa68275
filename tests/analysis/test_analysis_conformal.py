"""Conformal intervals cover what they promise, and need enough residuals for it."""

import numpy as np
import pytest

from translearn_core.analysis.error_analysis.conformal import LEVELS, coverage_by_level, half_width


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("rows", [25, 200])
def test_intervals_cover_at_least_their_level_and_hardly_more(level: float, rows: int) -> None:
    random = np.random.default_rng(0)
    draws = random.standard_t(3, (3000, rows + 1))
    covered = np.mean([abs(new) <= half_width(known, level) for *known, new in draws.tolist()])
    slack = 3 * np.sqrt(level * (1 - level) / 3000)
    assert level - slack <= covered <= level + 1 / (rows + 1) + slack


def test_the_width_is_that_rank_of_the_absolute_residuals() -> None:
    residuals = np.array([-9.0, 1, -2, 3, -4, 5, -6, 7, -8])
    assert half_width(residuals, 0.9) == 9
    assert half_width(residuals, 0.5) == 5
    assert half_width(residuals[:3], 0.9) == np.inf


def test_levels_without_enough_residuals_are_left_out() -> None:
    table = coverage_by_level(np.arange(9.0), np.array([0.0, 4.0, 100.0]))
    assert table["level"].tolist() == [0.5, 0.6, 0.7, 0.8, 0.9]
    assert (np.diff(table["half width"]) >= 0).all()
    assert table["coverage"].tolist() == pytest.approx([2 / 3] * 5)
    assert (table["low"] < table["coverage"]).all()
    assert coverage_by_level(np.empty(0), np.ones(3)).empty
