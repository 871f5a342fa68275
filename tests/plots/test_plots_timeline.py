"""Figures of timeline, weight change, snapshots and layer weights."""

import numpy as np
import plotly.io
import pytest
from small_results import (
    make_classes,
    make_mix,
    make_moved,
    make_replayed,
    make_timeline,
    strings,
)

from tests.plots.traces import by_name
from translearn_core import plots
from translearn_core.plots.style.palette import LIGHT, faint
from translearn_core.results import History, Timeline


def by_type(figure, kind):
    (trace,) = [t for t in figure.data if t.type == kind]
    return trace


def spans(figure, name):
    """Return hatched cells as (part, first step, last step)."""
    bars = by_name(figure, name)
    return [(y, b, b + x) for y, b, x in zip(bars.y, bars.base, bars.x, strict=True)]


# -- timeline --------------------------------------------------------------------------------------


def test_rates_are_colours_on_a_log_scale_and_frozen_parts_are_hatched():
    timeline = make_timeline()
    figure = plots.timeline(timeline)
    cells = by_type(figure, "heatmap")
    trains = timeline.rates > 0
    np.testing.assert_allclose(cells.z[:-1][trains], np.log10(timeline.rates[trains]), rtol=1e-5)
    assert np.isnan(cells.z[:-1][~trains]).all()
    assert list(cells.y) == [*timeline.parts, "stage"]
    assert spans(figure, "frozen") == [
        ("embeddings", 0, 120),
        *((f"block {k}", 0, 120) for k in range(4)),
        ("block 4", 0, 80),
        ("block 5", 0, 40),
    ]
    assert by_name(figure, "frozen").marker.pattern.shape == "/"
    assert by_name(figure, "frozen").showlegend


def test_every_cell_says_its_part_its_steps_and_its_rate():
    cells = by_type(plots.timeline(make_timeline()), "heatmap")
    assert cells.hovertemplate == "%{y}, %{text}<extra></extra>"
    assert cells.text[0][0] == "steps 1 to 10: <b>frozen</b>"
    assert cells.text[7][0] == "steps 1 to 10: <b>0.001</b>"
    assert cells.text[6][11] == "steps 111 to 120: <b>5e-05</b>"
    assert cells.text[8][4] == "steps 41 to 50: <b>2. block 5</b>"
    one = make_timeline(("head only",))
    single = Timeline(one.parts, ((0, 4, "head only"),), np.arange(5), one.rates)
    assert by_type(plots.timeline(single), "heatmap").text[0][3] == "step 4: <b>frozen</b>"


def test_stages_have_numbers_names_and_lines_between_them():
    figure = plots.timeline(make_timeline())
    strip = by_name(figure, "stage")
    assert list(strip.text) == ["head only", "block 5", "blocks 4, 5"]
    assert [a.text for a in figure.layout.annotations] == ["1", "2", "3"]
    assert [line.x0 for line in figure.layout.shapes] == [40, 80]
    assert figure.layout.yaxis.categoryarray[-1] == "stage"
    assert figure.layout.uniformtext.mode == "hide", "a name that has no room is not written small"


def test_a_single_stage_needs_no_names():
    figure = plots.timeline(make_timeline(("block 5",)))
    assert not figure.layout.annotations
    assert not figure.layout.shapes
    assert "stage" not in figure.layout.yaxis.categoryarray


def test_numbers_of_many_stages_keep_apart():
    figure = plots.timeline(make_timeline(tuple(f"block {k}" for k in range(40)), blocks=40))
    places = [a.x for a in figure.layout.annotations]
    assert min(np.diff(places)) >= 0.07 * 40 * 40
    assert len(figure.layout.shapes) == 39


def test_names_of_many_parts_are_thinned_and_the_ends_are_named():
    figure = plots.timeline(make_timeline(blocks=32))
    named = figure.layout.yaxis.tickvals
    assert len(named) <= 20
    assert {"embeddings", "head", "block 0", "stage"} <= set(named)
    assert figure.layout.height < 750


