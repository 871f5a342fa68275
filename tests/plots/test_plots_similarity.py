"""Figures of representation similarity and catastrophic forgetting."""

from dataclasses import replace

import numpy as np
import pytest
from similarity_results import make_forgetting, make_similarity
from small_results import make_drift

from tests.plots.traces import named
from translearn_core import plots
from translearn_core.plots.style.palette import LIGHT
from translearn_core.results import Estimate


def test_the_map_has_before_down_and_after_across_with_its_numbers():
    result = make_similarity()
    (cells,) = plots.similarity_map(result).data
    np.testing.assert_allclose(cells.z, result.matrix, atol=1e-6)
    assert cells.text[0][6] == f"{result.matrix[0, 6]:.2f}"
    figure = plots.similarity_map(result)
    assert figure.layout.yaxis.title.text == "layer before training"
    assert figure.layout.yaxis.autorange == "reversed"


def test_a_deep_map_has_no_numbers_and_a_layer_without_one_no_text():
    assert plots.similarity_map(make_similarity(25)).data[0].text is None
    result = make_similarity()
    result.matrix[0] = np.nan
    assert set(plots.similarity_map(result).data[0].text[0]) == {""}


def test_the_lines_are_before_and_after_another_seed_and_fresh_weights():
    result = make_similarity()
    lines = named(plots.similarity_lines(result))
    np.testing.assert_array_equal(lines["before and after"].y, result.diagonal)
    np.testing.assert_array_equal(lines["this seed and another"].y, result.sibling)
    np.testing.assert_array_equal(lines["two with fresh weights"].y, result.floor)
    np.testing.assert_array_equal(lines["before and after interval"].y, [*result.high, *result.low[::-1]])


def test_without_another_seed_there_is_no_line_of_it():
    figure = plots.similarity_lines(make_similarity(seed=False))
    assert "this seed and another" not in named(figure)


def test_a_layer_without_a_number_leaves_the_interval_whole():
    result = make_similarity()
    for values in (result.diagonal, result.low, result.high):
        values[0] = np.nan
    figure = plots.similarity_lines(result)
    assert np.isfinite(named(figure)["before and after interval"].y).all()
    assert np.isfinite(figure.layout.yaxis.range).all()


def test_weights_stand_under_the_layer_they_make():
    drift = make_drift()
    figure = plots.similarity_lines(make_similarity(), drift)
    bars = named(figure)
    parts = drift.by_part().set_index("part")["relative change"]
    moved, still = bars["change of the weights"], bars["weights did not move"]
    assert list(moved.x) == [5, 6], "blocks 4 and 5 end in layers 5 and 6"
    np.testing.assert_allclose(moved.y, 100 * parts[["block 4", "block 5"]])
    assert list(still.x) == [0, 1, 2, 3, 4]
    assert still.customdata[0][1] == "0 %"
    assert moved.yaxis == "y2"
    assert figure.layout.xaxis.anchor == "y2"


def test_every_change_stands_about_its_zero_line_and_lost_is_left():
    result = make_forgetting(("one", "two"))
    figure = plots.forgetting_bars(result)
    tasks, pairs, words = figure.data
    assert list(tasks.x) == [task.lost.value for task in result.tasks]
    assert list(tasks.y) == ["one", "two"]
    assert pairs.x == pytest.approx([0.83 - 1, 0.7 - 0.78])
    assert words.x == pytest.approx([2.1 - 3.4]), "a loss that rose points to the left"
    assert words.error_x.array == pytest.approx([-1.1 + 1.3])
    assert [shape.x0 for shape in figure.layout.shapes if shape.type == "line"] == [0, 0, 0]
    for axis in (figure.layout.xaxis, figure.layout.xaxis2, figure.layout.xaxis3):
        assert axis.range[0] == -axis.range[1]


def test_only_what_is_beyond_its_interval_is_coloured():
    marks = plots.forgetting_bars(make_forgetting(("one", "two"))).data[0].marker
    assert list(marks.color) == [LIGHT.wrong, LIGHT.muted]
    assert list(marks.symbol) == ["diamond", "circle-open"]
    gained = make_forgetting(masked=False)
    better = replace(gained.reference, by_meaning_change=Estimate(0.05, 0.01, 0.1))
    pairs = plots.forgetting_bars(replace(gained, reference=better)).data[1]
    assert list(pairs.marker.color) == [LIGHT.pretrained, LIGHT.right]


def test_without_earlier_runs_and_without_a_head_the_pairs_remain():
    figure = plots.forgetting_bars(make_forgetting((), masked=False))
    assert len(figure.data) == 1
    assert "xaxis2" not in figure.layout.to_plotly_json()
