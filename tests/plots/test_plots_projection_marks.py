"""Points drawn in a projection, and how selected ones are marked."""

from dataclasses import replace

import numpy as np
import plotly.io
import pytest
from cluster_results import make_clustering
from small_results import make_classes, make_projection

from translearn_core import plots
from translearn_core.plots.diagnostics.projection import MAX_RINGS
from translearn_core.plots.style.palette import DARK, LIGHT

COLOURS = ("label", "predicted", "error", "split")


def places(*traces) -> np.ndarray:
    points = np.concatenate([np.stack([t.x, t.y], axis=-1) for t in traces])
    return points[np.lexsort(points.T)]


def ordered(points: np.ndarray) -> np.ndarray:
    return points[np.lexsort(points.T)]


def standing_out(figure) -> np.ndarray:
    """Return the coordinates of the points that do not fade."""
    return ordered(
        np.concatenate(
            [np.stack([t.x, t.y], -1)[list(t.selectedpoints)] for t in figure.data if t.name != "marked"]
        )
    )


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("n", [3, 77])
def test_only_what_is_shown_is_drawn_and_that_is_said(colour: str, n: int) -> None:
    shown = np.arange(0, 600, 3)
    projection = replace(make_projection(600, make_classes(n)), shown=shown, total=600)
    figure = plots.projection(projection, 1, colour)
    np.testing.assert_array_equal(places(*figure.data), ordered(projection.coordinates[1][shown]))
    assert "200 of 600 points drawn" in figure.layout.xaxis.title.text
    whole = plots.projection(replace(projection, shown=np.arange(600)), 1, colour)
    assert "drawn" not in (whole.layout.xaxis.title.text or "")


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("n", [3, 77])
def test_marked_points_are_ringed_and_the_others_pale(colour: str, n: int) -> None:
    marked = np.asarray([3, 50, 51, 299, 401])
    projection = replace(make_projection(600, make_classes(n)), shown=np.arange(300))
    figure = plots.projection(projection, 0, colour, marked=marked)
    np.testing.assert_array_equal(standing_out(figure), ordered(projection.coordinates[0][marked[:4]]))
    rings = figure.data[-1]
    assert rings.name == "marked"
    np.testing.assert_array_equal(places(rings), ordered(projection.coordinates[0][marked]))
    assert rings.marker.symbol == "circle-open"
    assert rings.marker.size > figure.data[0].marker.size
    assert rings.selected.marker.opacity == rings.unselected.marker.opacity == 0, "a lasso takes their place"


def test_rings_are_inked_in_both_appearances() -> None:
    projection, marked = make_projection(60, make_classes(3)), np.asarray([1])
    inks = [plots.projection(projection, 0, "label", d, marked=marked).data[-1].marker.color for d in (0, 1)]
    assert inks == [LIGHT.ink, DARK.ink]


def test_more_than_can_be_told_apart_stand_out_without_rings() -> None:
    projection = make_projection(3 * MAX_RINGS, make_classes(3))
    marked = np.arange(MAX_RINGS + 1)
    figure = plots.projection(projection, 1, "label", marked=marked)
    in_legend = sorted(figure.data, key=lambda trace: trace.legendrank)
    assert [trace.name for trace in in_legend] == list(projection.classes)
    assert [len(trace.x) for trace in figure.data] == sorted(
        (len(trace.x) for trace in in_legend), reverse=True
    )
    np.testing.assert_array_equal(standing_out(figure), ordered(projection.coordinates[1][marked]))
    few = plots.projection(projection, 1, "label", marked=marked[:-1])
    assert len(few.data[-1].x) == MAX_RINGS


def test_nothing_marked_changes_nothing_and_a_turn_changes_the_bytes() -> None:
    projection = make_projection(90, make_classes(3))

    def as_json(**how: object) -> str:
        return plotly.io.to_json(plots.projection(projection, 0, "label", **how))

    assert as_json() == as_json() == as_json(marked=np.empty(0, dtype=np.int64))
    assert all(t.selectedpoints is None for t in plots.projection(projection, 0, "label").data)
    marked = np.asarray([4, 5])
    assert as_json(marked=marked, turn=2) == as_json(marked=marked, turn=2) != as_json(marked=marked, turn=3)


def test_fifty_thousand_points_stay_light() -> None:
    projection = make_projection(50_000, make_classes(6))
    plain = plotly.io.to_json(plots.projection(projection, 1, "label"))
    marked = plotly.io.to_json(plots.projection(projection, 1, "label", marked=np.arange(20_000)))
    assert len(plain) < 600_000
    assert len(marked) < 750_000


def test_domains_are_coloured_by_their_names() -> None:
    domains = ("english", "中文", "русский")
    projection = make_projection(300, make_classes(4), domains=domains)
    figure = plots.projection(projection, 0, "domain")
    assert {trace.name: len(trace.x) for trace in figure.data} == dict.fromkeys(domains, 100)


@pytest.mark.parametrize(("column", "name"), [(None, "no cluster"), ("label", "no value")])
@pytest.mark.parametrize("dark", [False, True])
def test_texts_of_no_cluster_are_grey(column: str | None, name: str, dark: bool) -> None:
    figure = plots.projection(make_clustering(("a", "b")).projection(column), 0, "label", dark)
    colours = {trace.name: trace.marker.color for trace in figure.data}
    assert set(colours) == {"a", "b", name}
    assert colours[name] == (DARK if dark else LIGHT).muted
    assert colours[name] not in (colours["a"], colours["b"])