def test_a_rate_that_fades_out_does_not_take_the_colours_of_the_others():
    timeline = make_timeline()
    timeline.rates[timeline.rates > 0] = 5e-5
    timeline.rates[-1, -1] = 1e-12
    cells = by_type(plots.timeline(timeline), "heatmap")
    assert cells.zmin > np.log10(5e-5) - 2


def test_a_run_that_has_just_begun_says_so():
    empty = Timeline(("embeddings", "block 0", "head"), (), np.zeros(1, dtype=np.int64), np.zeros((3, 0)))
    for figure in (plots.timeline(empty), plots.gradient_timeline(History((), ()), empty)):
        assert "finished yet" in figure.layout.annotations[0].text


# -- movement --------------------------------------------------------------------------------------


def test_movement_stands_on_the_steps_and_parts_of_the_timeline():
    timeline, history = make_timeline(), make_moved()
    above, below = plots.timeline(timeline), plots.gradient_timeline(history, timeline)
    for axis in ("xaxis", "yaxis"):
        assert above.layout[axis].range == below.layout[axis].range
    assert above.layout.yaxis.categoryarray == below.layout.yaxis.categoryarray
    assert above.layout.margin == below.layout.margin
    cells = by_type(below, "heatmap")
    assert list(cells.x) == [0, 20, 40, 60, 80, 100, 120]
    assert 10 ** cells.z[7][-1] == pytest.approx(history.epochs[-1].moved["head"])
    assert ("block 5", 0, 40) in spans(below, "did not move")
    assert ("block 4", 0, 80) in spans(below, "did not move")
    assert ("embeddings", 0, 120) in spans(below, "did not move")
    assert cells.text[6][2] == "steps 41 to 60: <b>0.4 %</b>"


def test_a_run_in_which_nothing_moved_is_hatched_all_over():
    timeline, history = make_timeline(), make_moved()
    still = History((), tuple(type(e)(**{**vars(e), "moved": {}}) for e in history.epochs))
    figure = plots.gradient_timeline(still, timeline)
    assert len(spans(figure, "did not move")) == len(timeline.parts)
    assert not by_type(figure, "heatmap").showscale


def test_a_run_that_went_on_from_another_shows_its_own_epochs():
    whole = make_timeline()
    timeline = Timeline(whole.parts, ((40, 120, "block 5"),), whole.edges[4:], whole.rates[:, 4:])
    assert list(by_type(plots.gradient_timeline(make_moved(), timeline), "heatmap").x) == [
        40,
        60,
        80,
        100,
        120,
    ]


# -- replay ----------------------------------------------------------------------------------------


def test_every_moment_is_a_frame_with_its_points_and_lines():
    seen = make_replayed(make_classes(3))
    figure = plots.snapshot_animation(seen, 2)
    assert len(figure.frames) == 9
    for m, frame in enumerate(figure.frames):
        assert frame.name == str(m)
        moved = [figure.data[i].name for i in frame.traces]
        assert moved == [*seen.classes, "earlier", "interval", "now"]
        points = np.concatenate([np.stack([t.x, t.y], axis=-1) for t in frame.data[:3]])
        expected = seen.coordinates[m]
        np.testing.assert_array_equal(points[np.lexsort(points.T)], expected[np.lexsort(expected.T)])
        np.testing.assert_array_equal(frame.data[-1].y, seen.score[m])
        np.testing.assert_array_equal(frame.data[-2].y[:7], seen.high[m])
        assert np.isnan(frame.data[-3].y).sum() == m + 1, (
            "a gap before each earlier line, and one for the legend"
        )
    np.testing.assert_array_equal(by_name(figure, "now").y, seen.score[2])
    np.testing.assert_array_equal(by_name(figure, "before training").y, seen.score[0])
    drawn = by_name(figure, seen.classes[1]).x
    np.testing.assert_array_equal(np.sort(drawn), np.sort(seen.coordinates[2, seen.label == 1, 0]))


