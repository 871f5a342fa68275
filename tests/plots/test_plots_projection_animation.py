"""Figure of the projection animation: a frame per layer, two panes, fixed axes."""

import numpy as np
import plotly.io
import pytest
from small_results import make_classes, make_walk

from translearn_core import plots

BOTH = ("Before training", "After training")


def named(figure, name):
    return [trace for trace in figure.data if trace.name == name]


def test_every_layer_is_a_frame_with_the_texts_of_both_variants():
    seen = make_walk(make_classes(3))
    figure = plots.projection_animation(seen, 2)
    assert [frame.name for frame in figure.frames] == [str(k) for k in range(7)]
    for k, frame in enumerate(figure.frames):
        moved = [figure.data[i] for i in frame.traces]
        assert [trace.name for trace in moved] == [*seen.classes, *seen.classes, "this layer"]
        assert [trace.xaxis for trace in moved] == ["x"] * 3 + ["x2"] * 3 + ["x3"]
        for v, part in enumerate((frame.data[:3], frame.data[3:6])):
            points = np.concatenate([np.stack([t.x, t.y], axis=-1) for t in part])
            expected = seen.coordinates[v, k]
            np.testing.assert_array_equal(points[np.lexsort(points.T)], expected[np.lexsort(expected.T)])
        assert set(frame.data[-1].x) == {k}
        np.testing.assert_allclose(frame.data[-1].y[1:-1], seen.purity[:, k], rtol=1e-6)
    for v, trace in enumerate(named(figure, seen.classes[1])):
        expected = seen.coordinates[v, 2, seen.label == 1, 0]
        np.testing.assert_array_equal(np.sort(trace.x), np.sort(expected))
    assert set(named(figure, "this layer")[0].x) == {2}


def test_a_text_has_one_colour_in_both_panes_and_one_entry_in_the_legend():
    figure = plots.projection_animation(make_walk(make_classes(3)))
    for name in make_classes(3):
        before, after = named(figure, name)
        assert (before.showlegend, after.showlegend) == (True, False)
        assert before.legendgroup == after.legendgroup == name
        assert before.marker.color == after.marker.color
        assert before.text == after.text
        assert before.text[-1] == f"{name}, test", "what comes last lies on top"


def test_panes_have_one_scale_and_hold_every_point_of_every_layer():
    seen = make_walk(make_classes(3))
    for stacked in (False, True):
        layout = plots.projection_animation(seen, stacked=stacked).layout
        assert layout.xaxis.range == layout.xaxis2.range
        assert layout.yaxis.range == layout.yaxis2.range
        assert np.ptp(layout.xaxis.domain) == pytest.approx(np.ptp(layout.xaxis2.domain))
        assert np.ptp(layout.yaxis.domain) == pytest.approx(np.ptp(layout.yaxis2.domain), abs=0.011)
        assert (layout.yaxis.scaleanchor, layout.yaxis2.scaleanchor) == ("x", "x2")
        for axis, i in ((layout.xaxis, 0), (layout.yaxis, 1)):
            assert axis.range[0] < seen.coordinates[..., i].min()
            assert axis.range[1] > seen.coordinates[..., i].max()
        assert layout.yaxis3.range[0] < min(seen.low.min(), seen.chance)
        assert layout.yaxis3.range[1] > seen.high.max()


def test_panes_lie_side_by_side_or_one_above_the_other_without_touching_the_rest():
    seen = make_walk(make_classes(3))
    beside, stacked = (plots.projection_animation(seen, stacked=s).layout for s in (False, True))
    assert beside.xaxis.domain[1] < beside.xaxis2.domain[0]
    assert beside.yaxis.domain == beside.yaxis2.domain
    assert stacked.xaxis.domain == stacked.xaxis2.domain == (0, 1)
    assert stacked.yaxis.domain[0] > stacked.yaxis2.domain[1]
    for layout in (beside, stacked):
        lowest = min(layout.yaxis.domain[0], layout.yaxis2.domain[0])
        (slider,), (buttons,) = layout.sliders, layout.updatemenus
        assert lowest > slider.y > buttons.y > layout.yaxis3.domain[1]
        titles = {note.text: (note.x, note.y) for note in layout.annotations}
        assert set(titles) == {f"<b>{name}</b>" for name in BOTH}
        for axis, title in zip((layout.yaxis, layout.yaxis2), titles.values(), strict=True):
            assert title[1] == axis.domain[1]


def test_the_lines_show_shares_with_their_intervals_and_chance():
    seen = make_walk(make_classes(3))
    figure = plots.projection_animation(seen)
    for v, name in enumerate(BOTH):
        (line,) = named(figure, name)
        np.testing.assert_array_equal(line.y, seen.purity[v])
        np.testing.assert_array_equal(line.customdata, np.stack([seen.low[v], seen.high[v]], axis=-1))
        (ribbon,) = named(figure, f"{name} interval")
        np.testing.assert_array_equal(ribbon.y, [*seen.high[v], *seen.low[v][::-1]])
    (chance,) = named(figure, "chance level 33.3%")
    assert list(chance.y) == [1 / 3, 1 / 3]


def test_where_nothing_changed_there_is_one_pane():
    seen = make_walk(make_classes(2), changed=None)
    figure = plots.projection_animation(seen, 1)
    (title,) = figure.layout.annotations
    assert "the same" in title.text
    assert "xaxis3" not in figure.layout
    assert [figure.data[i].xaxis for i in figure.frames[0].traces] == ["x", "x", "x2"]
    assert len(named(figure, title.text.removeprefix("<b>").removesuffix("</b>"))) == 1
    np.testing.assert_allclose(figure.frames[3].data[-1].y[1:-1], seen.purity[:1, 3], rtol=1e-6)


def test_the_slider_says_what_a_layer_is():
    layout = plots.projection_animation(make_walk(make_classes(2)), 3).layout
    (slider,) = layout.sliders
    assert slider.active == 3
    assert [step.label for step in slider.steps][:2] == [
        "layer 0: the embeddings",
        "layer 1: after block 0",
    ]
    assert [step.args[0] for step in slider.steps] == [(str(k),) for k in range(7)]


def test_a_layer_without_an_interval_does_not_break_the_ribbon():
    seen = make_walk(make_classes(2))
    for values in (seen.low, seen.high, seen.purity):
        values[:, 0] = np.nan
    figure = plots.projection_animation(seen)
    assert np.isfinite(named(figure, "After training interval")[0].y).all()
    assert np.isfinite(figure.layout.yaxis3.range).all()


@pytest.mark.parametrize(("classes", "limit"), [(2, 1_000_000), (10, 1_000_000), (77, 1_000_000)])
def test_fifteen_hundred_texts_in_thirteen_layers_are_light(classes, limit):
    seen = make_walk(make_classes(classes), texts=1500, layers=13)
    assert len(plotly.io.to_json(plots.projection_animation(seen), validate=False)) < limit
