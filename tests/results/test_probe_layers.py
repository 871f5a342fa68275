"""Best and expected layer of probes."""

import numpy as np
import pytest

from translearn_core.plots import relative_lines
from translearn_core.results import ProbeScores


def scores(means: list[float], spread: float = 0.02, majority: float = 0.5) -> ProbeScores:
    folds = np.array(means)[:, None] + spread * np.array([-1.0, 0.0, 1.0])
    test = np.array([means])
    return ProbeScores(
        ("pretrained",), folds[None], test, test - 0.03, test + 0.03, np.ones_like(test), majority=majority
    )


def test_the_best_layers_are_those_within_one_standard_error() -> None:
    # the standard error is 0.02 / sqrt(3) = 0.0115
    assert scores([0.6, 0.8, 0.795, 0.7]).best_layers(0) == (1, 2)
    assert scores([0.6, 0.8, 0.78, 0.7]).best_layers(0) == (1,)


def test_the_expected_layer_weighs_layers_by_their_gain() -> None:
    # gains over the best below: .1 at 0, .2 at 1, 0 at 2, .1 at 3
    assert scores([0.6, 0.8, 0.7, 0.9]).expected_layer(0) == pytest.approx((0.2 + 0.3) / 0.4)
    assert np.isnan(scores([0.4, 0.3]).expected_layer(0))


def test_lines_are_shares_of_the_gain_over_the_constant_prediction() -> None:
    figure = relative_lines({"a": scores([0.5, 0.7, 0.9]), "b": scores([0.9, 0.8, 0.7]), "c": scores([0.4])})
    lines = {trace.name: trace for trace in figure.data if trace.mode == "lines+markers"}
    assert set(lines) == {"a", "b"}  # c is below the constant prediction everywhere
    np.testing.assert_allclose(lines["a"].y, [0, 0.5, 1])
    np.testing.assert_allclose(lines["b"].y, [1, 0.75, 0.5])
    assert list(lines["a"].marker.symbol) == ["circle", "circle", "star"]
    np.testing.assert_allclose(np.array(lines["a"].customdata)[:, 2], [0.5, 0.7, 0.9])
