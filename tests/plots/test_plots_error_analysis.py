"""Figures of error analysis: reliability, risk-coverage and slices."""

import numpy as np
import pytest
from error_analysis_results import make_trust

from tests.plots.traces import named
from translearn_core import plots
from translearn_core.plots.style.palette import LIGHT


def test_bars_are_the_model_as_it_is_diamonds_the_scaled_probabilities_and_rows_stand_below():
    error_analysis = make_trust()
    drawn = named(plots.reliability_diagram(error_analysis))
    raw, scaled = (
        error_analysis.bins[(error_analysis.bins["which"] == which) & (error_analysis.bins["rows"] > 0)]
        for which in ("raw", "scaled")
    )
    bars, dots = drawn["as it is"], drawn["scaled by the temperature 1.70"]
    np.testing.assert_allclose(bars.x, (raw["from"] + raw["to"]) / 2)
    np.testing.assert_array_equal(bars.y, raw["accuracy"])
    np.testing.assert_allclose(np.asarray(bars.y) + bars.error_y.array, raw["high"])
    np.testing.assert_allclose(np.asarray(bars.y) - bars.error_y.arrayminus, raw["low"])
    np.testing.assert_array_equal(dots.x, scaled["confidence"])
    np.testing.assert_array_equal(dots.y, scaled["accuracy"])
    diagonal = drawn["perfect calibration"]
    assert (list(diagonal.x), list(diagonal.y)) == ([0, 1], [0, 1])
    for name, some in (("rows, as it is", raw), ("rows, scaled", scaled)):
        np.testing.assert_array_equal(drawn[name].y, some["rows"])
        assert drawn[name].yaxis == "y2"
    figure = plots.reliability_diagram(error_analysis)
    assert figure.layout.yaxis2.domain[1] < figure.layout.yaxis.domain[0]


def test_bars_of_rows_do_not_hide_each_other():
    drawn = named(plots.reliability_diagram(make_trust()))
    first, second = drawn["rows, as it is"], drawn["rows, scaled"]
    assert np.all(np.asarray(second.x) - np.asarray(first.x) >= (first.width + second.width) / 2)


def test_both_lines_go_as_far_as_rows_are_answered_and_the_threshold_is_marked_on_both():
    error_analysis = make_trust()
    drawn = named(plots.risk_coverage_curve(error_analysis, 0.8))
    answered = error_analysis.coverage[error_analysis.coverage["accuracy"].notna()]
    for name, column in (("answered", "coverage"), ("of these answers right", "accuracy")):
        np.testing.assert_array_equal(drawn[name].x, answered["threshold"])
        np.testing.assert_array_equal(drawn[name].y, answered[column])
        at = drawn[f"{name} here"]
        assert list(at.x) == [0.8]
        assert at.y[0] == error_analysis.coverage.set_index("threshold")[column][0.8]
    band = drawn["interval"]
    np.testing.assert_array_equal(band.y, [*answered["high"], *answered["low"][::-1]])
    assert set(named(plots.risk_coverage_curve(error_analysis))).isdisjoint({"answered here"})


def test_slices_stand_weakest_on_top_and_only_those_beyond_chance_are_coloured():
    error_analysis = make_trust()
    figure = plots.slice_accuracies(error_analysis)
    order = figure.layout.yaxis.categoryarray[::-1]
    assert order[0] == "source: bad (40)"
    assert order[-1] == "(length of the text): 3 to 12 words (200)"
    drawn = named(figure)
    weak, strong = drawn["weaker by more than chance"], drawn["better by more than chance"]
    assert (list(weak.y), list(weak.x)) == (["source: bad (40)"], [0.6])
    assert (weak.marker.color, weak.marker.symbol) == (LIGHT.wrong, "diamond")
    assert list(strong.y) == [order[-1]]
    assert drawn["could be chance"].marker.symbol == "circle-open"
    assert len(drawn["could be chance"].y) == 3
    np.testing.assert_allclose(np.asarray(weak.x) - weak.error_x.arrayminus, [0.5])
    assert figure.layout.shapes[0].x0 == pytest.approx(0.84), "the accuracy of all test rows"


def test_of_many_slices_the_weakest_are_drawn_and_without_any_it_says_so():
    figure = plots.slice_accuracies(make_trust(tuple(f"class {k}" for k in range(77))))
    assert sum(len(trace.y) for trace in figure.data) == 30
    error_analysis = make_trust()
    empty = plots.slice_accuracies(
        type(error_analysis)(**{**vars(error_analysis), "slices": error_analysis.slices.iloc[:0]})
    )
    assert "no slices" in empty.layout.annotations[0].text
