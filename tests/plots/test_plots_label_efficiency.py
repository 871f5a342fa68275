"""Figure of label efficiency: lines with bands on a log axis, the majority baseline, and the arrow."""

from dataclasses import replace

import numpy as np
import pytest
from small_results import make_label_efficiency

from tests.plots.traces import by_name
from translearn_core import plots
from translearn_core.results import Estimate


def test_every_way_is_a_line_with_its_band_where_it_ran() -> None:
    curve = make_label_efficiency()
    figure = plots.label_efficiency(curve)
    for k, name in enumerate(curve.names):
        scored = np.isfinite(curve.mean[k])
        drawn = by_name(figure, name)
        assert list(drawn.x) == np.asarray(curve.sizes)[scored].tolist()
        assert list(drawn.y) == curve.mean[k][scored].tolist()
        band = by_name(figure, f"{name} interval")
        assert list(band.y[: scored.sum()]) == curve.high[k][scored].tolist()
        assert list(band.y[scored.sum() :]) == curve.low[k][scored][::-1].tolist()
    assert by_name(figure, "from scratch").x.tolist() == [8, 32, 64, 128, 6920]
    assert len({by_name(figure, name).line.color for name in curve.names}) == 4


def test_the_axis_is_of_doublings_and_the_majority_baseline_a_line_across() -> None:
    figure = plots.label_efficiency(make_label_efficiency())
    assert figure.layout.xaxis.type == "log"
    assert list(figure.layout.xaxis.ticktext) == ["0", "8", "16", "32", "64", "128", "6,920"]
    low, high = (10**end for end in figure.layout.xaxis.range)
    assert low < 8
    assert high > 6920
    majority = by_name(figure, "majority-class baseline 0.501")
    assert list(majority.y) == [0.501, 0.501]
    assert list(majority.x) == pytest.approx([low, high])


def test_an_arrow_leads_from_the_labels_asked_about_to_those_needed() -> None:
    curve = make_label_efficiency()
    arrow, note = plots.label_efficiency(curve).layout.annotations
    assert (10**arrow.ax, 10**arrow.x) == pytest.approx((64, 1900))
    assert arrow.y == arrow.ay == 0.75
    assert note.text == "64 → 1,900"
    never = replace(curve, reaches=(replace(curve.reaches[0], labels=None),))
    arrow, note = plots.label_efficiency(never).layout.annotations
    assert 10**arrow.x > 6920
    assert note.text == "64 → not reached"
    assert not plots.label_efficiency(replace(curve, reaches=())).layout.annotations


def test_the_last_number_keeps_its_room() -> None:
    figure = plots.label_efficiency(make_label_efficiency(sizes=(8, 16, 32, 64, 512, 560)))
    assert list(figure.layout.xaxis.ticktext) == ["0", "8", "16", "32", "64", "560"]


def test_zero_shot_is_a_point_left_of_the_fewest_labels() -> None:
    curve = make_label_efficiency()
    figure = plots.label_efficiency(curve)
    point = by_name(figure, "zero-shot")
    assert list(point.y) == [0.55]
    assert point.x[0] == figure.layout.xaxis.tickvals[0] < 8
    assert point.error_y.array[0] == pytest.approx(0.03)
    first = curve.frame().iloc[0]
    assert (first["method"], first["labels"], first["accuracy"]) == ("zero-shot", 0, 0.55)
    without = plots.label_efficiency(replace(curve, zero_shot=None))
    assert "zero-shot" not in [trace.name for trace in without.data]
    assert without.layout.xaxis.ticktext[0] == "8"


def test_entailment_stands_beside_zero_shot_at_no_labels() -> None:
    curve = replace(make_label_efficiency(), entailment=Estimate(0.6, 0.5, 0.7))
    figure = plots.label_efficiency(curve)
    points = [by_name(figure, name) for name in ("zero-shot", "zero-shot by entailment")]
    assert [list(point.y) for point in points] == [[0.55], [0.6]]
    assert points[0].x[0] < points[1].x[0] < 8
    assert points[0].marker.color != points[1].marker.color
    alone = plots.label_efficiency(replace(curve, zero_shot=None))
    assert alone.layout.xaxis.ticktext[0] == "0"


def test_nothing_scored_is_said() -> None:
    curve = make_label_efficiency()
    figure = plots.label_efficiency(replace(curve, mean=np.full_like(curve.mean, np.nan)))
    assert "Nothing was scored" in figure.layout.annotations[0].text


@pytest.mark.parametrize("labels", [1900.0, None])
def test_the_arrows_label_stands_free_of_the_lines(labels: float | None) -> None:
    curve = make_label_efficiency()
    curve = replace(curve, reaches=(replace(curve.reaches[0], labels=labels),))
    _, note = plots.label_efficiency(curve).layout.annotations
    height = np.nanmax(curve.high) - np.nanmin(curve.low)
    y, x = note.y + note.yshift / 340 * height, np.linspace(note.x, note.x + 0.4, 9)
    for mean in curve.mean:
        known = np.isfinite(mean)
        line = np.interp(x, np.log10(curve.sizes)[known], mean[known], left=np.nan, right=np.nan)
        assert not (np.abs(line - y) * 340 / height < 8).any()