def test_axes_stay_as_they_are_and_hold_every_point():
    seen = make_replayed(make_classes(3))
    layout = plots.snapshot_animation(seen).layout
    for axis, i in ((layout.xaxis, 0), (layout.yaxis, 1)):
        assert axis.range[0] < seen.coordinates[:, :, i].min()
        assert axis.range[1] > seen.coordinates[:, :, i].max()
    assert layout.yaxis.scaleanchor == "x"
    assert layout.yaxis2.range[0] < seen.low.min()
    assert layout.yaxis2.range[1] > seen.high.max()


def test_the_slider_names_the_moments_and_the_buttons_play_them():
    seen = make_replayed(make_classes(3))
    layout = plots.snapshot_animation(seen, 2).layout
    (slider,) = layout.sliders
    assert slider.active == 2
    assert [step.label for step in slider.steps] == list(seen.moments)
    assert [step.args[0] for step in slider.steps] == [(str(m),) for m in range(9)]
    assert [b.label for b in layout.updatemenus[0].buttons] == ["Play", "Pause"]
    assert not any(button.args[1]["frame"]["redraw"] for button in layout.updatemenus[0].buttons)


def test_test_texts_are_solid_and_say_what_they_are():
    seen = make_replayed(make_classes(2))
    for points in plots.snapshot_animation(seen).data[:2]:
        assert points.text[0].endswith("test"), "the legend looks like the first"
        assert points.text[-1].endswith("test"), "and what comes last lies on top"
    unseen = np.asarray([text.endswith("test") for text in points.text])
    assert unseen.sum() == (seen.split[seen.label == 1] == 2).sum()
    assert {points.marker.color[i] for i in np.flatnonzero(unseen)} == {LIGHT.classes[1]}
    assert {points.marker.color[i] for i in np.flatnonzero(~unseen)} == {faint(LIGHT.classes[1], 0.35)}
    assert set(points.text) == {"positive, train", "positive, test"}


def test_many_classes_keep_their_colours_without_a_legend():
    seen = make_replayed(make_classes(30))
    figure = plots.snapshot_animation(seen)
    points = figure.data[0]
    assert not points.showlegend
    assert points.marker.color[-1] == LIGHT.classes[seen.label[-1] % 10]
    assert len(points.x) == 800
    assert "30 classes" in figure.layout.annotations[0].text


def test_a_class_without_texts_does_not_shift_the_colours():
    seen = make_replayed(make_classes(3))
    seen.label[seen.label == 0] = 2
    figure = plots.snapshot_animation(seen)
    assert by_name(figure, "positive").marker.color[0] == LIGHT.classes[1]
    assert len(by_name(figure, "negative").x) == 0


@pytest.mark.parametrize(("moments", "limit"), [(9, 300_000), (65, 2_000_000)])
def test_a_replay_of_800_texts_is_light(moments, limit):
    seen = make_replayed(make_classes(6), moments=moments, layers=13)
    assert len(plotly.io.to_json(plots.snapshot_animation(seen))) < limit


# -- mix -------------------------------------------------------------------------------------------


def test_the_mix_shows_every_weight_and_the_even_one():
    mix = make_mix()
    figure = plots.layer_weights(mix)
    bars = by_name(figure, "weight")
    np.testing.assert_allclose(bars.y, 100 * np.asarray(mix.weights))
    assert list(by_name(figure, "all the same: 14.3 %").y) == [pytest.approx(100 / 7)] * 2
    assert "embeddings" in figure.layout.xaxis.title.text
    assert bars.text[-1] == "21 %"


def test_a_deep_mix_has_room_for_its_layer_numbers():
    figure = plots.layer_weights(make_mix(49))
    assert len(figure.layout.xaxis.tickvals) <= 13
    assert by_name(figure, "weight").text is None
    assert list(strings(figure))
