"""Figures of a study: arms with intervals, and curves by depth and by size."""

from dataclasses import replace

import pytest
from small_results import make_comparison

from tests.plots.traces import by_name
from translearn_core import plots
from translearn_core.plots.style.palette import LIGHT
from translearn_core.results import Comparison, Difference


def test_cells_stand_in_their_order_with_intervals_and_the_baselines_line():
    comparison = make_comparison(("linear", "full", "gradual"))
    figure = plots.study_arms(comparison)
    shown = {y: (x, up, down) for t in figure.data for y, x, up, down in zip(
        t.y, t.x, t.error_x.array, t.error_x.arrayminus, strict=True
    )}  # fmt: skip
    for cell in comparison.arms:
        x, up, down = shown[cell.name]
        assert (x + up, x - down) == pytest.approx((cell.headline.high, cell.headline.low))
    assert list(figure.layout.yaxis.categoryarray) == ["gradual", "full", "linear"], "the first on top"
    band, line = figure.layout.shapes
    assert (line.x0, band.x0, band.x1) == pytest.approx((0.8, 0.78, 0.815))
    assert list(by_name(figure, "baseline").y) == ["linear"]


def test_what_chance_could_have_done_looks_open_and_the_rest_says_which_way():
    comparison = make_comparison(("linear", "full", "gradual", "alone"))
    spans = [None, (0.02, 0.01, 0.03), (-0.02, -0.03, -0.01), (0.02, 0.01, 0.03)]
    cells = [
        replace(cell, difference=span and Difference(*span, 1 if k == 3 else 3))
        for k, (cell, span) in enumerate(zip(comparison.arms, spans, strict=True))
    ]
    figure = plots.study_arms(replace(comparison, arms=tuple(cells)))
    assert list(by_name(figure, "better by more than chance").y) == ["full"]
    assert list(by_name(figure, "worse by more than chance").y) == ["gradual"]
    assert list(by_name(figure, "could be chance").y) == ["alone"], "one seed is never enough"
    assert by_name(figure, "could be chance").marker.symbol == "circle-open"
    assert by_name(figure, "better by more than chance").marker.color == LIGHT.right


def test_the_depth_curve_has_score_above_and_seconds_below():
    comparison = make_comparison(("full", "gradual"), (-1, 0, 3, 6))
    lines = {cell.name: cell.name.split(" from ")[0] for cell in comparison.arms}
    figure = plots.depth_curve(comparison, lines)
    assert len(figure.data) == 4
    score, seconds = [trace for trace in figure.data if trace.name == "gradual"]
    gradual = [cell for cell in comparison.arms if cell.name.startswith("gradual")]
    assert list(score.x) == list(seconds.x) == pytest.approx([-0.9, 0.1, 3.1, 6.1]), "beside the other line"
    assert list(score.y) == [cell.headline.value for cell in gradual]
    assert list(seconds.y) == [cell.seconds for cell in gradual]
    assert list(score.error_y.array) == pytest.approx([0.015] * 4)
    assert (score.yaxis, seconds.yaxis, seconds.showlegend) == (None, "y2", False)
    assert dict(zip(figure.layout.xaxis.tickvals, figure.layout.xaxis.ticktext, strict=True)) == {
        -1: "all",
        0: "0",
        3: "3",
        6: "head",
    }
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1]


def test_the_size_curve_has_a_line_for_each_way_by_rows():
    comparison = make_comparison(("a, 64 rows", "a, 128 rows", "a, 192 rows", "b, 64 rows"))
    lines = {cell.name: cell.name.split(",")[0] for cell in comparison.arms}
    figure = plots.size_curve(comparison, lines)
    assert [trace.name for trace in figure.data] == ["a", "b"]
    assert list(figure.data[0].x) == pytest.approx([64, 128, 192], rel=0.06)
    assert figure.layout.xaxis.type == "log"
    assert list(figure.layout.xaxis.ticktext) == ["64", "128", "192"]


@pytest.mark.parametrize("draw", [plots.depth_curve, plots.size_curve])
def test_a_curve_of_nothing_says_so(draw):
    assert "done yet" in draw(make_comparison(), {}).layout.annotations[0].text
    assert "done yet" in plots.study_arms(Comparison("x", 0, ())).layout.annotations[0].text
